import * as z from 'zod';
import type {
  AwsSession,
  CallRecord,
  ChangeClients,
  Grant,
  ReadClients,
  SdkCommand,
} from '../../src/aws/clients.ts';
import type { Journal, Observer, Ports } from '../../src/engine/context.ts';
import type {
  ApprovalAnswer,
  FailedStep,
  FailureChoice,
  NextChange,
  Operator,
} from '../../src/engine/operator.ts';
import { type RunEvent, type RunStarted, runEventSchema } from '../../src/engine/run-event.ts';
import { type RunEnd, resumeRun, rollBackRun, startRun } from '../../src/engine/run-runbook.ts';
import { type Runbook, runbook } from '../../src/engine/runbook.ts';
import type { ApprovalRequest, ListEntry } from '../../src/engine/step.ts';
import { type Environment, environmentSchema } from '../../src/environment.ts';
import { AwsCallError, BlockedWrite, Bug, Interrupted } from '../../src/errors.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

/** The process is gone. Everything that still runs in it finds that out at its next journal line. */
export class Killed extends Error {}

/**
 * How a process ends before its time, at one of the lines that it writes. `killed`: the line was written and the process died.
 * `line lost`: what the line tells of happened, but the process died before it was written. `ctrl-c`: it stops when it notices.
 */
export interface Stop {
  /** 1 is the first line of this process. */
  readonly atLine: number;
  readonly how: 'killed' | 'line lost' | 'ctrl-c';
}

/** Holds lines, as a file does: what is read back has been through JSON. */
export class MemoryJournal implements Journal {
  readonly lines: string[] = [];
  readonly #read: RunEvent[] = [];
  #stop: Stop | undefined;
  #interrupt: () => void = () => {};
  #appended = 0;

  beginProcess(stop: Stop | undefined, interrupt: () => void): void {
    this.#stop = stop;
    this.#interrupt = interrupt;
    this.#appended = 0;
  }

  append(event: RunEvent): void {
    this.#appended += 1;
    const { atLine = Number.POSITIVE_INFINITY, how } = this.#stop ?? {};
    const mortal = how !== 'ctrl-c';
    if (mortal && this.#appended > atLine) throw new Killed();
    const stops = this.#appended === atLine;
    if (!stops || how !== 'line lost') this.lines.push(JSON.stringify(z.encode(runEventSchema, event)));
    if (!stops) return;
    if (mortal) throw new Killed();
    this.#interrupt();
  }

  get events(): readonly RunEvent[] {
    for (const line of this.lines.slice(this.#read.length))
      this.#read.push(runEventSchema.parse(JSON.parse(line)));
    return [...this.#read];
  }
}

/** `lost answer`: the call took effect, but only a time-out came back. `none`: this time nothing goes wrong. */
export type Trouble = 'throttled' | 'denied' | 'lost answer' | 'none';

/** By call, such as `Create a`: what goes wrong the next times, in this order, or always. */
export type Troubles = Readonly<Record<string, readonly Trouble[] | Trouble>>;

type Operation = 'Exists' | 'Create' | 'Delete';

class ToyCommand<Output extends object> implements SdkCommand<object, Output> {
  readonly input: { readonly operation: Operation; readonly thing: string };

  constructor(operation: Operation, thing: string) {
    this.input = { operation, thing };
  }

  resolveMiddleware(): () => Promise<{ output: Output }> {
    throw new Bug('The toy has no middleware');
  }
}

export const createThing = (aws: ChangeClients, thing: string) =>
  aws.send('ssm', new ToyCommand<object>('Create', thing));
export const deleteThing = (aws: ChangeClients, thing: string) =>
  aws.send('ssm', new ToyCommand<object>('Delete', thing));
export const thingExists = async (aws: ReadClients, thing: string) =>
  (await aws.send('ssm', new ToyCommand<{ exists: boolean }>('Exists', thing))).exists;

/** Uses no guard of ours: what the engine grants is what the test looks at. */
export class ToyAws implements AwsSession {
  readonly things: Set<string>;
  /** Every write that took effect, in order. */
  readonly effects: string[] = [];
  readonly calls: CallRecord[] = [];
  readonly grants: Grant[] = [];
  readonly #troubles: Map<string, Trouble[] | Trouble>;
  readonly #rehearsal: boolean;

  constructor(things: Iterable<string>, troubles: Troubles, rehearsal: boolean) {
    this.things = new Set(things);
    this.#troubles = new Map(
      Object.entries(troubles).map(([call, list]) => [call, typeof list === 'string' ? list : [...list]]),
    );
    this.#rehearsal = rehearsal;
  }

  forReading(grant: Grant): ReadClients {
    this.grants.push(grant);
    return {
      region: 'eu-central-1',
      in: () => this.forReading(grant),
      callerRegion: async () => 'eu-central-1',
      send: async <Input extends object, Output extends object>(
        _service: string,
        command: SdkCommand<Input, Output>,
      ) => this.#answer(toyInput.parse(command.input), grant) as Output,
    };
  }

  forChanging(grant: Grant): ChangeClients {
    return { ...this.forReading(grant), in: () => this.forChanging(grant), mayChange: true };
  }

  #answer({ operation, thing }: z.output<typeof toyInput>, grant: Grant): object {
    if (grant.signal.aborted) throw new Interrupted();
    const write = operation !== 'Exists';
    if (write && grant.phase === 'read') throw new Bug(`${operation} is no read`);
    const call = `${operation} ${thing}`;
    const blocked = write && this.#rehearsal;
    const trouble = blocked ? undefined : this.#nextTrouble(call);
    if (write && !blocked && (trouble === undefined || trouble === 'lost answer')) {
      this.effects.push(call);
      if (operation === 'Create') this.things.add(thing);
      else this.things.delete(thing);
    }
    const error = blocked ? 'BlockedWrite' : trouble;
    const { step, phase } = grant;
    const record: CallRecord = {
      step,
      phase,
      service: 'ssm',
      operation,
      write,
      parameters: { thing },
      attempts: 1,
      milliseconds: 5,
      ...(error !== undefined && { error }),
    };
    this.calls.push(record);
    grant.record(record);
    if (blocked) throw new BlockedWrite('ssm', operation, { thing });
    if (trouble !== undefined) throw troubleError(operation, thing, trouble);
    return { exists: this.things.has(thing) };
  }

  #nextTrouble(call: string): Trouble | undefined {
    const planned = this.#troubles.get(call);
    const next = typeof planned === 'string' ? planned : planned?.shift();
    return next === 'none' ? undefined : next;
  }
}

const toyInput = z.object({ operation: z.enum(['Exists', 'Create', 'Delete']), thing: z.string() });

const troubleError = (operation: string, thing: string, trouble: Trouble) =>
  new AwsCallError({
    code: 'TOY_TROUBLE',
    message: `${operation} ${thing}: ${trouble}`,
    service: 'ssm',
    operation,
    awsCode: trouble,
    transient: trouble !== 'denied',
  });

export interface BenchOptions {
  readonly things?: readonly string[];
  readonly troubles?: Troubles;
  readonly mode?: RunStarted['mode'];
  readonly protected?: boolean;
  readonly approve?: (request: ApprovalRequest) => ApprovalAnswer;
  /** By default a failed run is left as it is. */
  readonly decide?: (failure: FailedStep, nth: number) => FailureChoice;
  /** Asked before each change; without it nobody is. */
  readonly goOn?: (next: NextChange, signal: AbortSignal) => boolean | Promise<boolean>;
  readonly observers?: readonly Observer[];
  readonly onlyHere?: true;
}

export const by = 'anna@laptop';

/** One run of a list of steps on a toy AWS. `start`, `resume` and `rollBack` are processes of their own over the same world and journal. */
export interface Bench {
  readonly aws: ToyAws;
  readonly clock: FakeClock;
  readonly journal: MemoryJournal;
  /** What the operator was asked. */
  readonly approvals: ApprovalRequest[];
  readonly failures: FailedStep[];
  /** Steps as this version of the code has them. */
  steps: readonly ListEntry[];
  /** The first Ctrl-C. */
  interrupt(): void;
  /** The next process stops there. */
  stopAt(stop: Stop): void;
  start(): Promise<RunEnd>;
  resume(): Promise<RunEnd>;
  rollBack(): Promise<RunEnd>;
}

export const runId = 'toy-20260301-030000-abcd';

export function bench(steps: readonly ListEntry[], options: BenchOptions = {}): Bench {
  const { things = [], troubles = {}, mode = 'live', observers = [] } = options;
  const clock = fakeClock();
  const aws = new ToyAws(things, troubles, mode === 'rehearsal');
  const journal = new MemoryJournal();
  const approvals: ApprovalRequest[] = [];
  const failures: FailedStep[] = [];
  const operator: Operator = {
    name: by,
    approve: async (request) => {
      approvals.push(request);
      return options.approve?.(request) ?? { approved: true, by };
    },
    decide: async (failure) => {
      const nth = failures.push(failure);
      return options.decide?.(failure, nth) ?? { choice: 'leave' };
    },
    ...(options.goOn && { goOn: async (next, signal) => options.goOn?.(next, signal) ?? true }),
  };
  const { name, ...settings } = environment(options.protected ?? false);
  let controller = new AbortController();
  let nextStop: Stop | undefined;
  const ports = (): Ports => {
    controller = new AbortController();
    journal.beginProcess(nextStop, () => controller.abort());
    nextStop = undefined;
    return {
      aws,
      ...(options.onlyHere && { onlyHere: true }),
      http: { get: async () => ({ status: 200, milliseconds: 1 }) },
      names: { aliasOf: async () => ({ failed: 'ENOTFOUND' }) },
      clock,
      journal,
      operator,
      observers,
      signal: controller.signal,
    };
  };
  const self: Bench = {
    aws,
    clock,
    journal,
    approvals,
    failures,
    steps,
    interrupt: () => controller.abort(),
    stopAt: (stop) => {
      nextStop = stop;
    },
    start: () =>
      startRun(
        {
          runbook: toyRunbook(self.steps),
          parameters: {},
          environment: { name, ...settings },
          runId,
          mode,
          toolVersion: '0.1.0',
        },
        ports(),
      ),
    resume: () => resumeRun(toyRunbook(self.steps), journal.events, '0.1.0', ports()),
    rollBack: () => rollBackRun(toyRunbook(self.steps), journal.events, ports()),
  };
  return self;
}

const toyRunbook = (steps: readonly ListEntry[]): Runbook =>
  runbook({
    id: 'toy',
    title: 'Toy',
    whenToUse: 'In tests',
    parameters: z.object({}),
    steps: () => steps,
    forms: [],
    safeToUndo: true,
  });

const environment = (isProtected: boolean): Environment => ({
  name: 'testing',
  ...environmentSchema.parse({
    account: '111122223333',
    region: 'eu-central-1',
    protected: isProtected,
    components: {},
  }),
});

type WithoutTime<Event> = Event extends { at: string } ? Omit<Event, 'at'> : never;

/** The events after `run-started`, without their times and without the calls of AWS. */
export const told = ({ journal }: Bench): readonly WithoutTime<RunEvent>[] =>
  journal.events
    .slice(1)
    .filter(({ type }) => type !== 'aws-called')
    .map(({ at: _at, ...event }) => event as WithoutTime<RunEvent>);

/** The same in short: `step-started a`. */
export const toldInShort = (bench: Bench): readonly string[] =>
  told(bench).map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type));
