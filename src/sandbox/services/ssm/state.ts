import type { Parameter, ParameterHistory, Tag, Target } from '@aws-sdk/client-ssm';
import type { Known } from '../../known.ts';

/** `Value` is what is shown without decryption: of a SecureString the sealed text. */
export type ParameterVersion = Known<
  Omit<ParameterHistory, 'Name'>,
  'Value' | 'Version' | 'Type' | 'LastModifiedDate'
>;

/** A parameter with its newest version. */
export type StoredParameter = Known<Parameter, 'Name' | 'ARN'> &
  ParameterVersion & {
    /** Versions before the newest, oldest first. */
    earlier: ParameterVersion[];
    tags: Known<Tag, 'Key' | 'Value'>[];
  };

/** How one node's copy of a command ended. The names are those of AWS's status details. */
export type Outcome =
  | 'Success'
  | 'Failed'
  | 'ExecutionTimedOut'
  | 'Undeliverable'
  | 'Terminated'
  | 'Cancelled';

export interface Invocation {
  readonly instance: string;
  /** On its way to the node, as MaxConcurrency allows. */
  sent?: true;
  /** The node was not there when it should have been delivered. */
  delayed?: true;
  startedAt?: Date;
  endedAt?: Date;
  outcome?: Outcome;
  /** Lines of the script that were run. */
  lines: number;
  /** After `set -e`. */
  stopsOnError?: true;
  exitCode: number;
  /** The line under way prints only when it ends: what the application knows it by. */
  watch?: string;
  stdout: string;
  stderr: string;
}

export interface SentCommand {
  readonly id: string;
  readonly document: string;
  readonly comment: string;
  readonly parameters: Record<string, string[]>;
  readonly instanceIds: string[];
  readonly targets: Target[];
  readonly requestedAt: Date;
  /** Reads of an invocation lag behind. */
  readonly visibleFrom: Date;
  /** Seconds within which the command must begin to run, and within which it must end then. */
  readonly timeout: number;
  readonly executionTimeout: number;
  readonly maxConcurrency: string;
  readonly maxErrors: string;
  cancelledAt?: Date;
  invocations: Invocation[];
}

/** Seconds, at least and at most. */
type Span = readonly [least: number, most: number];

export interface SystemsManagerState {
  parameters: StoredParameter[];
  /** The newest last. */
  commands: SentCommand[];
  timings: {
    /** Until the agent has a command. */
    delivery: Span;
    /** Until an invocation can be read. */
    visible: Span;
  };
}

/** `node` and not `instance`: Auto Scaling takes the events of an instance that it terminates out of the queue, and these must come. */
export type SystemsManagerEvent =
  | { readonly kind: 'command-delivered'; readonly command: string; readonly node: string }
  | { readonly kind: 'command-line-ended'; readonly command: string; readonly node: string };

export const emptySystemsManager = (): SystemsManagerState => ({
  parameters: [],
  commands: [],
  timings: { delivery: [2, 4], visible: [1, 2] },
});
