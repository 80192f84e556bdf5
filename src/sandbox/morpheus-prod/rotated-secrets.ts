import { keys, secrets } from './names.ts';
import { rotationFunctions } from './secrets.ts';

const login = { fleet: 'app', command: 'morpheus-ctl try-login {secret} {versionId}' };

const app = {
  fleet: 'app',
  reload: 'morpheus-ctl reload-credentials',
  status: 'morpheus-ctl credential-status {secret} --since {since}',
};

/** How `runbook.yaml` would describe the secrets of the stack. */
export const rotatedSecrets = {
  'database-master': {
    secret: secrets.databaseMaster.arn,
    key: keys.secrets,
    rotationFunction: rotationFunctions.singleUser,
    component: 'database',
    kind: 'master-user' as const,
    login,
  },
  database: {
    secret: secrets.database.arn,
    key: keys.secrets,
    rotationFunction: rotationFunctions.alternatingUsers,
    component: 'database',
    kind: 'user' as const,
    users: 'alternating' as const,
    maxAge: '30d',
    login,
    consumers: [app],
  },
  queue: {
    secret: secrets.queue.arn,
    key: keys.secrets,
    component: 'queue',
    kind: 'user' as const,
    set: 'morpheus-ctl set-login {secret} {versionId}',
    login,
    consumers: [app],
  },
  search: {
    secret: secrets.search.arn,
    key: keys.secrets,
    rotationFunction: rotationFunctions.search,
    component: 'search',
    kind: 'master-user' as const,
    login,
    consumers: [app],
  },
};
