import type { BackupSelection } from '@aws-sdk/client-backup';
import { ownMember } from '../../own-member.ts';
import { isLike } from '../../wildcard.ts';
import type { Resource } from './resources.ts';

type Parameter = { ConditionKey?: string | undefined; ConditionValue?: string | undefined };

/** `aws:ResourceTag/Key` or the bare key. */
const tagNamed = ({ tags }: Resource, key = ''): string | undefined =>
  ownMember(tags, key.replace('aws:ResourceTag/', ''));

/**
 * Resources and one of the tags widen a selection, conditions must all hold, and what is excluded is out.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
 */
export function isSelected(selection: BackupSelection, resource: Resource): boolean {
  const { Resources = [], NotResources = [], ListOfTags = [], Conditions } = selection;
  const anyNamed = (patterns: readonly string[]) => patterns.some((pattern) => isLike(pattern, resource.arn));
  const all = (
    parameters: readonly Parameter[] | undefined,
    holds: (value: string, wanted: string) => boolean,
  ) =>
    (parameters ?? []).every(({ ConditionKey, ConditionValue = '' }) =>
      holds(tagNamed(resource, ConditionKey) ?? '', ConditionValue),
    );
  const hasTag = ListOfTags.some(
    ({ ConditionKey, ConditionValue }) => tagNamed(resource, ConditionKey) === ConditionValue,
  );
  const isWide = Resources.length === 0 && ListOfTags.length === 0;
  return (
    (isWide || anyNamed(Resources) || hasTag) &&
    !anyNamed(NotResources) &&
    all(Conditions?.StringEquals, (value, wanted) => value === wanted) &&
    all(Conditions?.StringNotEquals, (value, wanted) => value !== wanted) &&
    all(Conditions?.StringLike, (value, wanted) => isLike(wanted, value)) &&
    all(Conditions?.StringNotLike, (value, wanted) => !isLike(wanted, value))
  );
}
