import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RunEvent, RunStarted } from '../engine/run-event.ts';
import { stateOf } from '../engine/run-state.ts';
import { Bug, OperatorError, UsageError } from '../errors.ts';
import { reading, writing } from './file-errors.ts';
import { damaged, type JournalContents, openJournal, readEvents, readJournal } from './journal-file.ts';
import { lockRun, processAt } from './run-lock.ts';

/**
 * One run's folder: its journal, its lock and, for a sandbox run, the world as it stands and what it was an exercise in. Only its owner
 * can read it.
 */
export interface RunDirectory {
  readonly runId: string;
  readonly path: string;
  read(): JournalContents;
  /** Appends after the last whole event. */
  openJournal(): ReturnType<typeof openJournal>;
  /** @throws Refusal where another process drives this run */
  lock(): () => void;
  /** The process on this machine that drives the run now. */
  drivenBy(): number | undefined;
  storeWorld(world: string): void;
  /** @throws OperatorError where the run is no sandbox run or its world is lost */
  loadWorld(): string;
  /** Marks the run as an exercise. */
  storeExercise(text: string): void;
  /** @returns `undefined` where the run was none */
  loadExercise(): string | undefined;
}

export interface StoredRun {
  readonly runId: string;
  /** Absent where the journal cannot be read; `problem` says why. */
  readonly events?: readonly RunEvent[];
  readonly problem?: OperatorError;
  /** As it was stored, where the run was an exercise. */
  readonly exercise?: string;
}

/** All runs of this user, each in a folder named by its id. */
export interface RunStore {
  create(runId: string): RunDirectory;
  /**
   * @param name a run's id, a part of it that no other run has, or `last`
   * @throws UsageError where no run, or more than one, has that name
   */
  find(name: string): RunDirectory;
  /** Oldest first. */
  list(): readonly StoredRun[];
  /** Of earlier runs of the same kind that have ended, the latest: those of their events that are of these types. */
  ended(like: RunKind, types: readonly RunEvent['type'][]): readonly (readonly RunEvent[])[];
}

/** Runs of one kind can be expected to take equally long. */
export interface RunKind {
  readonly runbook: string;
  /** By name. */
  readonly environment: string;
  readonly mode: RunStarted['mode'];
}

/** Enough to know what is usual, and read in a moment. */
const mostEnded = 10;
/** Journals that are opened for it at most: those of other environments do not count. */
const mostOpened = 30;

export function openRunStore(root: string): RunStore {
  /** Settles the order of runs that began in the same second, as scripts start them. */
  const madeAt = (runId: string): number => statSync(join(root, runId)).birthtimeMs;
  const ids = (): string[] =>
    existsSync(root)
      ? reading(root, () => readdirSync(root, { withFileTypes: true }))
          .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, journalName)))
          .map(({ name }) => name)
          .sort((a, b) => secondOf(a).localeCompare(secondOf(b)) || madeAt(a) - madeAt(b))
      : [];
  return {
    create(runId) {
      const path = join(root, runId);
      writing(path, 'Make room or give access there, or keep runs elsewhere: XDG_STATE_HOME=FOLDER', () =>
        mkdirSync(path, { recursive: true, mode: 0o700 }),
      );
      return runDirectory(runId, path);
    },
    find(name) {
      const runId = findId(name, ids());
      return runDirectory(runId, join(root, runId));
    },
    list: () => ids().map((runId) => readRun(runId, join(root, runId))),
    ended(like, types) {
      const found: (readonly RunEvent[])[] = [];
      const ofRunbook = ids().filter((runId) => runId.replace(/(-[^-]+){3}$/, '') === like.runbook);
      for (const runId of ofRunbook.toReversed().slice(0, mostOpened)) {
        const events = readEnded(join(root, runId, journalName), like, types);
        if (events !== undefined && found.push(events) === mostEnded) break;
      }
      return found;
    },
  };
}

/** A journal that cannot be read tells nothing of how long a run takes, and nobody has asked for it by name. */
function readEnded(
  file: string,
  like: RunKind,
  types: readonly RunEvent['type'][],
): readonly RunEvent[] | undefined {
  try {
    return readEvents(file, types, (first, last) => isOfKind(first, like) && last.type === 'run-finished');
  } catch (error) {
    if (error instanceof OperatorError) return undefined;
    throw error;
  }
}

const isOfKind = (first: RunEvent, { runbook, environment, mode }: RunKind): boolean =>
  first.type === 'run-started' &&
  first.runbook === runbook &&
  first.environment.name === environment &&
  first.mode === mode;

const journalName = 'journal.jsonl';
const worldName = 'sandbox-world.json';
const exerciseName = 'exercise.json';

/** Ids end in date, time and four letters: `rolling-update-20261121-064250-7kq2`. */
const secondOf = (runId: string): string => runId.split('-').slice(-3, -1).join('-');

function findId(name: string, ids: readonly string[]): string {
  if (name.trim() === '') {
    throw new UsageError({
      code: 'RUN_NAME_BLANK',
      message: 'The name of the run is blank, so no run is meant: is a variable of a script empty?',
      hint: 'runbook runs',
    });
  }
  const exact = name === 'last' ? ids.at(-1) : ids.find((id) => id === name);
  if (exact !== undefined) return exact;
  const matches = ids.filter((id) => id.includes(name));
  const [only, ...others] = matches;
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError({
    code: matches.length === 0 ? 'RUN_UNKNOWN' : 'RUN_AMBIGUOUS',
    message:
      matches.length === 0
        ? `There is no run ${name}`
        : `${matches.length} runs have ${name} in their id: ${matches.slice(-5).join(', ')}`,
    hint: 'runbook runs',
  });
}

/** Every line may be an event and still lines be missing: no run can have said the one without the other. */
function readStory(file: string): JournalContents {
  const contents = readJournal(file);
  try {
    stateOf(contents.events);
  } catch (error) {
    if (error instanceof Bug) throw damaged(`${file} is not as a run wrote it: ${error.message}`);
    throw error;
  }
  return contents;
}

function readRun(runId: string, path: string): StoredRun {
  try {
    const exercise = runDirectory(runId, path).loadExercise();
    return {
      runId,
      events: readStory(join(path, journalName)).events,
      ...(exercise !== undefined && { exercise }),
    };
  } catch (error) {
    if (error instanceof OperatorError) return { runId, problem: error };
    throw error;
  }
}

function runDirectory(runId: string, path: string): RunDirectory {
  const journal = join(path, journalName);
  const world = join(path, worldName);
  const exercise = join(path, exerciseName);
  const keeping = <Result>(file: string, write: () => Result): Result =>
    writing(file, `Make room or give access there, then: runbook resume ${runId}`, write);
  const store = (file: string, text: string): void =>
    keeping(file, () => {
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    });
  return {
    runId,
    path,
    read: () => readStory(journal),
    openJournal() {
      const wholeBytes = existsSync(journal) ? readJournal(journal).wholeBytes : 0;
      const { append, close } = keeping(journal, () => openJournal(journal, wholeBytes));
      return {
        append: (event) => keeping(journal, () => append(event)),
        close: () => keeping(journal, close),
      };
    },
    lock: () => keeping(path, () => lockRun(join(path, 'lock'), runId)),
    drivenBy: () => reading(path, () => processAt(join(path, 'lock'))),
    storeWorld: (text) => store(world, text),
    storeExercise: (text) => store(exercise, text),
    loadExercise: () =>
      existsSync(exercise) ? reading(exercise, () => readFileSync(exercise, 'utf8')) : undefined,
    loadWorld() {
      if (existsSync(world)) return reading(world, () => readFileSync(world, 'utf8'));
      throw new OperatorError({
        code: 'SANDBOX_WORLD_LOST',
        message: `${world} is gone: the sandbox that run ${runId} ran in cannot be brought back`,
        hint: 'Start a new sandbox run',
      });
    },
  };
}
