import { formatDuration } from '../duration.ts';
import type { RunEvent, RunEventOf, RunStarted } from '../engine/run-event.ts';
import { type StepState, stateOf } from '../engine/run-state.ts';
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
import { outwards } from './step-text.ts';
import { dayAndTime } from './times.ts';

type Measurement = RunEventOf<'measured'>;

/** What one drill or failover measured, as far as it got to that. */
export interface PastDrill {
  readonly environment: string;
  readonly mode: Exclude<RunStarted['mode'], 'rehearsal'>;
  readonly form: 'drill' | 'failover';
  readonly at: string;
  readonly runId: string;
  readonly rto: Measurement;
  /** What most of the time went into. */
  readonly path?: string;
  /** The store of which most may be lost. */
  readonly worst?: { readonly store: string; readonly loss: Measurement };
}

/** Those that came as far as measuring, oldest first. `runs` are oldest first. */
export const pastDrills = (runs: readonly (readonly RunEvent[])[]): readonly PastDrill[] =>
  runs.flatMap((events) => {
    const [started] = events;
    if (started?.type !== 'run-started' || started.runbook !== 'dr-drill' || started.mode === 'rehearsal')
      return [];
    const { steps } = stateOf(events);
    const rto = steps.get('rto')?.measured;
    if (rto === undefined) return [];
    const path = steps.get('critical-path')?.summary;
    const worst = worstOf([...steps.values()]);
    return [
      {
        environment: started.environment.name,
        mode: started.mode,
        form: started.parameters['mode'] === 'failover' ? ('failover' as const) : ('drill' as const),
        at: started.at,
        runId: started.runId,
        rto,
        ...(path !== undefined && { path }),
        ...(worst !== undefined && { worst }),
      },
    ];
  });

const lossStep = /^rpo\/([^/]+)\/loss$/;

/** Measured against its own objective: a day of logs may be less of a loss than an hour of orders. */
function worstOf(steps: readonly StepState[]): PastDrill['worst'] {
  const losses = steps.flatMap(({ path, measured }) => {
    const store = lossStep.exec(path)?.[1];
    return store === undefined || measured === undefined ? [] : [{ store, loss: measured }];
  });
  const rank = ({ loss }: (typeof losses)[number]): number => {
    const bound =
      loss.objective !== undefined && 'atMost' in loss.objective ? loss.objective.atMost : undefined;
    return bound === undefined ? 0 : (most(loss) ?? Number.POSITIVE_INFINITY) / bound;
  };
  return losses.toSorted((one, other) => rank(one) - rank(other)).at(-1);
}

const most = ({ value, atMost }: Measurement): number | undefined => value ?? atMost;

/** The drills of the same environment before a run. */
export function before(
  drills: readonly PastDrill[],
  runId: string,
  started: RunStarted,
): readonly PastDrill[] {
  const { environment, mode, at } = started;
  return drills.filter(
    (drill) =>
      drill.runId !== runId && drill.environment === environment.name && drill.mode === mode && drill.at < at,
  );
}

const shown = (measurement: Measurement): Content => {
  const bound = most(measurement);
  const whole =
    bound === undefined
      ? 'not known'
      : measurement.value === undefined
        ? `at most ${formatDuration(outwards(bound, measurement.unit, Math.ceil))}`
        : formatDuration(bound);
  if (measurement.verdict === 'fail') return bad(`${whole} (missed)`);
  return measurement.verdict === 'cannot tell' ? warning(`${whole} (cannot tell)`) : whole;
};

export function pastDrillsText(title: string, drills: readonly PastDrill[], options: TextOptions): string {
  if (drills.length === 0) return '';
  const cells = drills.map(({ environment, mode, form, at, runId, rto, worst }): readonly Content[] => [
    `${form} of ${environment}${mode === 'sandbox' ? ' (sandbox)' : ''}`,
    `${dayAndTime(at).slice(0, 16)} UTC`,
    `RTO ${contentText(shown(rto))}`,
    worst === undefined ? '' : `RPO of ${worst.store} ${contentText(shown(worst.loss))}`,
    quiet(runId),
  ]);
  return textOf([paragraph(0, strong(title)), ...table(cells, 2, options.width)], options);
}

const contentText = (content: Content): string => (typeof content === 'string' ? content : content.text);
