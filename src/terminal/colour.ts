interface ColourWishes {
  /** `--no-color` was typed. */
  readonly noColorFlag: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stream: { readonly isTTY?: boolean };
}

/** The one place that decides about colour: NO_COLOR as on no-color.org (set and not empty), and terminals that have none. */
export const wantsColour = ({ noColorFlag, env, stream }: ColourWishes): boolean =>
  stream.isTTY === true && !noColorFlag && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
