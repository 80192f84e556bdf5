import type { BackupPlan, BackupPlanInput, BackupRuleInput } from '@aws-sdk/client-backup';
import { drawUuid } from '../../random.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { nextRun, parseCron } from './cron.ts';
import { alreadyExists, badToken, invalidRequest, invalidValue, missingValue, notFound } from './faults.ts';
import { arnOf, knownPlan } from './find.ts';
import { defaultSchedule, schedulePlan } from './plan-run.ts';
import { lifecycleProblem, longestWindow } from './requests.ts';
import type { PlanState, PlanVersion } from './state.ts';

const versionId = (world: World): string => Buffer.from(drawUuid(world)).toString('base64');

const arn = (world: World, { id }: PlanState): string => arnOf(world, `backup-plan:${id}`);

function ruleProblem(rule: BackupRuleInput): string | undefined {
  const { RuleName = '', ScheduleExpression, StartWindowMinutes, CompletionWindowMinutes } = rule;
  if (!/^[\w.-]{1,50}$/.test(RuleName)) return 'Invalid rule name';
  if (ScheduleExpression !== undefined && parseCron(ScheduleExpression) === undefined)
    return `Invalid cron expression: ${ScheduleExpression}`;
  if (StartWindowMinutes !== undefined && StartWindowMinutes < 60)
    return 'Invalid start window. StartWindowMinutes cannot be less than 60 minutes';
  if (CompletionWindowMinutes !== undefined && CompletionWindowMinutes < (StartWindowMinutes ?? 480) + 60)
    return 'Invalid completion window. CompletionWindowMinutes must be at least 60 minutes greater than StartWindowMinutes';
  if (Math.max(StartWindowMinutes ?? 0, CompletionWindowMinutes ?? 0) > longestWindow)
    return `Invalid window. StartWindowMinutes and CompletionWindowMinutes cannot be more than ${longestWindow} minutes`;
  const lifecycles = [rule.Lifecycle, ...(rule.CopyActions ?? []).map(({ Lifecycle }) => Lifecycle)];
  return lifecycles
    .map((lifecycle) => lifecycleProblem(lifecycle ?? {}))
    .find((problem) => problem !== undefined);
}

/** A rule keeps its id as long as it keeps its name. */
function planned(world: World, input: BackupPlanInput | undefined, before?: BackupPlan): BackupPlan {
  const { BackupPlanName, Rules, AdvancedBackupSettings } = input ?? {};
  if (BackupPlanName === undefined) throw missingValue('BackupPlanName is required.');
  if (Rules === undefined || Rules.length === 0) throw missingValue('A backup plan needs at least one rule.');
  for (const rule of Rules) {
    const problem = ruleProblem(rule);
    if (problem !== undefined)
      throw invalidValue(`Error in rule ${rule.RuleName} : ${problem}`, {
        Code: 'ERROR_3015',
        Context: JSON.stringify([rule.RuleName, problem]),
      });
  }
  return {
    BackupPlanName,
    Rules: Rules.map((rule) => ({
      ScheduleExpression: defaultSchedule,
      ScheduleExpressionTimezone: 'Etc/UTC',
      StartWindowMinutes: 480,
      CompletionWindowMinutes: 10_080,
      EnableContinuousBackup: false,
      ...rule,
      RuleId: before?.Rules?.find(({ RuleName }) => RuleName === rule.RuleName)?.RuleId ?? drawUuid(world),
    })),
    ...(AdvancedBackupSettings !== undefined && { AdvancedBackupSettings }),
  };
}

const withoutIds = ({ BackupPlanName, Rules = [] }: BackupPlan): string =>
  JSON.stringify([
    BackupPlanName,
    Rules.map(({ RuleId: _id, ...rule }) =>
      Object.entries(rule).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ),
  ]);

const current = ({ versions }: PlanState): PlanVersion => {
  const last = versions.at(-1);
  if (last === undefined) throw notFound('The backup plan has no version.');
  return last;
};

const answer = (world: World, plan: PlanState) => ({
  BackupPlanId: plan.id,
  BackupPlanArn: arn(world, plan),
  CreationDate: current(plan).created,
  VersionId: current(plan).VersionId,
});

function alive(world: World, id: string | undefined): PlanState {
  const plan = knownPlan(world, id);
  if (plan.deleted !== undefined) throw notFound(`Cannot find Backup plan with ID ${id}`);
  return plan;
}

export const planOperations = {
  ListBackupPlans(world, { IncludeDeleted, MaxResults, NextToken }) {
    const found = world.backup.plans.filter(
      ({ deleted }) => deleted === undefined || IncludeDeleted === true,
    );
    const page = pageOf(found, MaxResults ?? 1000, NextToken, badToken);
    return {
      BackupPlansList: page.items.map((plan) => ({
        ...answer(world, plan),
        BackupPlanName: current(plan).plan.BackupPlanName,
        ...(plan.creatorRequestId !== undefined && { CreatorRequestId: plan.creatorRequestId }),
        ...(plan.deleted !== undefined && { DeletionDate: plan.deleted }),
        ...(plan.lastRun !== undefined && { LastExecutionDate: plan.lastRun }),
      })),
      NextToken: page.next,
    };
  },

  GetBackupPlan(world, { BackupPlanId, VersionId, MaxScheduledRunsPreview = 0 }) {
    const plan = knownPlan(world, BackupPlanId);
    const version =
      VersionId === undefined ? current(plan) : plan.versions.find((one) => one.VersionId === VersionId);
    if (version === undefined) throw notFound('Failed reading Backup plan with provided version');
    const runs = (version.plan.Rules ?? []).flatMap(({ RuleId, ScheduleExpression = defaultSchedule }) => {
      const times: { ExecutionTime: Date; RuleId: string | undefined; RuleExecutionType: 'SNAPSHOTS' }[] = [];
      let at = nextRun(ScheduleExpression, world.now);
      while (at !== undefined && times.length < Math.min(MaxScheduledRunsPreview, 10)) {
        times.push({ ExecutionTime: at, RuleId, RuleExecutionType: 'SNAPSHOTS' });
        at = nextRun(ScheduleExpression, at);
      }
      return times;
    });
    return {
      ...answer(world, plan),
      BackupPlan: version.plan,
      CreationDate: version.created,
      VersionId: version.VersionId,
      ...(plan.creatorRequestId !== undefined && { CreatorRequestId: plan.creatorRequestId }),
      ...(plan.deleted !== undefined && { DeletionDate: plan.deleted }),
      ...(plan.lastRun !== undefined && { LastExecutionDate: plan.lastRun }),
      ...(MaxScheduledRunsPreview > 0 && {
        ScheduledRunsPreview: runs
          .toSorted((one, other) => one.ExecutionTime.getTime() - other.ExecutionTime.getTime())
          .slice(0, MaxScheduledRunsPreview),
      }),
    };
  },

  CreateBackupPlan(world, { BackupPlan, BackupPlanTags, CreatorRequestId }) {
    const again = world.backup.plans.find(
      ({ creatorRequestId, deleted }) =>
        creatorRequestId !== undefined && creatorRequestId === CreatorRequestId && deleted === undefined,
    );
    if (again !== undefined) return answer(world, again);
    const plan = planned(world, BackupPlan);
    const same = world.backup.plans.find(
      (other) => other.deleted === undefined && withoutIds(current(other).plan) === withoutIds(plan),
    );
    if (same !== undefined)
      throw alreadyExists('Backup plan with the same plan document already exists', {
        Arn: arn(world, same),
        CreatorRequestId: same.creatorRequestId,
      });
    const created: PlanState = {
      id: drawUuid(world),
      ...(CreatorRequestId !== undefined && { creatorRequestId: CreatorRequestId }),
      created: world.now,
      versions: [{ VersionId: versionId(world), created: world.now, plan }],
      selections: [],
      tags: BackupPlanTags ?? {},
    };
    world.backup.plans.push(created);
    schedulePlan(world, created);
    return answer(world, created);
  },

  UpdateBackupPlan(world, { BackupPlanId, BackupPlan }) {
    const plan = alive(world, BackupPlanId);
    const next = planned(world, BackupPlan, current(plan).plan);
    plan.versions.push({ VersionId: versionId(world), created: world.now, plan: next });
    schedulePlan(world, plan);
    return answer(world, plan);
  },

  DeleteBackupPlan(world, { BackupPlanId }) {
    const plan = alive(world, BackupPlanId);
    if (plan.selections.length > 0)
      throw invalidRequest('Related backup plan selections must be deleted prior to backup plan deletion');
    plan.deleted = world.now;
    schedulePlan(world, plan);
    return {
      BackupPlanId: plan.id,
      BackupPlanArn: arn(world, plan),
      DeletionDate: world.now,
      VersionId: current(plan).VersionId,
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
