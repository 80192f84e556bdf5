import type { Lifecycle } from '@aws-sdk/client-backup';
import { invalidValue, missingValue } from './faults.ts';

export function checkRole(arn: string | undefined): string {
  if (arn === undefined) throw missingValue('IamRoleArn is required.');
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/.test(arn)) throw invalidValue(`Invalid IAM role ARN: ${arn}`);
  return arn;
}

/** A hundred years, in minutes. https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html */
export const longestWindow = 52_560_000;

/** The words are those of CreateBackupPlan, which puts the name of the rule before them. */
export function lifecycleProblem({
  DeleteAfterDays,
  MoveToColdStorageAfterDays,
}: Lifecycle): string | undefined {
  if ((MoveToColdStorageAfterDays ?? 0) > 36_500)
    return 'Invalid lifecycle. MoveToColdStorageAfterDays cannot be more than 36500 days';
  if (
    DeleteAfterDays !== undefined &&
    DeleteAfterDays !== -1 &&
    (DeleteAfterDays < 1 || DeleteAfterDays > 36_500)
  )
    return 'Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days';
  if (
    DeleteAfterDays !== undefined &&
    MoveToColdStorageAfterDays !== undefined &&
    MoveToColdStorageAfterDays >= 0 &&
    DeleteAfterDays < MoveToColdStorageAfterDays + 90
  )
    return 'Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays';
  return undefined;
}

/** -1 stands for "never". */
export function lifecycleOf(lifecycle: Lifecycle | undefined): Lifecycle {
  const problem = lifecycleProblem(lifecycle ?? {});
  if (problem !== undefined) throw invalidValue(problem);
  return Object.fromEntries(Object.entries(lifecycle ?? {}).filter(([, value]) => value !== -1));
}
