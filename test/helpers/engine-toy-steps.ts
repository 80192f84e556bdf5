import * as z from 'zod';
import { seconds } from '../../src/duration.ts';
import type { ReadContext } from '../../src/engine/context.ts';
import { type Change, change, type Undo, type Wait, wait } from '../../src/engine/step.ts';
import { createThing, deleteThing, thingExists } from './engine-harness.ts';

export const thing = z.object({ thing: z.string() });
export type Thing = z.output<typeof thing>;

/** Deletes it, once, if it is there. */
export const deletes = (name: string, alsoWith: readonly string[] = []): Undo<Thing> => ({
  title: `Delete ${name}`,
  async apply({ aws }) {
    for (const each of [...alsoWith, name]) if (await thingExists(aws, each)) await deleteThing(aws, each);
  },
});

/** The same in turns: at most one thing done in each. */
export const deletesInTurns = (name: string): Undo<Thing> => ({
  title: `Delete ${name}, in turns`,
  every: seconds(10),
  timeout: seconds(60),
  async turn({ aws }) {
    if (!(await thingExists(aws, name))) return { ready: true };
    await deleteThing(aws, name);
    return { ready: false, because: `${name} is being deleted` };
  },
});

type Undoing =
  | { readonly undo: Undo<Thing> }
  | { readonly cannotUndo: string }
  | { readonly undoneBy: { readonly id: string } };

export const creates = (
  id: string,
  undoing: Undoing = { undo: deletes(id) },
  name: string = id,
): Change<Thing> =>
  change({
    id,
    title: `Create ${name}`,
    returns: thing,
    ...undoing,
    findApplied: async ({ aws }) => ((await thingExists(aws, name)) ? { thing: name } : undefined),
    async apply({ aws }) {
      await createThing(aws, name);
      return { thing: name };
    },
  });

/** Waits for what `isReady` says; every 10 s, for 60 s. */
export const waitsUntil = (
  id: string,
  isReady: (context: ReadContext) => boolean | Promise<boolean>,
  more: { readonly every?: number; readonly timeout?: number; readonly hint?: string } = {},
): Wait<void> =>
  wait<void>({
    id,
    title: `${id} is ready`,
    every: seconds(10),
    timeout: seconds(60),
    probe: async (context) =>
      (await isReady(context)) ? { ready: true } : { ready: false, because: `${id} is not ready` },
    ...more,
  });
