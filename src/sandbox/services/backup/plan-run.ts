import type { BackupRule } from '@aws-sdk/client-backup';
import { schedule, unschedule } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { startBackup } from './backup-run.ts';
import { nextRun } from './cron.ts';
import { findPlan } from './find.ts';
import { resources } from './resources.ts';
import { isSelected } from './selection.ts';
import type { PlanState } from './state.ts';

/** Where CreateBackupPlan is given none. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html */
export const defaultSchedule = 'cron(0 5 ? * * *)';
const defaultStartWindow = 480;

export function scheduleRule(
  world: World,
  plan: PlanState,
  { RuleId = '', ScheduleExpression }: BackupRule,
): void {
  const at = nextRun(ScheduleExpression ?? defaultSchedule, world.now);
  if (at !== undefined) schedule(world, at, { kind: 'backup-rule-due', plan: plan.id, rule: RuleId });
}

/** Puts the next run of every rule into the queue, in place of those of an earlier version. */
export function schedulePlan(world: World, plan: PlanState): void {
  unschedule(world, (event) => event.kind === 'backup-rule-due' && event.plan === plan.id);
  if (plan.deleted !== undefined) return;
  for (const rule of plan.versions.at(-1)?.plan.Rules ?? []) scheduleRule(world, plan, rule);
}

/** A rule's time has come: one backup job for every resource that is assigned. */
export function runRule(world: World, { plan: planId, rule: ruleId }: { plan: string; rule: string }): void {
  const plan = findPlan(world, planId);
  const rule = plan?.versions.at(-1)?.plan.Rules?.find(({ RuleId }) => RuleId === ruleId);
  if (plan === undefined || rule === undefined) return;
  plan.lastRun = world.now;
  for (const resource of resources(world)) {
    const selection = plan.selections.find((state) => isSelected(state.selection, resource))?.selection;
    if (selection === undefined) continue;
    startBackup(
      world,
      {
        resource,
        vault: rule.TargetBackupVaultName ?? '',
        role: selection.IamRoleArn ?? '',
        lifecycle: rule.Lifecycle ?? {},
        tags: rule.RecoveryPointTags ?? {},
        startWindow: rule.StartWindowMinutes ?? defaultStartWindow,
        by: { region: world.region, plan: plan.id, version: plan.versions.length - 1, rule: ruleId },
      },
      world.backup.timings.scheduledStart,
    );
  }
  scheduleRule(world, plan, rule);
}
