import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { OperatorError, UsageError } from '../errors.ts';

/** The file that a served world is kept in, for its owner only. */
export interface StateFile {
  /** @throws UsageError where there is a file that cannot be read */
  load(): string | undefined;
  /** As a whole or not at all. @throws OperatorError where it cannot be written */
  store(world: string): void;
}

export function stateFile(name: string): StateFile {
  const file = resolve(name);
  return {
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
        throw new OperatorError({
          code: 'STATE_NOT_WRITABLE',
          message: `${name} cannot be written: ${reasonOf(cause)}. The world would be lost with the server`,
          hint: 'Make room or give access there, or name another file: --state FILE',
          cause,
        });
      }
    },
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
