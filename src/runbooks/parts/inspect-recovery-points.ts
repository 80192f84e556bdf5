import {
  describeBackupPlan,
  describeVault,
  listBackupJobs,
  listCopyJobs,
  listRecoveryPoints,
  type RecoveryPointByBackupVault,
} from '../../aws/backup.ts';
import type { ReadClients } from '../../aws/clients.ts';
import { describeKey } from '../../aws/kms.ts';
import { hours } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { looksForResources, type Planned, type Resource, resourcesOf } from './backed-up-resources.ts';
import { planFindings } from './backup-coverage.ts';
import {
  backupJobFinding,
  copyJobFinding,
  keyFinding,
  ownBackupFindings,
  vaultFinding,
} from './backup-surroundings.ts';
import { findingsTogether } from './findings-together.ts';
import { keysSeen } from './keys-seen.ts';
import { recoveryRegionOf } from './protected-components.ts';
import { copyFindings, copyingByJobs } from './recovery-copies.ts';
import {
  complete,
  expiryFinding,
  newestFinding,
  type Point,
  recoveryPointWords,
  seriesFinding,
  sizeFinding,
  stateFinding,
} from './recovery-series.ts';

export const readsRecoveryPoints = [
  ...looksForResources,
  describeBackupPlan,
  describeVault,
  listRecoveryPoints,
  listBackupJobs,
  listCopyJobs,
  describeKey,
];

/** Whether AWS Backup does what the policy says, for every resource that the component stands for. */
export async function inspectRecoveryPoints(
  { aws, clock, environment }: ReadContext,
  component: Planned,
  days: number,
): Promise<readonly Finding[]> {
  const { backup: policy } = component;
  const { objectives, account } = environment;
  const { resources, findings } = await resourcesOf(aws, component, account);
  const now = clock.now();
  const since = new Date(now.getTime() - days * hours(24));
  const rpo = policy.rpo ?? objectives.rpo;
  const recoveryRegion = policy.copied ? recoveryRegionOf(environment) : undefined;
  const plan = await describeBackupPlan(aws, policy.plan);
  const home = await vaultIn(aws, policy.vault);
  const there =
    recoveryRegion === undefined ? undefined : await vaultIn(aws.in(recoveryRegion), policy.vault);
  const each: { name: string; findings: readonly Finding[] }[] = [];
  for (const resource of resources) each.push({ name: resource.name, findings: await inspect(resource) });
  return [
    ...findings,
    ...planFindings(plan, policy, resources, environment.recoveryRegion),
    vaultFinding(home, policy),
    ...(there === undefined ? [] : [vaultFinding(there, policy)]),
    ...findingsTogether(each),
  ];

  async function inspect(resource: Resource): Promise<readonly Finding[]> {
    const points = await pointsIn(aws, home, policy.vault, resource.arn);
    const words = recoveryPointWords;
    return [
      newestFinding(points, now, rpo, words),
      ...seriesFinding(points, policy.rules, now, days, words),
      ...expiryFinding(points, policy.rules, now, words),
      ...sizeFinding(points),
      ...stateFinding(points),
      backupJobFinding(await listBackupJobs(aws, { resource: resource.arn, since })),
      ...(await keysSeen(aws, keysOf(points))).map(keyFinding),
      ...(resource.own === undefined ? [] : ownBackupFindings(resource.own, now, objectives.rpo)),
      ...(await offSite(resource, points)),
    ];
  }

  async function offSite({ arn }: Resource, points: readonly Point[]): Promise<readonly Finding[]> {
    if (recoveryRegion === undefined || there === undefined) return [];
    const elsewhere = aws.in(recoveryRegion);
    const copies = await pointsIn(elsewhere, there, policy.vault, arn);
    const jobs = await listCopyJobs(aws, { resource: arn, since });
    return [
      ...copyFindings({
        points,
        copies: complete(copies),
        copying: copyingByJobs(complete(copies), jobs, now),
        now,
        days,
        recoveryRegion,
        rpo,
        promised: objectives.rpo,
        words: recoveryPointWords,
      }),
      copyJobFinding(jobs),
      ...(await keysSeen(elsewhere, keysOf(copies))).map(keyFinding),
    ];
  }
}

const vaultIn = async (aws: ReadClients, name: string) => ({
  region: aws.region,
  vault: await describeVault(aws, name),
});

const pointsIn = async (
  aws: ReadClients,
  { vault }: Awaited<ReturnType<typeof vaultIn>>,
  name: string,
  resource: string,
): Promise<readonly Point[]> =>
  vault === undefined ? [] : (await listRecoveryPoints(aws, { vault: name, resource })).map(pointOf);

const keysOf = (points: readonly Point[]): readonly string[] =>
  complete(points).flatMap(({ key }) => key ?? []);

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
