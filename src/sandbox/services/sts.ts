import type { Service } from '../service.ts';
import type { World } from '../world.ts';
import type { Operations } from './operations.ts';

/** The role that every caller of the sandbox has. */
export const callerArn = (world: World): string =>
  `arn:aws:sts::${world.account}:assumed-role/morpheus-operations/on-call`;

export const stsOperations = {
  GetCallerIdentity: (world) => ({
    Account: world.account,
    Arn: callerArn(world),
    UserId: 'AROASANDBOXOPERATIONS:on-call',
  }),
} satisfies Operations<typeof import('@aws-sdk/client-sts')>;

export const sts: Service = { name: 'sts', operations: stsOperations };
