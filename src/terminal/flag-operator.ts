import type { Operator } from '../engine/operator.ts';

export interface ApprovalFlags {
  /** Whoever typed the command: login and machine. */
  readonly name: string;
  /** `--yes` */
  readonly yes: boolean;
  /** `--reason` */
  readonly reason?: string;
}

/** `--on-failure` */
export type OnFailure = 'undo' | 'leave';

/** What was typed beforehand answers: where there is no terminal to ask on. */
export const flagOperator = (flags: ApprovalFlags & { readonly onFailure: OnFailure }): Operator => ({
  name: flags.name,
  approve: approveByFlag(flags),
  decide: decideByFlag(flags.onFailure),
});

export const approveByFlag =
  ({ name, yes, reason }: ApprovalFlags): Operator['approve'] =>
  async ({ mustBeTyped, typeToConfirm, typed }) => {
    if (!yes) return { approved: false, by: name, because: 'no terminal to ask on, and --yes was not given' };
    if (mustBeTyped && typed !== typeToConfirm)
      return {
        approved: false,
        by: name,
        because: `--yes is not enough for this: it has to be typed, as --confirm "${typeToConfirm}", or on a terminal without --yes`,
      };
    return { approved: true, by: name, ...(reason !== undefined && { reason }) };
  };

export const decideByFlag =
  (onFailure: OnFailure): Operator['decide'] =>
  async ({ changesInPlace }) => ({ choice: changesInPlace.length === 0 ? 'leave' : onFailure });
