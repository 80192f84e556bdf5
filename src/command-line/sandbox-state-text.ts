import {
  aligned,
  bad,
  type Content,
  emptyLine,
  type Paragraph,
  paragraph,
  quiet,
  strong,
  type TextOptions,
  table,
  warning,
} from '../reports/layout.ts';
import { timeOfDay } from '../reports/times.ts';
import type { EnvironmentOverview } from '../sandbox/overview.ts';

/** As `GET /_sandbox/state` answers. */
export interface StateAnswer {
  readonly now: string;
  readonly speed: number;
  readonly scenario: { readonly id: string; readonly title: string };
  readonly faults: readonly ListedFault[];
  readonly environments: readonly EnvironmentOverview[];
  readonly summary: readonly {
    readonly place: string;
    readonly service: string;
    readonly kind: string;
    readonly count: number;
    readonly named: readonly { readonly name: string; readonly status?: string }[];
  }[];
}

export interface ListedFault {
  readonly number: number;
  readonly what: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly inForce: boolean;
  readonly from?: string;
  readonly until?: string;
}

type Lines = readonly Paragraph[];

/** What helps whoever looks in the middle of an incident comes first; what there is of everything comes last. */
export function stateLines(answer: StateAnswer, options: TextOptions): Lines {
  const { now, speed, scenario, faults, environments, summary } = answer;
  return [
    ...aligned(
      [
        ['Time', `${now}, ${speed === 0 ? 'which stands still' : `${speed} virtual seconds in a second`}`],
        ['Scenario', `${scenario.id}: ${scenario.title}`],
      ],
      0,
    ),
    ...faultLines(faults, now),
    ...environments.flatMap((environment) => environmentLines(environment, options)),
    ...countLines(summary, options),
  ];
}

/** Of one service: its resources by name. */
export function serviceLines({ now, summary }: StateAnswer): Lines {
  return [
    paragraph(0, quiet('Time  '), now),
    ...placesOf(summary).flatMap((place) => [
      emptyLine,
      paragraph(0, strong(place)),
      ...summary
        .filter((row) => row.place === place)
        .flatMap(({ service, kind, count, named }) => [
          paragraph(2, `${service} ${wordsOf(kind)}: ${count}`),
          // Short ids of which nobody reads hundreds.
          ...named
            .slice(0, mostNamed)
            .map(({ name, status }) =>
              paragraph(4, name, ...(status === undefined ? [] : [quiet(`  ${status}`)])),
            ),
          ...(named.length > mostNamed
            ? [paragraph(4, quiet(`and ${named.length - mostNamed} more: --json has all of them`))]
            : []),
        ]),
    ]),
  ];
}

const mostNamed = 12;

function faultLines(faults: readonly ListedFault[], now: string): Lines {
  if (faults.length === 0) return [emptyLine, paragraph(0, 'No fault is in force or to come.')];
  return [
    emptyLine,
    paragraph(0, strong('Faults in force or to come')),
    ...faults.flatMap((fault) => [
      paragraph(2, `${fault.number}  `, strong(faultText(fault))),
      paragraph(5, whenText(fault, now)),
    ]),
    paragraph(2, quiet(`runbook sandbox heal ${faults[0]?.number} ends that one, runbook sandbox heal all`)),
  ];
}

/** As `runbook sandbox inject` takes it; spans as the journal has them, in seconds. */
export const faultText = ({ what, settings }: Pick<ListedFault, 'what' | 'settings'>): string =>
  [
    what,
    ...Object.entries(settings)
      .filter(([key]) => key !== 'after')
      .map(([key, value]) => `${key}=${settingText(key, value)}`),
  ].join(' ');

const settingText = (key: string, value: unknown): string =>
  key === 'by' && typeof value === 'number'
    ? `${value / 1000}s`
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

function whenText({ inForce, from, until, settings }: ListedFault, now: string): Content {
  const end = until === undefined ? 'until somebody ends it' : `until ${momentText(until, now)}`;
  if (inForce) return bad(`in force since ${momentText(from ?? now, now)}, ${end}`);
  if (from === undefined) return warning(`to come: after the first ${settings['after']} that succeeds`);
  return warning(`to come: from ${momentText(from, now)}, ${end}`);
}

/** With the day where it is another one than today. */
const momentText = (iso: string, now: string): string =>
  `${iso.slice(0, 10) === now.slice(0, 10) ? '' : `${iso.slice(0, 10)} `}${timeOfDay(iso)} UTC`;

function environmentLines(environment: EnvironmentOverview, { width }: TextOptions): Lines {
  const { name, regions, groups, databases, alarms, notOk, underWay } = environment;
  const elsewhere = (region: string): string => (region === regions[0] ? '' : ` in ${region}`);
  return [
    emptyLine,
    paragraph(0, strong(name), quiet(`  ${regions.join(', ')}`)),
    ...groups.flatMap((group) => {
      const serving = group.nodes.filter(({ health }) => health === 'healthy').length;
      const enough = serving >= group.desired;
      return [
        paragraph(
          2,
          `Group ${group.name}${elsewhere(group.region)}: desired ${group.desired}, `,
          (enough ? quiet : bad)(`${serving} healthy`),
        ),
        ...table(
          group.nodes.map(({ id, zone, state, health = 'in no target group' }) => [
            id,
            zone,
            state,
            toned(health, 'healthy'),
          ]),
          4,
          width,
        ),
      ];
    }),
    ...databases.flatMap(({ cluster, region, status, instances }) => [
      paragraph(2, `Cluster ${cluster}${elsewhere(region)}: `, toned(status, 'available')),
      ...table(
        instances.map(({ name: instance, zone, role, status: its }) => [
          instance,
          zone,
          role,
          toned(its, 'available'),
        ]),
        4,
        width,
      ),
    ]),
    ...(notOk.length === 0
      ? [paragraph(2, `Alarms: all ${alarms} are OK`)]
      : [
          paragraph(2, `Alarms: ${notOk.length} of ${alarms} are not OK`),
          ...notOk.flatMap(({ name: alarm, state, reason }) => [
            paragraph(4, alarm, ' ', bad(state)),
            ...(reason === '' ? [] : [paragraph(6, quiet(reason))]),
          ]),
        ]),
    ...(underWay.length === 0
      ? [paragraph(2, 'Nothing is under way')]
      : [
          paragraph(2, 'Under way'),
          ...underWay.map(({ what, of, state }) => paragraph(4, `${what} of ${of}: ${state}`)),
        ]),
  ];
}

const toned = (text: string, usual: string): Content => (text === usual ? quiet(text) : bad(text));

function countLines(summary: StateAnswer['summary'], { width }: TextOptions): Lines {
  return [
    ...placesOf(summary).flatMap((place) => {
      const rows = summary.filter((row) => row.place === place);
      const services = [...new Set(rows.map(({ service }) => service))];
      return [
        emptyLine,
        paragraph(0, quiet(`Resources in ${place}`)),
        ...table(
          services.map((service) => [
            service,
            rows
              .filter((row) => row.service === service)
              .map(({ kind, count }) => `${wordsOf(kind)} ${count}`)
              .join(', '),
          ]),
          2,
          width,
        ),
      ];
    }),
    emptyLine,
    paragraph(0, quiet('runbook sandbox state SERVICE names them')),
  ];
}

const placesOf = (summary: StateAnswer['summary']): readonly string[] => [
  ...new Set(summary.map(({ place }) => place)),
];

/** `targetGroups` as people write it. */
const wordsOf = (kind: string): string =>
  kind.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
