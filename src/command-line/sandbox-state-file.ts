import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { lockWorld } from '../assemble.ts';
import { OperatorError, UsageError } from '../errors.ts';

/** The file that a served world is kept in, for its owner only. */
export interface StateFile {
  /**
   * So that two servers never write it in turns, each without what was done in the other.
   * @returns gives the file back
   * @throws Refusal where another server has it, and OperatorError where nothing can be written there
   */
  lock(): () => void;
  /** @throws UsageError where there is a file that cannot be read */
  load(): string | undefined;
  /** As a whole or not at all. @throws OperatorError where it cannot be written */
  store(world: string): void;
  /** What to tell of a world that was loaded and is none. */
  damaged(cause: unknown): UsageError;
}

export function stateFile(name: string): StateFile {
  const file = resolve(name);
  const notWritable = (cause: unknown): OperatorError =>
    new OperatorError({
      code: 'STATE_NOT_WRITABLE',
      message: `${name} cannot be written: ${reasonOf(cause)}. The world would be lost with the server`,
      hint: 'Make room or give access there, or name another file: --state FILE',
      cause,
    });
  return {
    lock() {
      try {
        return lockWorld(file);
      } catch (error) {
        throw error instanceof OperatorError ? error : notWritable(error);
      }
    },
    load() {
      try {
        return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
      } catch (cause) {
        throw new UsageError({
          code: 'STATE_UNREADABLE',
          message: `${name} cannot be read: ${reasonOf(cause)}`,
          hint: 'Name another file: --state FILE',
          cause,
        });
      }
    },
    store(world) {
      try {
        writeFileSync(`${file}.new`, world, { mode: 0o600 });
        renameSync(`${file}.new`, file);
      } catch (cause) {
        throw notWritable(cause);
      }
    },
    damaged: (cause) =>
      new UsageError({
        code: 'STATE_UNREADABLE',
        message: `${name} holds no world that a server could go on from: it is damaged, or another version of runbook wrote it`,
        hint: 'Put a copy of it back, or begin a new world in another file: --state FILE',
        cause,
      }),
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
