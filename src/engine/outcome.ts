/** How a run ended. `fault` is a bug of ours; the others are facts about the environment. */
export const outcomes = [
  'succeeded',
  'declined',
  'failed',
  'failed-with-changes',
  'rolled-back',
  'rollback-failed',
  'refused',
  'interrupted',
  'fault',
] as const;

export type Outcome = (typeof outcomes)[number];

/** The process's exit code for each outcome. 2 is wrong usage or configuration, where no run begins. */
export const exitCodeOf: Record<Outcome, number> = {
  succeeded: 0,
  fault: 1,
  declined: 3,
  failed: 4,
  'failed-with-changes': 5,
  'rolled-back': 6,
  'rollback-failed': 7,
  refused: 8,
  interrupted: 130,
};

export const usageExitCode = 2;
