import type { Observer } from '../engine/context.ts';
import type { RunEvent } from '../engine/run-event.ts';
import { initialState, nextState, type RunState, stateOf } from '../engine/run-state.ts';
import { textOf } from '../reports/layout.ts';
import { turnsAround } from '../reports/lists-around.ts';
import { listTitles, stepReportOf, titlesIn } from '../reports/run-report.ts';
import { headerParagraphs } from './row-text.ts';
import { type GroupName, RunScreen } from './run-screen.ts';

export interface RunViewOptions {
  readonly stream: NodeJS.WriteStream;
  readonly colour: boolean;
  /** The engine's clock: in the sandbox its time is virtual, and so is what has elapsed. */
  now(): Date;
  /** Ids of the runbook's list, for "step 7 of 24". */
  readonly planned: readonly string[];
  /** What the journal of a resumed run held already. */
  readonly history?: readonly RunEvent[];
  /** The first Ctrl-C: the screen says that it was understood. */
  readonly signal?: AbortSignal;
}

/** Draws a run on a terminal. The events are all it knows, and nothing waits for it. */
export interface RunView {
  readonly observe: Observer;
  /** Leaves what is drawn on the screen, for a prompt or at the end. A later event begins a new list below it. */
  stop(): Promise<void>;
  /** Shows the cursor again, at once: for a process that is about to exit on the second Ctrl-C. */
  abandon(): void;
}

export function createRunView(options: RunViewOptions): RunView {
  const { stream, colour, planned, history = [] } = options;
  const titles = new Map(listTitles(history));
  let state = history.length === 0 ? undefined : stateOf(history);
  let hasHeader = false;
  let screen: RunScreen | undefined;

  function observe(event: RunEvent): void {
    if (event.type === 'run-started') state = initialState(event);
    else if (state !== undefined) state = nextState(state, event);
    if (state === undefined) return;
    for (const [path, title] of titlesIn(event)) titles.set(path, title);
    if (!hasHeader) {
      stream.write(`${textOf(headerParagraphs(state, event), { width: stream.columns ?? 80, colour })}\n\n`);
      hasHeader = true;
    }
    show(event, state);
  }

  function show(event: RunEvent, now: RunState): void {
    switch (event.type) {
      case 'rollback-started':
        theScreen().enter(groupsAround('', now), event.at);
        break;
      case 'step-started':
        // An approval's question is asked below the list, and a clean-up is what it undoes: both are shown once they are over.
        if (event.kind !== 'approve' && event.kind !== 'clean-up') begin(event.step, false, event.at, now);
        break;
      case 'undo-started':
        begin(event.step, true, event.at, now);
        break;
      case 'progress':
        screen?.note(event.step, event.line);
        break;
      case 'waiting':
        screen?.note(event.step, event.because);
        break;
      case 'step-succeeded':
      case 'step-failed':
      case 'step-skipped':
      case 'step-rehearsed':
      case 'step-depends':
        end(event.step, false, event.at, now);
        break;
      case 'undo-failed':
        end(event.step, true, event.at, now);
        break;
      case 'undone':
        if (event.how !== 'was-never-applied') end(event.step, true, event.at, now);
        break;
      case 'run-finished':
        screen?.enter([], event.at);
        break;
      case 'run-started':
      case 'run-resumed':
      case 'run-interrupted':
      case 'items-listed':
      case 'branches-started':
      case 'branch-finished':
      case 'apply-started':
      case 'sampled':
      case 'observing':
      case 'observed':
      case 'aws-called':
      case 'measured':
      case 'found':
      case 'approval-asked':
      case 'approval-given':
      case 'approval-declined':
      case 'failure-decided':
        break;
      default:
        event satisfies never;
    }
  }

  const theScreen = (): RunScreen => {
    screen ??= new RunScreen(options);
    return screen;
  };

  function begin(path: string, undoing: boolean, at: string, now: RunState): void {
    const step = now.steps.get(path);
    if (step === undefined) return;
    theScreen().enter(groupsAround(path, now), at);
    theScreen().begin(stepReportOf(step, titles), undoing, at, positionOf(path, now));
  }

  /** What ends may have begun on an earlier screen, above a prompt, or without a word: it gets its line now. */
  function end(path: string, undoing: boolean, at: string, now: RunState): void {
    const step = now.steps.get(path);
    if (step === undefined) return;
    if (!theScreen().has(path, undoing)) begin(path, undoing, undoing ? at : step.startedAt, now);
    theScreen().end(stepReportOf(step, titles), at);
  }

  function groupsAround(path: string, { phase, items }: RunState): readonly GroupName[] {
    const rollback = { key: 'rollback', title: 'Rolling back', collapses: false };
    const around = turnsAround(path).flatMap(({ list, item }, depth) => {
      const keys = items.get(list)?.map(({ key }) => key) ?? [];
      const position = phase === 'running' && depth === 0 ? positionOf(list, { phase }) : undefined;
      return [
        {
          key: list,
          title: titles.get(list)?.title ?? list,
          collapses: false,
          ...(position !== undefined && { position }),
        },
        {
          key: `${list}/${item}`,
          title: `${item} (${keys.indexOf(item) + 1} of ${keys.length})`,
          collapses: true,
        },
      ];
    });
    return phase === 'rolling-back' ? [rollback, ...around] : around;
  }

  function positionOf(path: string, { phase }: Pick<RunState, 'phase'>): string | undefined {
    const index = planned.indexOf(path);
    return index === -1 || phase === 'rolling-back' ? undefined : `step ${index + 1} of ${planned.length}`;
  }

  return {
    observe,
    async stop() {
      const ending = screen;
      screen = undefined;
      await ending?.finish();
    },
    abandon: () => screen?.abandon(),
  };
}
