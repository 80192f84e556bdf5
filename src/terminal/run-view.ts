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
  /** Leaves what is drawn on the screen, and asks below it. What happens meanwhile is drawn after the answer, in a new list. */
  aside<Answer>(ask: () => Promise<Answer>): Promise<Answer>;
  /** Leaves what is drawn on the screen at the end. */
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
  /** Events that came during a question. */
  let held: RunEvent[] | undefined;

  function observe(event: RunEvent): void {
    if (held === undefined) take(event);
    else held.push(event);
  }

  function take(event: RunEvent): void {
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
      case 'branches-started':
        theScreen().enter(groupsOf([...turnsAround(event.step), { list: event.step }], now), event.at);
        break;
      case 'branch-finished':
        screen?.leave(
          groupsOf([...turnsAround(event.step), { list: event.step, item: event.branch }], now),
          event.at,
        );
        break;
      case 'run-finished':
        screen?.enter([], event.at);
        break;
      case 'run-started':
      case 'run-resumed':
      case 'run-interrupted':
      case 'items-listed':
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
    const position = positionOf(path, now);
    theScreen().begin(stepReportOf(step, titles), groupsAround(path, now), { undoing, at, position });
  }

  /** What ends may have begun on an earlier screen, above a prompt, or without a word: it gets its line now. */
  function end(path: string, undoing: boolean, at: string, now: RunState): void {
    const step = now.steps.get(path);
    if (step === undefined) return;
    if (!theScreen().has(path, undoing)) begin(path, undoing, undoing ? at : step.startedAt, now);
    theScreen().end(stepReportOf(step, titles), at);
  }

  const groupsAround = (path: string, now: RunState): readonly GroupName[] =>
    groupsOf(turnsAround(path), now);

  /** The last one may be a list alone, without an item or branch of it. */
  function groupsOf(
    turns: readonly { readonly list: string; readonly item?: string }[],
    { phase, items, branches }: RunState,
  ): readonly GroupName[] {
    const rollback = { key: 'rollback', title: 'Rolling back', collapses: false };
    const around = turns.flatMap(({ list, item }, depth) => {
      const keys = items.get(list)?.map(({ key }) => key) ?? [];
      const position = phase === 'running' && depth === 0 ? positionOf(list, { phase }) : undefined;
      const side = (branches.get(list) ?? []).map(({ id, title, endedAt }) => ({
        key: `${list}/${id}`,
        title,
        collapses: false,
        // As many steps as branches are under way: what is done must not push them off the screen.
        brief: phase === 'running',
        isOver: endedAt !== undefined,
      }));
      const turn = (key: string) =>
        side.find((branch) => branch.key === `${list}/${key}`) ?? {
          key: `${list}/${key}`,
          title: `${key} (${keys.indexOf(key) + 1} of ${keys.length})`,
          collapses: true,
        };
      return [
        {
          key: list,
          title: titles.get(list)?.title ?? list,
          collapses: false,
          ...(position !== undefined && { position }),
          // Changes are undone one after the other, whatever branch they were made in.
          ...(phase === 'running' && side.length > 0 && { branches: side.filter(({ isOver }) => !isOver) }),
        },
        ...(item === undefined ? [] : [turn(item)]),
      ];
    });
    return phase === 'rolling-back' ? [rollback, ...around] : around;
  }

  function positionOf(path: string, { phase }: Pick<RunState, 'phase'>): string | undefined {
    const index = planned.indexOf(path);
    return index === -1 || phase === 'rolling-back' ? undefined : `step ${index + 1} of ${planned.length}`;
  }

  async function stop(): Promise<void> {
    const ending = screen;
    screen = undefined;
    await ending?.finish();
  }

  return {
    observe,
    async aside(ask) {
      const later: RunEvent[] = [];
      held = later;
      try {
        await stop();
        return await ask();
      } finally {
        held = undefined;
        for (const event of later) take(event);
      }
    },
    stop,
    abandon: () => screen?.abandon(),
  };
}
