import type { DBInstance, ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import { minutes } from '../../../duration.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { nameIn } from './find.ts';
import type { SingleCopy, SingleInstance } from './state.ts';

export const findSingle = (world: World, identifier: string): SingleInstance | undefined =>
  world.rds.singles.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === nameIn(identifier, 'db'));

/** Transaction logs go to S3 every five minutes. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html */
const logsEvery = minutes(5);

export function shownSingle(world: World, instance: SingleInstance): DBInstance {
  const { BackupRetentionPeriod, InstanceCreateTime } = instance;
  const latest = new Date(Math.floor((world.now.getTime() - minutes(1)) / logsEvery) * logsEvery);
  return {
    ...instance,
    ...(BackupRetentionPeriod > 0 && latest > InstanceCreateTime && { LatestRestorableTime: latest }),
  };
}

export const singleFilters = {
  'db-cluster-id': (_instance: SingleInstance) => [],
  'db-instance-id': ({ DBInstanceIdentifier, DBInstanceArn }: SingleInstance) => [
    DBInstanceIdentifier,
    DBInstanceArn,
  ],
  'dbi-resource-id': ({ DbiResourceId }: SingleInstance) => [DbiResourceId],
  engine: ({ Engine }: SingleInstance) => [Engine],
};

const notServed = (): AwsFault =>
  new AwsFault(
    'InvalidParameterCombination',
    'The sandbox changes nothing of an instance without a cluster but how long its backups are kept and when they are made.',
  );

/** Of other operations that name an instance: they are served for members of clusters only. */
export function refuseSingle(world: World, identifier: string): void {
  if (findSingle(world, identifier) !== undefined) throw notServed();
}

/** Retention and window change at once. */
export function modifySingle(
  world: World,
  instance: SingleInstance,
  {
    BackupRetentionPeriod = instance.BackupRetentionPeriod,
    PreferredBackupWindow = instance.PreferredBackupWindow,
    DBInstanceIdentifier: _named,
    ApplyImmediately: _atOnce,
    ...others
  }: ModifyDBInstanceMessage,
): DBInstance {
  if (Object.values(others).some((value) => value !== undefined)) throw notServed();
  if (BackupRetentionPeriod < 0 || BackupRetentionPeriod > 35)
    throw new AwsFault(
      'InvalidParameterValue',
      `Invalid backup retention period: ${BackupRetentionPeriod}. Must be between 0 and 35`,
    );
  Object.assign(instance, { BackupRetentionPeriod, PreferredBackupWindow });
  return shownSingle(world, instance);
}

/** A volume is some gigabytes full; a little more every day. */
const shareUsed = 0.3;

export function copyOfSingle(world: World, arn: string): SingleCopy | undefined {
  const instance = world.rds.singles.find(({ DBInstanceArn }) => DBInstanceArn === arn);
  if (instance?.DBInstanceStatus !== 'available') return undefined;
  const days = (world.now.getTime() - instance.InstanceCreateTime.getTime()) / 86_400_000;
  return {
    of: arn,
    takenAt: world.now,
    bytes: Math.floor(instance.AllocatedStorage * 1024 ** 3 * shareUsed + days * 1024 ** 2),
    kmsKeyId: instance.KmsKeyId,
    engine: instance.Engine,
    engineVersion: instance.EngineVersion,
  };
}
