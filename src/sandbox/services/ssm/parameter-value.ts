import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { selected, shownValue } from './parameters.ts';

/** What whoever may read a parameter gets, decrypted; by name, with `:version` or `:label` where one is meant. */
export function parameterValue(world: World, name: string): string | undefined {
  try {
    const found = selected(world, name);
    return found && shownValue(world, found.version, true);
  } catch (error) {
    if (error instanceof AwsFault) return undefined;
    throw error;
  }
}
