/** What the development stack's resources are called, where more than one part of it needs to know. */

export const account = '111122223333';
export const region = 'eu-west-1';
export const zones = [`${region}a`, `${region}b`];

/** Nodes that no group looks after, and their volumes. */
export const fixedNodes = {
  keystone: ['i-0b5c6d7e8f90a1b2c', 'i-0c6d7e8f90a1b2c3d'],
  rabbitmq: ['i-0d7e8f90a1b2c3d4e', 'i-0e8f90a1b2c3d4e5f'],
  jump: ['i-0f90a1b2c3d4e5f6a'],
} as const;

export const volumes = {
  /** With the Fernet keys on them. */
  keystone: ['vol-0a1b3c5d7e9f02468', 'vol-0b2c4d6e8f0a13579'],
  rabbitmqRoots: ['vol-0c3d5e7f9a1b2468a', 'vol-0d4e6f8a0b2c3579b'],
  /** With the queues that survive a restart. */
  rabbitmqQueues: ['vol-0e5f7a9b1c3d468ac', 'vol-0f6a8b0c2d4e579bd'],
  jump: ['vol-0a7b9c1d3e5f68ace'],
} as const;

export const keystoneDatabase = 'cso-dev-keystone';

export const backupNames = { plan: 'cso-dev', vault: 'cso-dev' } as const;

/** The tag by which the backup plan selects. */
export const backupTag = { Key: 'Backup', Value: backupNames.plan };
