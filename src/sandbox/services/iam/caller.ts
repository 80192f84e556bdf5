import type { World } from '../../world.ts';

/** The role that every caller of the sandbox has, whatever credentials it signs with. */
export const callerRole = 'morpheus-operations';
export const callerSession = 'on-call';
export const callerRoleId = 'AROASANDBOXOPERATIONS';
/** As `sandbox serve` tells its users to set it. */
export const callerAccessKey = 'AKIDSANDBOX';

export const callerArn = (world: World): string =>
  `arn:aws:sts::${world.account}:assumed-role/${callerRole}/${callerSession}`;
