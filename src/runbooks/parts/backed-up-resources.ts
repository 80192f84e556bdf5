import type { ReadClients } from '../../aws/clients.ts';
import { describeVolumes, type Volume, volumesOfTagged } from '../../aws/ec2-volumes.ts';
import { describeFileSystem } from '../../aws/efs.ts';
import { describeCluster, describeInstance } from '../../aws/rds.ts';
import type { Finding } from '../../engine/finding.ts';
import { OperatorError } from '../../errors.ts';
import type { BackedUp } from './backup-coverage.ts';
import type { OwnBackups } from './backup-surroundings.ts';
import type { Inspected, Protected } from './protected-components.ts';

/** A resource that AWS Backup protects. */
export interface Resource extends BackedUp {
  readonly own?: OwnBackups;
}

export interface Resources {
  readonly resources: readonly Resource[];
  /** Whether these are all that there should be. */
  readonly findings: readonly Finding[];
}

/** A component that AWS Backup makes the backups of. */
export type Planned = Inspected<'aurora-cluster' | 'file-system' | 'rds-instance' | 'ebs-volumes'>;

/** The functions that looking for them calls. */
export const looksForResources = [
  describeCluster,
  describeFileSystem,
  describeInstance,
  describeVolumes,
  volumesOfTagged,
];

/** What a component stands for: one resource, or as many volumes as there are. */
export async function resourcesOf(aws: ReadClients, component: Planned, account: string): Promise<Resources> {
  switch (component.type) {
    case 'aurora-cluster':
    case 'file-system':
      return { resources: [await resourceOf(aws, component)], findings: [] };
    case 'rds-instance':
      return { resources: [await instanceOf(aws, component)], findings: [] };
    case 'ebs-volumes':
      return volumesOf(aws, component, account);
    default:
      return component satisfies never;
  }
}

const tagsOf = (
  list: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
): Record<string, string> => Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));

export async function resourceOf(aws: ReadClients, component: Protected): Promise<Resource> {
  if (component.type === 'file-system') {
    const found = await describeFileSystem(aws, { FileSystemId: component.fileSystem });
    if (found?.FileSystemArn === undefined) throw gone(component.fileSystem, component.name);
    return { name: component.fileSystem, arn: found.FileSystemArn, tags: tagsOf(found.Tags) };
  }
  const { cluster } = component;
  const found = await describeCluster(aws, cluster);
  if (found?.DBClusterArn === undefined) throw gone(cluster, component.name);
  return {
    name: cluster,
    arn: found.DBClusterArn,
    tags: tagsOf(found.TagList),
    own: {
      maker: 'Aurora',
      retentionDays: found.BackupRetentionPeriod ?? 0,
      window: found.PreferredBackupWindow ?? 'unknown',
      restorableTo: found.LatestRestorableTime,
      keepFor: (days) =>
        `aws rds modify-db-cluster --db-cluster-identifier ${cluster} --backup-retention-period ${days} --apply-immediately`,
    },
  };
}

async function instanceOf(
  aws: ReadClients,
  { instance, name }: Inspected<'rds-instance'>,
): Promise<Resource> {
  const found = await describeInstance(aws, instance);
  if (found?.DBInstanceArn === undefined) throw gone(instance, name);
  if (found.DBClusterIdentifier !== undefined) {
    throw new OperatorError({
      code: 'INSTANCE_IN_CLUSTER',
      message: `${instance} belongs to the cluster ${found.DBClusterIdentifier}, and it is the cluster that is backed up`,
      hint: `In runbook.yaml make components.${name} a component of type aurora-cluster with cluster: ${found.DBClusterIdentifier}`,
    });
  }
  return {
    name: instance,
    arn: found.DBInstanceArn,
    tags: tagsOf(found.TagList),
    own: {
      maker: 'RDS',
      retentionDays: found.BackupRetentionPeriod ?? 0,
      window: found.PreferredBackupWindow ?? 'unknown',
      restorableTo: found.LatestRestorableTime,
      keepFor: (days) =>
        `aws rds modify-db-instance --db-instance-identifier ${instance} --backup-retention-period ${days} --apply-immediately`,
    },
  };
}

async function volumesOf(
  aws: ReadClients,
  { name, attachedTo, rootVolumes, volumes: ids = [], atLeast }: Inspected<'ebs-volumes'>,
  account: string,
): Promise<Resources> {
  const found =
    attachedTo === undefined
      ? await describeVolumes(aws, ids)
      : await volumesOfTagged(aws, { ...attachedTo, rootVolumes });
  const which =
    attachedTo === undefined
      ? `Of ${ids.join(', ')} none`
      : `No volume of an instance with the tag ${attachedTo.tag}=${attachedTo.value}`;
  if (found.length === 0) throw gone(which, name);
  const volumes = found.toSorted((one, other) => labelOf(one).localeCompare(labelOf(other)));
  return {
    resources: volumes.map((volume) => ({
      name: labelOf(volume),
      arn: `arn:aws:ec2:${aws.region}:${account}:volume/${volume.VolumeId}`,
      tags: tagsOf(volume.Tags),
    })),
    findings: [numberFinding(volumes, ids, atLeast)],
  };
}

const labelOf = ({ VolumeId = '', Tags = [] }: Volume): string => {
  const name = Tags.find(({ Key }) => Key === 'Name')?.Value;
  return name === undefined ? VolumeId : `${VolumeId} ${name}`;
};

function numberFinding(volumes: readonly Volume[], ids: readonly string[], atLeast: number): Finding {
  const missing = ids.filter((id) => !volumes.some(({ VolumeId }) => VolumeId === id));
  const least = Math.max(atLeast, ids.length);
  const rule = `at least ${least}`;
  const fact = `${volumes.length} ${volumes.length === 1 ? 'is' : 'are'} there`;
  return volumes.length >= least
    ? { verdict: 'pass', subject: 'volumes', fact, rule }
    : {
        verdict: 'fail',
        subject: 'volumes',
        fact: missing.length === 0 ? fact : `${fact}, not ${missing.join(', ')}`,
        rule,
        toDo: 'Find out which server or volume is gone, or lost its tag (CloudTrail: DeleteVolume, DeleteTags); correct atLeast or volumes in runbook.yaml if that was meant',
      };
}

export const gone = (what: string, component: string): OperatorError =>
  new OperatorError({
    code: 'RESOURCE_MISSING',
    message: `${what} does not exist: what component ${component} stands for in runbook.yaml is not there`,
    hint: `If it is lost, what was saved of it is still there: docs/runbooks/backup-verify.md, "Restore for real". Else correct components.${component}`,
  });
