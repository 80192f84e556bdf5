import * as z from 'zod';
import { minutes } from '../../duration.ts';
import type { Environment } from '../../environment.ts';
import { type NamedSecret, secretOf, setByOf } from './rotated-secrets.ts';
import type { AllFacts, SecretFacts } from './secret-facts.ts';

const takenUpBy = z.object({ fleet: z.string(), how: z.enum(['reload', 'restart']) });

/** One secret of a run, with everything that decides which steps it takes. */
export const rotationItem = z.object({
  name: z.string(),
  way: z.enum(['function', 'tool']),
  /** How the tool sets the password; absent where its function does. */
  setBy: z.enum(['master-password', 'search-master-user', 'broker-user', 'command']).optional(),
  /** A version with AWSPENDING from a rotation that did not finish, and what becomes of it. */
  leftOver: z.object({ version: z.string(), how: z.enum(['resume', 'withdraw']) }).optional(),
  consumers: z.array(takenUpBy),
  /** How long its users must work with a new version. */
  soak: z.number(),
  retires: z.boolean(),
});
export type RotationItem = z.output<typeof rotationItem>;
export type TakenUpBy = RotationItem['consumers'][number];

export type LeftOver = 'stop' | 'resume' | 'withdraw';

/** The secrets that are meant, each in the way that it has: by its function, or else by this tool. */
export const itemsFor = (
  environment: Environment,
  { secrets }: AllFacts,
  leftOver: LeftOver,
): readonly RotationItem[] =>
  secrets.filter(({ isMeant }) => isMeant).map((facts) => itemFor(environment, facts, leftOver));

function itemFor(environment: Environment, facts: SecretFacts, leftOver: LeftOver): RotationItem {
  const secret: NamedSecret = secretOf(environment, facts.name);
  const byFunction = facts.rotationFunction !== undefined;
  const setBy = setByOf(environment, secret);
  return {
    name: facts.name,
    way: byFunction ? 'function' : 'tool',
    ...(!byFunction && setBy !== undefined && { setBy }),
    ...(facts.pending !== undefined &&
      leftOver !== 'stop' && { leftOver: { version: facts.pending, how: leftOver } }),
    consumers: secret.consumers.map(({ fleet, restart }) => ({
      fleet,
      how: restart === undefined ? ('reload' as const) : ('restart' as const),
    })),
    soak: secret.soak,
    retires: secret.retire !== undefined,
  };
}

export const exampleByTool: RotationItem = {
  name: 'queue',
  way: 'tool',
  setBy: 'command',
  consumers: [{ fleet: 'app', how: 'reload' }],
  soak: minutes(5),
  retires: false,
};

/** One whose users restart, so that the docs and the permissions have both ways. */
export const exampleByFunction: RotationItem = {
  name: 'database',
  way: 'function',
  consumers: [{ fleet: 'app', how: 'restart' }],
  soak: minutes(5),
  retires: false,
};
