import type { SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { hours } from '../../../duration.ts';
import { later } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { identityOf } from './secrets.ts';
import type { Rotation, Secret } from './state.ts';
import { current, versionUnder } from './versions.ts';

const day = hours(24);

export const dayOf = (date: Date): Date => new Date(Math.floor(date.getTime() / day) * day);

/** Days between rotations; schedules by `cron` are kept and not followed. */
function daysBetween({ rules }: Rotation): number | undefined {
  if (rules.AutomaticallyAfterDays !== undefined) return rules.AutomaticallyAfterDays;
  const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(rules.ScheduleExpression ?? '') ?? [];
  return count === undefined ? undefined : unit === 'hour' ? Number(count) / 24 : Number(count);
}

/**
 * The end of the day on which the next rotation is due. A value that was set by hand counts as a rotation.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
 */
export function nextRotation(secret: Secret): Date | undefined {
  const days = secret.rotation?.enabled ? daysBetween(secret.rotation) : undefined;
  if (days === undefined) return undefined;
  const valueSince = Number(versionUnder(secret, current)?.createdAt ?? secret.createdAt);
  const since = new Date(Math.max(valueSince, Number(secret.rotatedAt ?? 0)));
  const due = later(since, day * days);
  return days < 1 ? due : later(dayOf(due), day - 1000);
}

export const stagesById = (secret: Secret): Record<string, string[]> =>
  Object.fromEntries(
    secret.versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]),
  );

/** What `DescribeSecret` and `ListSecrets` both say. */
export function summaryOf(secret: Secret): SecretListEntry {
  const next = nextRotation(secret);
  return {
    ...identityOf(secret),
    ...(secret.description !== undefined && { Description: secret.description }),
    ...(secret.kmsKey !== undefined && { KmsKeyId: secret.kmsKey }),
    ...(secret.rotation && {
      RotationEnabled: secret.rotation.enabled,
      RotationLambdaARN: secret.rotation.lambda,
      RotationRules: secret.rotation.rules,
    }),
    ...(secret.rotatedAt && { LastRotatedDate: secret.rotatedAt }),
    ...(secret.owningService !== undefined && { OwningService: secret.owningService }),
    LastChangedDate: secret.changedAt,
    ...(secret.accessedOn && { LastAccessedDate: secret.accessedOn }),
    ...(next && secret.deletion === undefined && { NextRotationDate: next }),
    ...(secret.tags.length > 0 && { Tags: secret.tags }),
    CreatedDate: secret.createdAt,
    ...primaryRegionOf(secret),
  };
}

function primaryRegionOf({ arn, primaryRegion, replicas }: Secret): { PrimaryRegion?: string } {
  if (primaryRegion !== undefined) return { PrimaryRegion: primaryRegion };
  const [, , , home] = arn.split(':');
  return replicas.length > 0 && home !== undefined ? { PrimaryRegion: home } : {};
}

/** LastAccessedDate holds the day only. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html */
export function noteAccess(world: World, ...read: { accessedOn?: Date }[]): void {
  for (const one of read) one.accessedOn = dayOf(world.now);
}
