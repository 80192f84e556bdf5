import type { BackupJob, CopyJob, DescribeBackupVaultOutput } from '../../aws/backup.ts';
import { formatDuration, type Milliseconds } from '../../duration.ts';
import type { Finding } from '../../engine/finding.ts';
import type { BackupPolicy } from './backup-coverage.ts';

/** A vault in one of the Regions, as far as the caller may see it. */
export interface VaultSeen {
  readonly region: string;
  readonly vault: DescribeBackupVaultOutput | undefined;
}

export function vaultFinding({ region, vault }: VaultSeen, policy: BackupPolicy): Finding {
  const subject = `vault in ${region}`;
  const rule = policy.locked ? 'it is there, encrypted and locked' : 'it is there and encrypted';
  if (vault === undefined) {
    return {
      verdict: 'fail',
      subject,
      fact: `no vault named ${policy.vault} is there, or this caller may not see it: AWS answers both alike`,
      rule,
      toDo: 'Make it, correct backup.vault in runbook.yaml, or let the caller call backup:DescribeBackupVault',
    };
  }
  const wrong = [
    ...(vault.EncryptionKeyArn === undefined ? ['it names no key'] : []),
    ...(policy.locked && vault.Locked !== true
      ? ['it is not locked: whoever may, can delete what is in it']
      : []),
  ];
  if (wrong.length > 0) {
    return {
      verdict: 'fail',
      subject,
      fact: wrong.join('; '),
      rule,
      toDo: `aws backup put-backup-vault-lock-configuration --backup-vault-name ${policy.vault} --region ${region}`,
    };
  }
  return {
    verdict: 'pass',
    subject,
    fact: vault.Locked ? 'there, encrypted, locked' : 'there, encrypted',
    rule,
  };
}

export interface KeySeen {
  readonly arn: string;
  /** Where what it encrypts lies. */
  readonly region: string;
  /** `undefined` where that Region has no such key. */
  readonly state: string | undefined;
}

/** What is encrypted with a key that cannot be used, or only in the Region that is lost, cannot be restored. */
export function keyFinding({ arn, region, state }: KeySeen): Finding {
  const subject = `key in ${region}`;
  const rule = 'what lies there is encrypted with a key that is enabled and lives in that Region';
  const id = arn.split('/').at(-1) ?? arn;
  const keyRegion = arn.split(':')[3];
  if (keyRegion !== region)
    return {
      verdict: 'fail',
      subject,
      fact: `${id} lives in ${keyRegion}`,
      rule,
      toDo: 'Encrypt it with a key of its own Region, and copy what is there once more',
    };
  if (state === 'Enabled') return { verdict: 'pass', subject, fact: `${id} is enabled`, rule };
  return {
    verdict: 'fail',
    subject,
    fact: state === undefined ? `${id} does not exist` : `${id} is ${state}: nothing here can be restored`,
    rule,
    toDo:
      state === 'PendingDeletion'
        ? `At once: aws kms cancel-key-deletion --key-id ${id} --region ${region}; then enable it`
        : `aws kms enable-key --key-id ${id} --region ${region}; find out who disabled it (CloudTrail: DisableKey)`,
  };
}

interface Job {
  readonly state: string | undefined;
  readonly created: Date;
  readonly message: string | undefined;
}

const jobText = ({ state, created, message }: Job): string =>
  `${state} of ${created.toISOString().slice(0, 16).replace('T', ' ')} UTC${message === undefined ? '' : `: ${message}`}`;

const ended = ['COMPLETED', 'FAILED', 'ABORTED', 'EXPIRED', 'PARTIAL'];

/** What failed and was made good by a later job is worth a look; what failed last is not protected now. */
function jobFinding(subject: string, all: readonly Job[], toDo: string): Finding {
  const rule = 'every job of these days is complete';
  const jobs = all
    .filter(({ state = '' }) => ended.includes(state))
    .toSorted((one, other) => other.created.getTime() - one.created.getTime());
  const bad = jobs.filter(({ state }) => state !== 'COMPLETED');
  const [worst] = bad;
  if (worst === undefined) return { verdict: 'pass', subject, fact: `${jobs.length} complete`, rule };
  const fact = `${bad.length} of ${jobs.length} not complete, the last one ${jobText(worst)}`;
  return { verdict: jobs[0] === worst ? 'fail' : 'warn', subject, fact, rule, toDo };
}

export const backupJobFinding = (jobs: readonly BackupJob[]): Finding =>
  jobFinding(
    'jobs',
    jobs.map(({ State, CreationDate, StatusMessage }) => ({
      state: State,
      created: CreationDate ?? new Date(0),
      message: StatusMessage,
    })),
    'Put the cause right and back it up now: aws backup start-backup-job',
  );

export const copyJobFinding = (jobs: readonly CopyJob[]): Finding =>
  jobFinding(
    'copy jobs',
    jobs.map(({ State, CreationDate, StatusMessage }) => ({
      state: State,
      created: CreationDate ?? new Date(0),
      message: StatusMessage,
    })),
    'Put the cause right (permissions of the role, policies of key and vault) and copy again: aws backup start-copy-job',
  );

/** What RDS itself keeps of a cluster or an instance, apart from AWS Backup. */
export interface OwnBackups {
  /** Who makes them: `Aurora`, `RDS`. */
  readonly maker: string;
  readonly retentionDays: number;
  readonly window: string;
  readonly restorableTo: Date | undefined;
  /** The command that sets the retention to so many days. */
  keepFor(days: number): string;
}

const leastRetention = 7;

export function ownBackupFindings(
  { maker, retentionDays, window, restorableTo, keepFor }: OwnBackups,
  now: Date,
  rpo: Milliseconds | undefined,
): readonly Finding[] {
  const age = restorableTo === undefined ? undefined : now.getTime() - restorableTo.getTime();
  const promised =
    rpo === undefined ? 'it can be restored to a time' : `no older than the RPO, ${formatDuration(rpo)}`;
  const toDo = 'Look at its state and its events, at the state of its key, and at the retention above';
  return [
    {
      verdict: retentionDays >= leastRetention ? 'pass' : 'fail',
      subject: `${maker}'s own`,
      fact:
        retentionDays === 0
          ? 'none: they are turned off'
          : `kept ${retentionDays} ${retentionDays === 1 ? 'day' : 'days'}, window ${window} UTC`,
      rule: `kept at least ${leastRetention} days`,
      ...(retentionDays < leastRetention && { toDo: keepFor(leastRetention) }),
    },
    age === undefined
      ? { verdict: 'fail', subject: 'restorable to', fact: 'no time', rule: promised, toDo }
      : {
          verdict: rpo === undefined || age <= rpo ? 'pass' : 'fail',
          subject: 'restorable to',
          fact: `${formatDuration(age)} ago`,
          rule: promised,
          ...(rpo !== undefined && age > rpo && { toDo }),
        },
  ];
}
