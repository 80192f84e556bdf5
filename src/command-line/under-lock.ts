import type { RunDirectory } from '../journal/run-directory.ts';

/**
 * Gives the run's lock back however this ends, also by `process.exit`.
 * @throws Refusal where another process drives this run
 */
export async function underLock<End>(
  directory: Pick<RunDirectory, 'lock'>,
  drive: () => Promise<End>,
): Promise<End> {
  const release = directory.lock();
  process.once('exit', release);
  try {
    return await drive();
  } finally {
    process.off('exit', release);
    release();
  }
}
