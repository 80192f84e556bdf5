import * as z from 'zod';
import {
  describeRecoveryPoint,
  inferredRestoreMetadata,
  listRecoveryPoints,
  recordedRestoreMetadata,
} from '../../aws/backup.ts';
import { describeFileSystem } from '../../aws/efs.ts';
import { describeKey } from '../../aws/kms.ts';
import { describeCluster } from '../../aws/rds.ts';
import { formatDuration, hours } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Check, check } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { resourceOf } from './backed-up-resources.ts';
import { pointOf } from './inspect-recovery-points.ts';
import { momentText } from './point-in-time.ts';
import { protectedComponents, recoveryRegionOf } from './protected-components.ts';
import { complete, type Point, sizeText } from './recovery-series.ts';
import { restoredName } from './restored-name.ts';
import { numberFrom } from './text-hash.ts';

/** What the operator chose, for every component. */
export interface RestoreChoice {
  /** `latest`, `random`, or an ARN. */
  readonly point: string;
  /** Among how many days `random` chooses. */
  readonly days: number;
  readonly fromRecoveryRegion: boolean;
}

export const chosenPoint = z.object({
  /** Where it lies, and where it is restored. */
  region: z.string(),
  vault: z.string(),
  arn: z.string(),
  /** When the backup that it is a copy of began. */
  created: z.iso.datetime(),
  /** When it was whole: it holds nothing newer than that. */
  completed: z.iso.datetime().optional(),
  bytes: z.number().optional(),
  key: z.string().optional(),
  role: z.string(),
  /** What is restored gets this name, and nothing else has it. */
  name: z.string(),
  /** The configuration at the time of the backup, by keys in lower case. */
  recorded: z.record(z.string(), z.string()),
  /** What AWS would restore with in a test of its own. */
  inferred: z.record(z.string(), z.string()),
});

export type ChosenPoint = z.output<typeof chosenPoint>;

/** Lists what `restorablePoint` calls, for `uses`. */
export const restorablePointReads = [
  listRecoveryPoints,
  describeRecoveryPoint,
  describeKey,
  recordedRestoreMetadata,
  inferredRestoreMetadata,
];

export const pointIsRestorable = (component: string, choice: RestoreChoice): Check<ChosenPoint> =>
  check({
    id: 'point',
    title: 'A recovery point is chosen that can be restored',
    uses: [describeCluster, describeFileSystem, ...restorablePointReads],
    returns: chosenPoint,
    async run(context) {
      const [found = noPolicy(component)] = protectedComponents(context.environment, component);
      const { arn } = await resourceOf(context.aws, found);
      return restorablePoint(context, component, choice, arn);
    },
    summary: pointText,
  });

export const pointText = ({ arn, region, created, bytes }: ChosenPoint): string =>
  `${arn} in ${region}, of ${momentText(created)}${bytes === undefined ? '' : `, ${sizeText(bytes)}`}`;

/** Of the resource with that ARN, which need not stand any more. @throws OperatorError where there is none, or what is needed to restore it is not usable */
export async function restorablePoint(
  { aws, environment, clock, runId }: Pick<ReadContext, 'aws' | 'environment' | 'clock' | 'runId'>,
  component: string,
  choice: RestoreChoice,
  resource: string,
): Promise<ChosenPoint> {
  const [{ backup } = noPolicy(component)] = protectedComponents(environment, component);
  const region = choice.fromRecoveryRegion ? recoveryRegionOf(environment) : environment.region;
  const there = aws.in(region);
  const listed = await listRecoveryPoints(there, { vault: backup.vault, resource });
  const which = { environment: environment.name, component, region, vault: backup.vault };
  const { arn } = choose(listed.map(pointOf), choice, clock.now(), `${runId} ${component}`, which);
  const inVault = { vault: backup.vault, point: arn };
  const point = await describeRecoveryPoint(there, inVault);
  if (point?.Status !== 'COMPLETED') throw pointIsGone(arn, point?.Status);
  await keyIsUsable(there, point.EncryptionKeyArn);
  return {
    region,
    vault: backup.vault,
    arn,
    created: (point.CreationDate ?? clock.now()).toISOString(),
    ...(point.CompletionDate !== undefined && { completed: point.CompletionDate.toISOString() }),
    bytes: point.BackupSizeInBytes,
    key: point.EncryptionKeyArn,
    role: roleFor(component, backup.restoreTest?.role, point.IamRoleArn),
    name: restoredName(runId, component),
    recorded: inLowerCase(await recordedRestoreMetadata(there, inVault)),
    inferred: await inferredRestoreMetadata(there, inVault),
  };
}

const noPolicy = (component: string): never => {
  throw new OperatorError({
    code: 'COMPONENT_NOT_PROTECTED',
    message: `${component} has no backup policy in runbook.yaml any more`,
  });
};

/** @throws OperatorError where nobody says with which role AWS Backup is to restore */
function roleFor(component: string, configured: string | undefined, ofPoint: string | undefined): string {
  const role = configured ?? ofPoint;
  if (role !== undefined) return role;
  throw new OperatorError({
    code: 'ROLE_UNKNOWN',
    message: `The recovery point of ${component} does not say which role made it, and runbook.yaml names none to restore with`,
    hint: `Add role: to backup.restoreTest of components.${component}`,
  });
}

const inLowerCase = (metadata: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key.toLowerCase(), value]));

interface Where {
  readonly environment: string;
  readonly component: string;
  readonly region: string;
  readonly vault: string;
}

/** Random is what nobody could have prepared: the run's id decides, so that a resumed run chooses the same. */
export function choose(
  all: readonly Point[],
  { point, days }: RestoreChoice,
  now: Date,
  seed: string,
  { environment, component, region, vault }: Where,
): Point {
  const points = complete(all);
  const newest = points.at(-1);
  if (newest === undefined) {
    throw new OperatorError({
      code: 'NO_RECOVERY_POINT',
      message: `Vault ${vault} in ${region} has no complete recovery point of ${component}: there is nothing to restore from`,
      hint: `runbook run backup-verify --env ${environment} --component ${component} shows why; to make one: aws backup start-backup-job`,
    });
  }
  if (point === 'latest') return newest;
  if (point === 'random') {
    const young = points.filter(({ created }) => now.getTime() - created.getTime() <= days * hours(24));
    return young[numberFrom(seed) % Math.max(1, young.length)] ?? newest;
  }
  const named = all.find(({ arn }) => arn === point);
  if (named?.status === 'COMPLETED') return named;
  throw named === undefined
    ? new OperatorError({
        code: 'POINT_UNKNOWN',
        message: `Vault ${vault} in ${region} has no recovery point ${point} of ${component}`,
        hint: `aws backup list-recovery-points-by-backup-vault --backup-vault-name ${vault} --region ${region}`,
      })
    : pointIsGone(point, named.status);
}

export const pointIsGone = (arn: string, status: string | undefined): OperatorError =>
  new OperatorError({
    code: 'POINT_GONE',
    message: `Recovery point ${arn} ${status === undefined ? 'is gone' : `is ${status}`}: it expired, or somebody deleted it`,
    hint: 'Start again: another one is chosen. If it was deleted, look for DeleteRecoveryPoint in CloudTrail',
  });

async function keyIsUsable(aws: ReadContext['aws'], key: string | undefined): Promise<void> {
  if (key === undefined) return;
  const state = (await describeKey(aws, key))?.KeyState;
  if (state === 'Enabled') return;
  throw new OperatorError({
    code: 'KEY_NOT_USABLE',
    message: `The key of the recovery point, ${key}, is ${state ?? 'not there'} in ${aws.region}: what it encrypts cannot be restored`,
    hint: `aws kms ${state === 'PendingDeletion' ? 'cancel-key-deletion' : 'enable-key'} --key-id ${key} --region ${aws.region}`,
  });
}

/** What was inferred, but for what this run says itself. AWS reads keys in any case. */
export function adjusted(
  inferred: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const mine = new Set(Object.keys(own).map((key) => key.toLowerCase()));
  const kept = Object.entries(inferred).filter(([key]) => !mine.has(key.toLowerCase()));
  const said = Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries([...kept, ...said]);
}

/** By these somebody who finds it knows what it is, and that it may be deleted. */
export const temporaryTags = (
  runId: string,
  expires: Date,
  purpose = 'restore test',
): Readonly<Record<string, string>> => ({
  'runbook:run': runId,
  'runbook:purpose': purpose,
  'runbook:expires': expires.toISOString(),
});

export const ageText = (from: string, to: Date): string =>
  formatDuration(Math.max(0, to.getTime() - Date.parse(from)));
