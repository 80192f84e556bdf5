import type { ApprovalRequest } from './step.ts';

export type ApprovalAnswer =
  | { readonly approved: true; readonly by: string; readonly reason?: string }
  | { readonly approved: false; readonly by: string; readonly because: string };

/** What can be done about a failed step. `undo` is offered only while there is something to undo. */
export type FailureChoice =
  | { readonly choice: 'retry' }
  | { readonly choice: 'skip'; readonly reason: string }
  | { readonly choice: 'undo' }
  | { readonly choice: 'leave' };

export interface FailedStep {
  readonly path: string;
  readonly title: string;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
  /** False for approvals: a no is not passed over. About safety checks nobody is asked at all. */
  readonly maySkip: boolean;
  /** Titles of the changes that are in place, latest first. */
  readonly changesInPlace: readonly string[];
}

/** A change that this run would begin now, and has not begun before. */
export interface NextChange {
  readonly path: string;
  readonly title: string;
  /** How it would be undone, or why it cannot be. */
  readonly wayBack: string;
  /** Titles of the changes that are in place, latest first. */
  readonly changesInPlace: readonly string[];
}

/** The person, or the flags that stand in for one. */
export interface Operator {
  /** Login and machine, as the journal names whoever started, resumed or approved. */
  readonly name: string;
  approve(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalAnswer>;
  decide(failure: FailedStep, signal: AbortSignal): Promise<FailureChoice>;
  /** Of whoever goes step by step: asked before each change. A no interrupts the run, which can be resumed. */
  goOn?(next: NextChange, signal: AbortSignal): Promise<boolean>;
}
