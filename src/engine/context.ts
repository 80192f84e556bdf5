import type { AwsSession, ChangeClients, ReadClients } from '../aws/clients.ts';
import type { Clock } from '../clock.ts';
import type { Environment } from '../environment.ts';
import type { HttpProbe } from '../http-probe.ts';
import type { NameLookup } from '../name-lookup.ts';
import type { Finding } from './finding.ts';
import type { Lane, Observations } from './observation.ts';
import type { Operator } from './operator.ts';
import type { RunEvent } from './run-event.ts';
import type { StepReference } from './step.ts';

/** A number that a step saw at a time. */
export interface Sample {
  readonly at: Date;
  readonly value: number;
}

export interface Span {
  readonly from: Date;
  readonly to?: Date;
}

/** What every step gets. Its AWS clients refuse every write. */
export interface ReadContext {
  readonly runId: string;
  readonly environment: Environment;
  readonly aws: ReadClients;
  readonly http: HttpProbe;
  readonly names: NameLookup;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** When the run began, not when it was resumed. */
  readonly runStartedAt: Date;
  /** Tells the operator how far the step is, in one line. */
  progress(line: string): void;
  /**
   * The recorded output of an earlier step: of this turn of a `forEach` or this branch if the step is in it, else of the lists around
   * it and of the branches that were carried out there. Of a branch beside this one nothing can be read.
   * @throws StepNotReached where the journal holds no output for it
   */
  outputOf<Output>(step: StepReference<Output>): Output;
  /**
   * When an earlier step began and ended, or all that is in a list: from the first of it to the last. Where it is looked for is as with
   * `outputOf`; `undefined` where nothing of it began, and without an end where it is not over.
   */
  spanOf(entry: { readonly id: string }): Span | undefined;
  /** Journals a number seen, under a name, whenever it differs from the last one under that name. Names are the run's: no two branches share one. */
  sample(name: string, value: number): void;
  /** Journals what this step found of the things that it looked at, once, with its verdict on each. */
  found(findings: readonly Finding[]): void;
  /** All numbers journalled under a name, oldest first, also those from before a resume. */
  samplesOf(name: string): readonly Sample[];
  /** What an observe step saw of a lane, oldest first, in all its attempts. Where it is looked for is as with `outputOf`. */
  observationsOf<Seen>(step: { readonly id: string }, lane: Lane<Seen>): Observations<Seen>;
}

/** What the decision of an observe step is made from. */
export interface DecisionContext
  extends Pick<ReadContext, 'environment' | 'outputOf' | 'observationsOf' | 'runStartedAt'> {
  readonly now: Date;
  /** When the time of this attempt is over: from then on this is the last decision. Absent in a rehearsal, which decides once. */
  readonly deadline?: Date;
  /** What this step has seen of a lane so far. */
  seen<Seen>(lane: Lane<Seen>): Observations<Seen>;
}

/** What `apply` and `undo` of a change get, and nothing else. */
export interface ChangeContext extends Omit<ReadContext, 'aws'> {
  readonly aws: ChangeClients;
  readonly mayChange: true;
  /** The same on every attempt of this step in this run, also after a resume. At most 64 characters of ASCII. */
  readonly idempotencyToken: string;
}

/** The run's append-only list of events. `append` returns once the event is safe. */
export interface Journal {
  append(event: RunEvent): void;
}

export type Observer = (event: RunEvent) => void;

export interface Ports {
  readonly aws: AwsSession;
  /** The account exists in this process alone: there is nothing that an AWS CLI could ask. */
  readonly onlyHere?: true;
  readonly http: HttpProbe;
  readonly names: NameLookup;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly operator: Operator;
  readonly observers: readonly Observer[];
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}
