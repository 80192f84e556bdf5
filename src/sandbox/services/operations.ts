import type { Handler } from '../service.ts';

type CommandClass = abstract new (
  ...unused: never[]
) => {
  readonly input: object;
  resolveMiddleware(...unused: never[]): (...unused: never[]) => Promise<{ output: object }>;
};

type InputOf<Class extends CommandClass> = InstanceType<Class>['input'];
type OutputOf<Class extends CommandClass> = Omit<
  Awaited<ReturnType<ReturnType<InstanceType<Class>['resolveMiddleware']>>>['output'],
  '$metadata'
>;

/** Handlers by operation, typed from the SDK's package (`typeof import('@aws-sdk/client-...')`): a wrong name or member does not compile. */
export type Operations<Package> = {
  readonly [Key in keyof Package as Key extends `${infer Operation}Command`
    ? Operation
    : never]?: Package[Key] extends CommandClass
    ? Handler<InputOf<Package[Key]>, OutputOf<Package[Key]>>
    : never;
};
