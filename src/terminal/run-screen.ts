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
  wentAsItShould,
} from './row-text.ts';

export interface GroupName {
  readonly key: string;
  readonly title: string;
  /** Whether its steps give way to its one line once all went well. */
  readonly collapses: boolean;
  /** Whether its steps stand below it only while they run and where they did not go as they should: others stand beside it. */
  readonly brief?: boolean;
  readonly position?: string;
  /** Of a `together`: the branches that are not over yet, which stand side by side below it from its beginning. */
  readonly branches?: readonly GroupName[];
}

interface Group extends GroupName {
  readonly since: string;
  readonly around: readonly Group[];
  readonly steps: Map<string, StepRow>;
  readonly row: OpenRow;
  /** Those that are open. */
  readonly groups: Map<string, Group>;
  until?: string;
}

interface StepRow {
  shown: ShownStep;
  row?: OpenRow;
}

interface Beginning {
  readonly undoing: boolean;
  readonly at: string;
  readonly position: string | undefined;
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
  readonly #groups = new Map<string, Group>();
  #over = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#list = growingList(options.stream);
  }

  /** Opens the groups that are named, outermost first, as far as they are not open, and leaves all others but branches beside them. */
  enter(names: readonly GroupName[], at: string): readonly Group[] {
    let around: readonly Group[] = [];
    for (const name of names) {
      this.#leaveOthers(around, [name.key, ...branchesOf(around)], at);
      around = [...around, this.#groupsIn(around).get(name.key) ?? this.#open(name, around, at)];
    }
    this.#leaveOthers(around, branchesOf(around), at);
    return around;
  }

  /** A branch is over while others go on. */
  leave(names: readonly GroupName[], at: string): void {
    let groups = this.#groups;
    let group: Group | undefined;
    for (const { key } of names) {
      group = groups.get(key);
      if (group === undefined) return;
      groups = group.groups;
    }
    if (group !== undefined) this.#close(group, at);
  }

  #groupsIn(around: readonly Group[]): Map<string, Group> {
    return around.at(-1)?.groups ?? this.#groups;
  }

  #leaveOthers(around: readonly Group[], kept: readonly string[], at: string): void {
    for (const group of [...this.#groupsIn(around).values()])
      if (!kept.includes(group.key)) this.#close(group, at);
  }

  #close(group: Group, at: string): void {
    for (const inner of [...group.groups.values()]) this.#close(inner, at);
    group.until = at;
    group.row.close();
    this.#groupsIn(group.around).delete(group.key);
  }

  #open(name: GroupName, around: readonly Group[], since: string): Group {
    const row = this.#placeIn(around).add((frame) =>
      around.some(isCollapsed) || (around.some(isBrief) && goesWithoutSaying(shownGroup(group)))
        ? []
        : this.#draw(frame, (moment) => groupParagraphs(shownGroup(group), moment, name.position)),
    );
    const group: Group = { ...name, since, around, steps: new Map(), row, groups: new Map() };
    this.#groupsIn(around).set(name.key, group);
    for (const branch of name.branches ?? []) this.#open(branch, [...around, group], since);
    return group;
  }

  begin(step: StepReport, names: readonly GroupName[], how: Beginning): void {
    const { undoing, at, position } = how;
    const around = this.enter(names, at);
    const stepRow: StepRow = { shown: { step, undoing, since: undoing ? at : step.started } };
    this.#steps.set(step.path, stepRow);
    for (const group of around) group.steps.set(step.path, stepRow);
    stepRow.row = this.#placeIn(around).add((frame) =>
      around.some(isCollapsed) || (around.some(isBrief) && wentAsItShould(stepRow.shown))
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

  #placeIn(around: readonly Group[]): Branch {
    return around.at(-1)?.row ?? this.#list;
  }

  #draw({ width, spinner }: Frame, paragraphs: (moment: Moment) => readonly Paragraph[]): readonly string[] {
    const { colour, now, signal } = this.#options;
    const moment = { now: now(), spinner, over: this.#over, stopping: signal?.aborted ?? false };
    return textOf(paragraphs(moment), { width, colour }).split('\n');
  }
}

const branchesOf = (around: readonly Group[]): readonly string[] =>
  around.at(-1)?.branches?.map(({ key }) => key) ?? [];

const shownGroup = ({ title, since, until, steps, brief = false }: Group): ShownGroup => ({
  title,
  since,
  brief,
  steps: [...steps.values()].map(({ shown }) => shown),
  ...(until !== undefined && { until }),
});

const isBrief = ({ brief }: Group): boolean => brief ?? false;

const isCollapsed = (group: Group): boolean => group.collapses && goesWithoutSaying(shownGroup(group));
