/** An SDK shape of which some members are always there: the SDK declares nearly all of them optional. */
export type Known<Shape, Members extends keyof Shape> = Omit<Shape, Members> & {
  [Member in Members]-?: NonNullable<Shape[Member]>;
};
