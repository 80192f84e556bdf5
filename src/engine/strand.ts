import { beside } from '../clock.ts';
import { Interrupted, type OperatorError } from '../errors.ts';
import type { Ports } from './context.ts';
import { isSessionOver } from './failure.ts';
import type { ListEntry } from './step.ts';

/** A step that failed, and about which nobody has decided yet. */
export interface Failure {
  readonly entry: ListEntry;
  readonly path: string;
  readonly error: OperatorError;
}

/** One line of steps, each after the other: the run's own, or that of a branch. */
export interface Strand {
  /** Aborted when nothing further may begin here, and what only waits is to be given up. */
  readonly rest: AbortSignal;
  /** Brings all branches to rest. Absent where there are none: a failure is decided at once. */
  readonly stop?: AbortController;
}

/** Failures in branches. They are decided once nothing goes on beside them any more. */
export class Undecided extends Error {
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[]) {
    super('Failures in branches are to be decided');
    this.failures = failures;
  }
}

type End =
  | { readonly how: 'done' | 'at rest' | 'interrupted' }
  | { readonly how: 'failed'; readonly failures: readonly Failure[] }
  | { readonly how: 'fault'; readonly fault: unknown };

/**
 * Carries out branches at the same time, until each is done or at rest. As soon as something ends one before its time, nothing further
 * begins in any of them, nor in the branches around them.
 * @throws Undecided where steps failed, in the order of the branches; Interrupted; a fault of ours, or that the session is over, as it is
 */
export async function carryOutBranches(
  branches: readonly ((strand: Strand) => Promise<void>)[],
  around: Strand,
  { clock }: Pick<Ports, 'clock'>,
): Promise<void> {
  const stop = around.stop ?? new AbortController();
  const strand: Strand = { rest: AbortSignal.any([around.rest, stop.signal]), stop };
  const ends = await Promise.all(
    branches.map((branch) => beside(clock, () => endOf(() => branch(strand), strand))),
  );
  const faults = ends.flatMap((end) => (end.how === 'fault' ? [end.fault] : []));
  // Whoever is only told to log in again would not hear of a fault of ours.
  if (faults.length > 0) throw faults.find((fault) => !isSessionOver(fault)) ?? faults[0];
  if (ends.some(({ how }) => how === 'interrupted')) throw new Interrupted();
  const failures = ends.flatMap((end) => (end.how === 'failed' ? end.failures : []));
  if (failures.length > 0) throw new Undecided(failures);
  if (ends.some(({ how }) => how === 'at rest')) throw new Interrupted();
}

async function endOf(branch: () => Promise<void>, { stop }: Strand): Promise<End> {
  try {
    await branch();
    return { how: 'done' };
  } catch (error) {
    const wasStopped = stop?.signal.aborted ?? false;
    stop?.abort();
    if (error instanceof Undecided) return { how: 'failed', failures: error.failures };
    if (error instanceof Interrupted) return { how: wasStopped ? 'at rest' : 'interrupted' };
    return { how: 'fault', fault: error };
  }
}
