import type { Key, KmsState } from '../services/kms/state.ts';
import type { World } from '../world.ts';
import { keys as keyArns, recoveryKeys, region } from './names.ts';

const created = new Date('2025-06-11T07:48:20Z');

const idIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** What each key is for, by its name in `names.ts`. The broker's is the one whose rotation somebody forgot to turn on. */
const purposes: Readonly<Record<string, { description: string; rotates: boolean }>> = {
  database: { description: 'Morpheus production: Aurora storage and snapshots', rotates: true },
  files: { description: 'Morpheus production: shared storage', rotates: true },
  secrets: { description: 'Morpheus production: secrets and secure parameters', rotates: true },
  search: { description: 'Morpheus production: search domain', rotates: true },
  queue: { description: 'Morpheus production: message broker', rotates: false },
  backup: { description: 'Morpheus production: backup vault', rotates: true },
};

const ownKey = (name: string, arn: string): Key => ({
  id: idIn(arn),
  manager: 'CUSTOMER',
  createdAt: created,
  description: purposes[name]?.description ?? name,
  ...(purposes[name]?.rotates && { rotation: { days: 365, since: created } }),
  tags: [
    { TagKey: 'Project', TagValue: 'morpheus' },
    { TagKey: 'Environment', TagValue: 'prod' },
    { TagKey: 'Name', TagValue: `morpheus-prod-${name}` },
  ],
});

/** Services whose own key AWS made in this account when they were first used without a customer managed one. */
const managedFor = ['acm', 'backup', 'ebs', 'elasticfilesystem', 'rds', 's3', 'secretsmanager', 'ssm'];
const managedSince = new Date('2025-06-10T15:02:57Z');

const managedDescription = (service: string): string =>
  `Default key that protects my ${service === 'acm' ? 'ACM private keys' : `${service} data`} when no other key is defined`;

const managedKey = (world: World, service: string, index: number): Key => ({
  id: `${world.region === region ? 'a' : 'b'}0d1e2f3-4a5b-4c6d-8e9f-${(0x0a1b2c3d4e5f + 0x111111111 * index).toString(16).padStart(12, '0')}`,
  manager: 'AWS',
  createdAt: managedSince,
  description: managedDescription(service),
  rotation: { days: 365, since: managedSince },
  tags: [],
});

/** The keys, one per service, as they stand in the Region of this world. */
export function keys(world: World): KmsState {
  const arns = Object.entries<string>(world.region === region ? keyArns : recoveryKeys);
  const named = [
    ...arns.map(([name, arn]) => ({ alias: `alias/morpheus-prod-${name}`, key: ownKey(name, arn) })),
    ...managedFor.map((service, index) => ({
      alias: `alias/aws/${service}`,
      key: managedKey(world, service, index),
    })),
  ];
  return {
    keys: named.map(({ key }) => key),
    aliases: named.map(({ alias, key }) => ({
      AliasName: alias,
      AliasArn: `arn:aws:kms:${world.region}:${world.account}:${alias}`,
      TargetKeyId: key.id,
      CreationDate: key.createdAt,
      LastUpdatedDate: key.createdAt,
    })),
    grants: [],
  };
}
