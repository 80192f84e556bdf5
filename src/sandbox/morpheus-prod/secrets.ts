import { hours } from '../../duration.ts';
import { drawUuid } from '../random.ts';
import { later } from '../schedule.ts';
import { seal } from '../sealed.ts';
import { dayOf } from '../services/secrets-manager/describe.ts';
import { randomPassword } from '../services/secrets-manager/random-password.ts';
import { replicaOf } from '../services/secrets-manager/replication.ts';
import { planRotation } from '../services/secrets-manager/rotation.ts';
import {
  emptySecretsManager,
  type Secret,
  type SecretsManagerState,
} from '../services/secrets-manager/state.ts';
import { elsewhere, type World } from '../world.ts';
import {
  account,
  database,
  keys,
  queue,
  recoveryKeys,
  recoveryRegion,
  region,
  search,
  secrets as secretNames,
  tag,
} from './names.ts';

const lambda = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;

/** The rotation functions that are deployed; the broker's secret was never connected with its own. */
export const rotationFunctions = {
  singleUser: lambda('morpheus-prod-rotate-database-single-user'),
  alternatingUsers: lambda('morpheus-prod-rotate-database-alternating-users'),
  queue: lambda('morpheus-prod-rotate-queue'),
  search: lambda('morpheus-prod-rotate-search'),
} as const;

interface Story {
  readonly identity: { readonly name: string; readonly arn: string };
  readonly description: string;
  readonly component: string;
  readonly login: Readonly<Record<string, string | number>>;
  /** Days since its value was last changed. */
  readonly age: number;
  readonly rotation?: { readonly enabled: boolean; readonly lambda: string; readonly days: number };
}

const mysql = { engine: 'mysql', port: 3306, dbname: 'morpheus', dbClusterIdentifier: database.cluster };

/** One is due soon, one is overdue since somebody turned its rotation off, and one was never rotated. */
const stories: readonly Story[] = [
  {
    identity: secretNames.databaseMaster,
    description: 'Master user of the Aurora cluster morpheus-prod',
    component: 'database',
    login: { ...mysql, host: database.host, username: database.masterUser },
    age: 60,
    rotation: { enabled: true, lambda: rotationFunctions.singleUser, days: 90 },
  },
  {
    identity: secretNames.database,
    description: 'Database user of the Morpheus application',
    component: 'database',
    login: {
      ...mysql,
      host: database.host,
      username: database.applicationUser,
      masterarn: secretNames.databaseMaster.arn,
    },
    age: 27,
    rotation: { enabled: true, lambda: rotationFunctions.alternatingUsers, days: 30 },
  },
  {
    identity: secretNames.queue,
    description: 'User of the RabbitMQ broker morpheus-rabbitmq',
    component: 'queue',
    login: { engine: 'rabbitmq', brokerId: queue.id, host: queue.host, port: 5671, username: queue.user },
    age: 210,
  },
  {
    identity: secretNames.search,
    description: 'Internal user of the OpenSearch domain morpheus-logs',
    component: 'search',
    login: {
      engine: 'opensearch',
      domain: search.domain,
      host: search.host,
      port: 443,
      username: search.user,
    },
    age: 118,
    rotation: { enabled: false, lambda: rotationFunctions.search, days: 90 },
  },
];

const created = new Date('2025-06-11T08:32:10Z');

function secretOf(world: World, { identity, description, component, login, age, rotation }: Story): Secret {
  const changedAt = later(world.now, -hours(24 * age + 3));
  const version = (stage: string, createdAt: Date) => ({
    id: drawUuid(world),
    stages: [stage],
    createdAt,
    text: seal(
      world,
      JSON.stringify({
        ...login,
        password: randomPassword(world, { excluded: '/@"\'\\,:=[] ' }, 'events'),
      }),
    ),
    key: keys.secrets,
  });
  const isRotated = rotation !== undefined;
  return {
    ...identity,
    description,
    kmsKey: keys.secrets,
    tags: [tag('Project', 'morpheus'), tag('Environment', 'prod'), tag('Component', component)],
    createdAt: created,
    changedAt,
    accessedOn: dayOf(world.now),
    ...(isRotated && { rotatedAt: changedAt }),
    versions: [
      ...(isRotated ? [version('AWSPREVIOUS', later(changedAt, -hours(24 * rotation.days)))] : []),
      version('AWSCURRENT', changedAt),
    ],
    ...(isRotated && {
      rotation: {
        enabled: rotation.enabled,
        lambda: rotation.lambda,
        rules: { AutomaticallyAfterDays: rotation.days },
      },
    }),
    replicas: [{ Region: recoveryRegion, Status: 'InSync', KmsKeyId: recoveryKeys.secrets }],
  };
}

/** The secrets of database, broker and search, as they stand in the Region of this world. */
export function secrets(world: World): SecretsManagerState {
  if (world.region === region) {
    const own = stories.map((story) => secretOf(world, story));
    for (const secret of own) planRotation(world, secret);
    return { ...emptySecretsManager(), secrets: own, functions: Object.values(rotationFunctions) };
  }
  return {
    ...emptySecretsManager(),
    secrets: elsewhere(world, region).secretsManager.secrets.map((secret) =>
      replicaOf(secret, world.region, region, recoveryKeys.secrets),
    ),
  };
}
