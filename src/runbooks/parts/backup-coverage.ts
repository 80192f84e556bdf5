import type { BackupPlan, BackupSelection } from '../../aws/backup.ts';
import type { Finding } from '../../engine/finding.ts';
import type { PlannedBackup } from '../../environment/backup-policy.ts';

/** What all policies have in common that AWS Backup has to meet. */
export type BackupPolicy = PlannedBackup;

export interface BackedUp {
  readonly name: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);

type Parameters = readonly { ConditionKey?: string | undefined; ConditionValue?: string | undefined }[];

/**
 * Resources and each of the tags widen a selection, its conditions must all hold, and what it excludes is out. Without resources and
 * tags it takes in everything that its conditions allow.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
 */
export function isSelected(
  { Resources = [], NotResources = [], ListOfTags = [], Conditions }: BackupSelection,
  { arn, tags }: Pick<BackedUp, 'arn' | 'tags'>,
): boolean {
  const tagOf = (key = ''): string => tags[key.replace('aws:ResourceTag/', '')] ?? '';
  const all = (parameters: Parameters = [], holds: (value: string, wanted: string) => boolean): boolean =>
    parameters.every(({ ConditionKey, ConditionValue = '' }) => holds(tagOf(ConditionKey), ConditionValue));
  const isMeant =
    (Resources.length === 0 && ListOfTags.length === 0) ||
    Resources.some((pattern) => matches(pattern, arn)) ||
    ListOfTags.some(({ ConditionKey = '', ConditionValue }) => tags[ConditionKey] === ConditionValue);
  return (
    isMeant &&
    !NotResources.some((pattern) => matches(pattern, arn)) &&
    all(Conditions?.StringEquals, (value, wanted) => value === wanted) &&
    all(Conditions?.StringNotEquals, (value, wanted) => value !== wanted) &&
    all(Conditions?.StringLike, (value, wanted) => matches(wanted, value)) &&
    all(Conditions?.StringNotLike, (value, wanted) => !matches(wanted, value))
  );
}

export interface PlanFacts {
  readonly plan: BackupPlan;
  readonly selections: readonly BackupSelection[];
}

type Rule = BackupPolicy['rules'][number];

/** Whether the plan that the policy names covers every resource, and has the rules that the policy asks for. */
export function planFindings(
  found: PlanFacts | undefined,
  policy: BackupPolicy,
  resources: readonly BackedUp[],
  recoveryRegion: string | undefined,
): readonly Finding[] {
  const rule = `backup plan ${policy.plan} covers it`;
  if (found === undefined) {
    return [
      {
        verdict: 'fail',
        subject: 'plan',
        fact: `there is no backup plan named ${policy.plan}`,
        rule,
        toDo: 'Make the plan, or correct backup.plan in runbook.yaml',
      },
    ];
  }
  const by = (resource: BackedUp) => found.selections.filter((selection) => isSelected(selection, resource));
  const missed = resources.filter((resource) => by(resource).length === 0);
  const names = new Set(resources.flatMap(by).map(({ SelectionName }) => SelectionName));
  return [
    missed.length === 0
      ? {
          verdict: 'pass',
          subject: 'plan',
          fact: `selected by ${policy.plan} (${[...names].join(', ')})`,
          rule,
        }
      : {
          verdict: 'fail',
          subject: 'plan',
          fact: `no selection of ${policy.plan} takes in ${missed.map(({ arn }) => arn).join(', ')}`,
          rule,
          toDo: 'Add its ARN to a selection of the plan, or give it the tag that a selection asks for',
        },
    ...policy.rules.map((wanted) => ruleFinding(found.plan, wanted, policy, recoveryRegion)),
  ];
}

const sameSchedule = (one = '', other = ''): boolean =>
  one.replace(/\s+/g, ' ').trim() === other.replace(/\s+/g, ' ').trim();

function ruleFinding(
  { Rules = [] }: BackupPlan,
  wanted: Rule,
  { plan, vault, copied }: BackupPolicy,
  recoveryRegion: string | undefined,
): Finding {
  const span = daysText(wanted.keepDays);
  const where = copied ? `, copied to ${recoveryRegion} for as long` : '';
  const rule = `kept ${span} in vault ${vault}${where}`;
  const subject = `rule ${wanted.schedule}`;
  const toDo = `Correct the rule in plan ${plan}: aws backup update-backup-plan`;
  const found = Rules.find(({ ScheduleExpression }) => sameSchedule(ScheduleExpression, wanted.schedule));
  if (found === undefined) {
    const schedules = Rules.map(({ ScheduleExpression }) => ScheduleExpression).join(', ');
    return {
      verdict: 'fail',
      subject,
      fact: `${plan} has no rule with this schedule, but ${schedules || 'none'}`,
      rule,
      toDo,
    };
  }
  const kept = found.Lifecycle?.DeleteAfterDays;
  const copy = found.CopyActions?.find(({ DestinationBackupVaultArn = '' }) =>
    DestinationBackupVaultArn.startsWith(`arn:aws:backup:${recoveryRegion}:`),
  );
  const copyKept = copy?.Lifecycle?.DeleteAfterDays;
  const wrong = [
    ...(isKept(kept, wanted.keepDays) ? [] : [`kept ${daysText(kept)} only`]),
    ...(found.TargetBackupVaultName === vault ? [] : [`goes to vault ${found.TargetBackupVaultName}`]),
    ...(copied && copy === undefined ? [`not copied to ${recoveryRegion}`] : []),
    ...(copied && copy !== undefined && !copy.DestinationBackupVaultArn?.endsWith(`:${vault}`)
      ? [`copied to ${copy.DestinationBackupVaultArn}`]
      : []),
    ...(copied && copy !== undefined && !isKept(copyKept, wanted.keepDays)
      ? [`its copy is kept ${daysText(copyKept)} only`]
      : []),
  ];
  return wrong.length === 0
    ? { verdict: 'pass', subject, fact: `${found.RuleName}: as it must be`, rule }
    : { verdict: 'fail', subject, fact: `${found.RuleName}: ${wrong.join('; ')}`, rule, toDo };
}

const daysText = (days: number | undefined): string => (days === 1 ? '1 day' : `${days} days`);

/** Without a lifecycle a recovery point is kept for ever. */
const isKept = (days: number | undefined, least: number): boolean => days === undefined || days >= least;
