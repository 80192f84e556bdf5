import {
  aligned,
  emptyLine,
  type Paragraph,
  paragraph,
  quiet,
  strong,
  type TextOptions,
  table,
} from '../reports/layout.ts';

/** As `GET /_sandbox/state` answers. */
export interface StateAnswer {
  readonly now: string;
  readonly speed: number;
  readonly summary: readonly {
    readonly place: string;
    readonly service: string;
    readonly kind: string;
    readonly count: number;
    readonly named: readonly { readonly name: string; readonly status?: string }[];
  }[];
}

/** A table for each Region, a row for each kind of resource. */
export function stateLines(
  { now, speed, summary }: StateAnswer,
  { width }: TextOptions,
): readonly Paragraph[] {
  const places = [...new Set(summary.map(({ place }) => place))];
  return [
    ...aligned(
      [
        ['Time', now],
        ['Speed', speed === 0 ? '0: time stands still' : `${speed} virtual seconds in a second`],
      ],
      0,
    ),
    ...places.flatMap((place) => [
      emptyLine,
      paragraph(0, strong(place)),
      ...table(
        summary
          .filter((row) => row.place === place)
          .map(({ service, kind, count, named }) => [
            service,
            quiet(kind),
            String(count),
            namedText(named, count),
          ]),
        2,
        width,
      ),
    ]),
  ];
}

function namedText(named: StateAnswer['summary'][number]['named'], count: number): string {
  const texts = named.map(({ name, status }) => (status === undefined ? name : `${name} ${status}`));
  return [...texts, ...(named.length > 0 && count > named.length ? ['...'] : [])].join(', ');
}
