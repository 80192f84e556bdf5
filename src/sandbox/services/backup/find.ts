import type { CalculatedLifecycle, Lifecycle, RecoveryPointCreator } from '@aws-sdk/client-backup';
import { hours } from '../../../duration.ts';
import { drawBetween } from '../../random.ts';
import { later, secondsFrom } from '../../schedule.ts';
import { elsewhere, type World } from '../../world.ts';
import { invalidValue, noSuchVault, notFound } from './faults.ts';
import type { Origin, PlanState, RecoveryPointState, Span, VaultState } from './state.ts';

export const arnOf = (world: World, resource: string): string =>
  `arn:aws:backup:${world.region}:${world.account}:${resource}`;

export const after = (world: World, [least, most]: Span): Date =>
  secondsFrom(world.now, drawBetween(world, least, most));

export const regionIn = (arn: string): string => arn.split(':')[3] ?? '';

export const findVault = (world: World, name: string): VaultState | undefined =>
  world.backup.vaults.find(({ vault }) => vault.BackupVaultName === name);

export function knownVault(world: World, name = ''): VaultState {
  const found = findVault(world, name);
  if (found === undefined) throw noSuchVault();
  return found;
}

/** A vault in any Region of the account, with the Region that it is in. */
export function vaultByArn(world: World, arn: string): { there: World; vault: VaultState } | undefined {
  const [prefix, name = ''] = arn.split(':backup-vault:');
  if (prefix !== `arn:aws:backup:${regionIn(arn)}:${world.account}`) return undefined;
  const there = elsewhere(world, regionIn(arn));
  const vault = findVault(there, name);
  return vault && { there, vault };
}

export const findPlan = (world: World, id: string): PlanState | undefined =>
  world.backup.plans.find((plan) => plan.id === id);

export function knownPlan(world: World, id = ''): PlanState {
  const found = findPlan(world, id);
  if (found === undefined) throw notFound(`Cannot find Backup plan with ID ${id}`);
  return found;
}

const day = hours(24);

export const deletedAt = ({ created, lifecycle }: RecoveryPointState): Date | undefined =>
  lifecycle.DeleteAfterDays === undefined ? undefined : later(created, lifecycle.DeleteAfterDays * day);

export function calculated(
  created: Date,
  { DeleteAfterDays, MoveToColdStorageAfterDays }: Lifecycle,
): CalculatedLifecycle {
  return {
    ...(DeleteAfterDays !== undefined && { DeleteAt: later(created, DeleteAfterDays * day) }),
    ...(MoveToColdStorageAfterDays !== undefined && {
      MoveToColdStorageAt: later(created, MoveToColdStorageAfterDays * day),
    }),
  };
}

/** How long after its time a recovery point is really deleted: "may not be immediate". */
const deletionLag = hours(1);

export function isThere(world: World, point: RecoveryPointState): boolean {
  const due = deletedAt(point);
  return (
    (point.goneFrom === undefined || world.now < point.goneFrom) &&
    (due === undefined || world.now < later(due, deletionLag))
  );
}

/** Oldest first. */
export const recoveryPoints = (world: World): RecoveryPointState[] =>
  world.backup.recoveryPoints.filter((point) => isThere(world, point));

export const findRecoveryPoint = (world: World, arn: string): RecoveryPointState | undefined =>
  recoveryPoints(world).find((point) => point.arn === arn);

export function knownRecoveryPoint(world: World, vault: string | undefined, arn = ''): RecoveryPointState {
  knownVault(world, vault);
  if (!arn.startsWith('arn:')) throw invalidValue(`Invalid recovery point ARN: ${arn}`);
  const found = findRecoveryPoint(world, arn);
  if (found === undefined || found.vault !== vault) throw notFound('Cannot find recovery point.');
  return found;
}

/** The plan and the rule that something was made by, as they were then. */
export function creator(world: World, origin: Origin | undefined): RecoveryPointCreator | undefined {
  if (origin === undefined) return undefined;
  const there = elsewhere(world, origin.region);
  const version = findPlan(there, origin.plan)?.versions[origin.version];
  const rule = version?.plan.Rules?.find(({ RuleId }) => RuleId === origin.rule);
  if (version === undefined || rule === undefined) return undefined;
  return {
    BackupPlanId: origin.plan,
    BackupPlanArn: arnOf(there, `backup-plan:${origin.plan}`),
    BackupPlanName: version.plan.BackupPlanName,
    BackupPlanVersion: version.VersionId,
    BackupRuleId: origin.rule,
    BackupRuleName: rule.RuleName,
    BackupRuleCron: rule.ScheduleExpression,
    BackupRuleTimezone: rule.ScheduleExpressionTimezone,
  };
}

/** How much of a job is done, from 0 to 1, never quite 1 before it has ended. */
export const progress = (world: World, { begins, ends }: { begins: Date; ends: Date }): number =>
  Math.min(
    0.99,
    Math.max(0, (world.now.getTime() - begins.getTime()) / Math.max(1, ends.getTime() - begins.getTime())),
  );
