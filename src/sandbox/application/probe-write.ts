import type { World } from '../world.ts';
import { connectAfresh, type Place, readOnlyError } from './connect.ts';
import { type CommandResult, failed, ok } from './shell.ts';

/** Milliseconds that a write takes: over a connection that stands, and over a new one. */
export const writeTakes = { pooled: 4, fresh: 31 } as const;

export function writeOverPool(_world: World, { on }: Place): CommandResult {
  if (on.pool === undefined) return failed(1, on.lost.database ?? 'No connection', 1);
  return on.pool.readOnly ? failed(1, readOnlyError) : ok(`ok ${writeTakes.pooled} ms`);
}

export function writeAfresh(world: World, place: Place): CommandResult {
  const answer = connectAfresh(world, place);
  if ('error' in answer) return failed(1, answer.error, 1);
  return answer.readOnly ? failed(1, readOnlyError) : ok(`ok ${writeTakes.fresh} ms`);
}
