import {
  type CopyJob,
  describeBackupPlan,
  describeVault,
  listBackupJobs,
  listCopyJobs,
  listRecoveryPoints,
  type RecoveryPointByBackupVault,
} from '../../aws/backup.ts';
import type { ReadClients } from '../../aws/clients.ts';
import { describeFileSystem } from '../../aws/efs.ts';
import { describeKey } from '../../aws/kms.ts';
import { describeCluster } from '../../aws/rds.ts';
import { hours } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { type Check, check } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { type BackedUp, planFindings } from './backup-coverage.ts';
import {
  backupJobFinding,
  copyJobFinding,
  type KeySeen,
  keyFinding,
  type OwnBackups,
  ownBackupFindings,
  vaultFinding,
} from './backup-surroundings.ts';
import { type Protected, protectedComponents, recoveryRegionOf } from './protected-components.ts';
import { copyFindings } from './recovery-copies.ts';
import {
  expiryFinding,
  newestFinding,
  type Point,
  seriesFinding,
  sizeFinding,
  stateFinding,
} from './recovery-series.ts';

/** One row for each thing that was looked at: nothing that is wrong keeps the rest from being seen. */
export const inspectComponent = (name: string, days: number): Check<void> =>
  check({
    id: 'inspect',
    title: 'Plan, recovery points, copies, jobs and keys were looked at',
    uses: [
      describeBackupPlan,
      describeVault,
      listRecoveryPoints,
      listBackupJobs,
      listCopyJobs,
      describeKey,
      describeCluster,
      describeFileSystem,
    ],
    async run(context) {
      const [component] = protectedComponents(context.environment, name);
      if (component !== undefined) context.found(await inspect(context, component, days));
    },
  });

async function inspect(
  { aws, clock, environment }: ReadContext,
  component: Protected,
  days: number,
): Promise<readonly Finding[]> {
  const { backup: policy } = component;
  const { objectives } = environment;
  const resource = await resourceOf(aws, component);
  const now = clock.now();
  const of = { resource: resource.arn, since: new Date(now.getTime() - days * hours(24)) };
  const rpo = policy.rpo ?? objectives.rpo;
  const plan = await describeBackupPlan(aws, policy.plan);
  const home = await seenIn(aws, policy.vault, resource.arn);
  const jobs = await listBackupJobs(aws, of);
  const { points } = home;
  return [
    ...planFindings(plan, policy, resource, environment.recoveryRegion),
    vaultFinding(home, policy),
    newestFinding(points, now, rpo),
    ...seriesFinding(points, policy.rules, now, days),
    ...expiryFinding(points, policy.rules, now),
    ...sizeFinding(points),
    ...stateFinding(points),
    backupJobFinding(jobs),
    ...home.keys.map(keyFinding),
    ...(resource.own === undefined ? [] : ownBackupFindings(resource.own, now, objectives.rpo)),
    ...(policy.copied ? await offSite() : []),
  ];

  async function offSite(): Promise<readonly Finding[]> {
    const recoveryRegion = recoveryRegionOf(environment);
    const there = await seenIn(aws.in(recoveryRegion), policy.vault, resource.arn);
    const copyJobs: CopyJob[] = await listCopyJobs(aws, of);
    const seen = { points, copies: there.points, jobs: copyJobs, now, days, recoveryRegion };
    return [
      vaultFinding(there, policy),
      ...copyFindings({ ...seen, rpo, promised: objectives.rpo }),
      copyJobFinding(copyJobs),
      ...there.keys.map(keyFinding),
    ];
  }
}

interface Resource extends BackedUp {
  readonly own?: OwnBackups;
}

const tagsOf = (
  list: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
): Record<string, string> => Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));

export async function resourceOf(aws: ReadClients, component: Protected): Promise<Resource> {
  if (component.type === 'file-system') {
    const found = await describeFileSystem(aws, { FileSystemId: component.fileSystem });
    if (found?.FileSystemArn === undefined) throw gone(component.fileSystem, component.name);
    return { arn: found.FileSystemArn, tags: tagsOf(found.Tags) };
  }
  const found = await describeCluster(aws, component.cluster);
  if (found?.DBClusterArn === undefined) throw gone(component.cluster, component.name);
  return {
    arn: found.DBClusterArn,
    tags: tagsOf(found.TagList),
    own: {
      cluster: component.cluster,
      retentionDays: found.BackupRetentionPeriod ?? 0,
      window: found.PreferredBackupWindow ?? 'unknown',
      restorableTo: found.LatestRestorableTime,
    },
  };
}

const gone = (what: string, component: string): OperatorError =>
  new OperatorError({
    code: 'RESOURCE_MISSING',
    message: `${what} does not exist: what component ${component} stands for in runbook.yaml is not there`,
    hint: `If it is lost, its recovery points are still in the vault: docs/runbooks/backup-verify.md, "Restore for real". Else correct components.${component}`,
  });

/** The vault, the resource's recovery points in it, and the keys of the newest of them. */
async function seenIn(aws: ReadClients, name: string, resource: string) {
  const vault = await describeVault(aws, name);
  const points =
    vault === undefined ? [] : (await listRecoveryPoints(aws, { vault: name, resource })).map(pointOf);
  const keys: KeySeen[] = [];
  for (const arn of new Set(
    points.flatMap(({ key, status }) => (status === 'COMPLETED' && key ? [key] : [])),
  ))
    keys.push({ arn, region: aws.region, state: (await describeKey(aws, arn))?.KeyState });
  return { region: aws.region, vault, points, keys };
}

export const pointOf = (listed: RecoveryPointByBackupVault): Point => ({
  arn: listed.RecoveryPointArn ?? '',
  created: listed.CreationDate ?? new Date(0),
  completed: listed.CompletionDate,
  status: listed.Status ?? '',
  message: listed.StatusMessage,
  bytes: listed.BackupSizeInBytes,
  key: listed.EncryptionKeyArn,
  deleteAt: listed.CalculatedLifecycle?.DeleteAt,
});
