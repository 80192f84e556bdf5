import { type Paragraph, textOf } from '../reports/layout.ts';
import type { StepReport } from '../reports/run-report.ts';
import { type Branch, type Frame, type GrowingList, growingList, type OpenRow } from './growing-list.ts';
import {
  goesWithoutSaying,
  groupParagraphs,
  type Moment,
  type ShownGroup,
  type ShownStep,
  stepParagraphs,
} from './row-text.ts';

export interface GroupName {
  readonly key: string;
  readonly title: string;
  /** Whether its steps give way to its one line once all went well. */
  readonly collapses: boolean;
  readonly position?: string;
}

interface Group extends GroupName {
  readonly since: string;
  readonly steps: Map<string, StepRow>;
  readonly row: OpenRow;
  until?: string;
}

interface StepRow {
  shown: ShownStep;
  row?: OpenRow;
}

interface ScreenOptions {
  readonly stream: NodeJS.WriteStream;
  readonly colour: boolean;
  now(): Date;
  readonly signal?: AbortSignal;
}

/** What is drawn between two prompts: the steps since the last one, each below the groups that it belongs to. */
export class RunScreen {
  readonly #options: ScreenOptions;
  readonly #list: GrowingList;
  readonly #steps = new Map<string, StepRow>();
  /** Outermost first. */
  #groups: readonly Group[] = [];
  #over = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#list = growingList(options.stream);
  }

  /** Leaves the groups that are not named, and opens those that are named and were not open. */
  enter(names: readonly GroupName[], at: string): void {
    const differing = this.#groups.findIndex(({ key }, depth) => key !== names[depth]?.key);
    const kept = differing === -1 ? this.#groups : this.#groups.slice(0, differing);
    for (const group of this.#groups.slice(kept.length).toReversed()) {
      group.until = at;
      group.row.close();
    }
    this.#groups = kept;
    for (const name of names.slice(kept.length)) this.#open(name, at);
  }

  #open(name: GroupName, since: string): void {
    const around = this.#groups;
    const row = this.#place.add((frame) =>
      around.some(isCollapsed)
        ? []
        : this.#draw(frame, (moment) => groupParagraphs(shownGroup(group), moment, name.position)),
    );
    const group: Group = { ...name, since, steps: new Map(), row };
    this.#groups = [...around, group];
  }

  begin(step: StepReport, undoing: boolean, at: string, position?: string): void {
    const stepRow: StepRow = { shown: { step, undoing, since: undoing ? at : step.started } };
    const around = this.#groups;
    this.#steps.set(step.path, stepRow);
    for (const group of around) group.steps.set(step.path, stepRow);
    stepRow.row = this.#place.add((frame) =>
      around.some(isCollapsed)
        ? []
        : this.#draw(frame, (moment) => stepParagraphs(stepRow.shown, moment, position)),
    );
  }

  has(path: string, undoing: boolean): boolean {
    return this.#steps.get(path)?.shown.undoing === undoing;
  }

  note(path: string, note: string): void {
    const row = this.#steps.get(path);
    if (row !== undefined) row.shown = { ...row.shown, note };
  }

  end(step: StepReport, until: string): void {
    const stepRow = this.#steps.get(step.path);
    if (stepRow === undefined) return;
    stepRow.shown = { ...stepRow.shown, step, until };
    stepRow.row?.close();
  }

  async finish(): Promise<void> {
    this.#over = true;
    await this.#list.finish();
  }

  abandon(): void {
    this.#over = true;
    this.#list.abandon();
  }

  get #place(): Branch {
    return this.#groups.at(-1)?.row ?? this.#list;
  }

  #draw({ width, spinner }: Frame, paragraphs: (moment: Moment) => readonly Paragraph[]): readonly string[] {
    const { colour, now, signal } = this.#options;
    const moment = { now: now(), spinner, over: this.#over, stopping: signal?.aborted ?? false };
    return textOf(paragraphs(moment), { width, colour }).split('\n');
  }
}

const shownGroup = ({ title, since, until, steps }: Group): ShownGroup => ({
  title,
  since,
  steps: [...steps.values()].map(({ shown }) => shown),
  ...(until !== undefined && { until }),
});

const isCollapsed = (group: Group): boolean => group.collapses && goesWithoutSaying(shownGroup(group));
