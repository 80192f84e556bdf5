import type { RunEvent, RunStarted } from '../engine/run-event.ts';
import { stateOf } from '../engine/run-state.ts';
import { isRestoreTested } from '../environment/restore-tested.ts';
import {
  bad,
  type Content,
  paragraph,
  quiet,
  strong,
  type TextOptions,
  table,
  textOf,
  warning,
} from './layout.ts';
import { dayAndTime } from './times.ts';

/** When a component was last restored and held what was expected of it, as far as this user's journals know. */
export interface ProvenRestore {
  readonly environment: string;
  readonly mode: Exclude<RunStarted['mode'], 'rehearsal'>;
  readonly component: string;
  /** This tool makes no restore test of such a component: nothing in a journal can prove it. */
  readonly isByHand?: true;
  /** Absent where it never was. */
  readonly last?: {
    readonly at: string;
    readonly runId: string;
    /** Nobody asked the data anything: there was no query for them. */
    readonly isBareClaim: boolean;
  };
}

/** One row for each component that had a backup policy in the latest run of its environment. `runs` are oldest first. */
export function provenRestores(runs: readonly (readonly RunEvent[])[]): readonly ProvenRestore[] {
  const protectedIn = new Map<string, RunStarted>();
  const last = new Map<string, ProvenRestore['last']>();
  for (const events of runs) {
    const [started] = events;
    if (started?.type !== 'run-started' || started.mode === 'rehearsal') continue;
    const place = placeOf(started);
    protectedIn.set(place, started);
    if (started.runbook !== 'backup-verify') continue;
    for (const [component, proof] of proofsIn(events)) last.set(`${place}/${component}`, proof);
  }
  return [...protectedIn].flatMap(([place, started]) =>
    protectedComponents(started).map(({ component, isByHand }): ProvenRestore => {
      const proof = last.get(`${place}/${component}`);
      const mode = started.mode === 'live' ? 'live' : 'sandbox';
      return {
        environment: started.environment.name,
        mode,
        component,
        ...(isByHand && { isByHand }),
        ...(proof !== undefined && { last: proof }),
      };
    }),
  );
}

const placeOf = ({ environment, mode }: RunStarted): string => `${mode}/${environment.name}`;

const protectedComponents = ({ environment }: RunStarted) =>
  Object.entries(environment.settings.components)
    .filter(([, settings]) => 'backup' in settings && settings.backup !== undefined)
    .map(([component, settings]) => ({ component, isByHand: !isRestoreTested(settings) }));

/** The step in which a restored component was held against what is expected of it. */
const validation = /^restore-[a-z]+\/([^/]+)\/validate$/;

function proofsIn(events: readonly RunEvent[]): ReadonlyMap<string, NonNullable<ProvenRestore['last']>> {
  const { steps, started } = stateOf(events);
  return new Map(
    [...steps.values()].flatMap(({ path, status, endedAt, findings = [] }) => {
      const component = validation.exec(path)?.[1];
      if (component === undefined || status !== 'succeeded' || endedAt === undefined) return [];
      if (findings.length === 0 || findings.some(({ verdict }) => verdict === 'fail')) return [];
      const isBareClaim = findings.some(({ verdict }) => verdict === 'warn');
      return [[component, { at: endedAt, runId: started.runId, isBareClaim }]];
    }),
  );
}

export function provenRestoresText(rows: readonly ProvenRestore[], options: TextOptions): string {
  if (rows.length === 0) return '';
  const cells = rows.map(({ environment, mode, component, ...proof }): readonly Content[] => [
    `${component} in ${environment}${mode === 'sandbox' ? ' (sandbox)' : ''}`,
    ...proofCells({ environment, mode, ...proof }),
  ]);
  return textOf([paragraph(0, strong('Last proven restorable')), ...table(cells, 2, options.width)], options);
}

function proofCells({
  environment,
  mode,
  last,
  isByHand,
}: Omit<ProvenRestore, 'component'>): readonly Content[] {
  if (isByHand) return [warning('by hand only'), quiet('docs/runbooks/backup-verify.md')];
  if (last === undefined)
    return [
      bad('never'),
      quiet(
        `runbook run backup-verify --env ${environment} --restore${mode === 'sandbox' ? ' --sandbox' : ''}`,
      ),
    ];
  const when = `${dayAndTime(last.at).slice(0, 16)} UTC`;
  return [last.isBareClaim ? warning(`${when}, but not asked`) : when, quiet(last.runId)];
}
