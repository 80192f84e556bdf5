import type { Draft, FleetDraft } from '../draft.ts';
import { alarmIn, groupIn, parseArn, targetGroupIn } from './arn.ts';
import { componentName, kebab, unique } from './component-name.ts';
import type { TerraformOutput } from './read-terraform.ts';

/** A text somewhere in the outputs. `key` leads there: `app-asg-name`. */
interface Leaf {
  readonly key: string;
  readonly text: string;
}

const group = /^(?:(.*)-)?(?:asg|auto-?scaling-group)s?(?:-(?:name|id|arn)s?)?$/;
const targetGroup = /^(?:(.*)-)?(?:tg|target-group)s?(?:-(?:name|arn)s?)?$/;
const healthUrl = /^(?:(.*)-)?health(?:-?check)?-url$/;
const otherUrl = /^(?:(.*)-)?(?:url|endpoint)$/;
const alarm = /(?:^|-)alarms?(?:-names?)?$/;

/** Outputs are named as their author liked, so names are read by what is usual and ARNs by what they are. */
export function draftFromOutputs(outputs: readonly TerraformOutput[]): Draft {
  const leaves = outputs.flatMap(({ name, value }) => leavesOf(kebab(name), value));
  const arns = leaves.flatMap(({ text }) => parseArn(text) ?? []);
  const valueAt = (key: RegExp, value: RegExp) =>
    leaves.find((leaf) => key.test(leaf.key) && value.test(leaf.text))?.text;
  const account =
    arns.find((arn) => arn.account !== '')?.account ?? valueAt(/(^|-)account(-id)?$/, /^\d{12}$/);
  const region =
    arns.find((arn) => arn.region !== '')?.region ?? valueAt(/(^|-)region$/, /^[a-z]{2}(-[a-z]+)+-\d$/);
  const name = kebab(valueAt(/(^|-)env(ironment)?(-name)?$/, /[a-z]/i) ?? '');

  const groups = named(leaves, group, groupIn);
  const targetGroups = named(leaves, targetGroup, targetGroupIn);
  const healthUrls = named(leaves.filter(isAddress), healthUrl, () => undefined);
  const otherUrls = named(leaves.filter(isAddress), otherUrl, () => undefined);
  const only = groups.length === 1;
  const fleets = groups.map(({ prefix, name }): FleetDraft => {
    const mine = <T extends Named>(found: readonly T[]) =>
      found.find((candidate) => candidate.prefix === prefix)?.name ?? (only ? found[0]?.name : undefined);
    const target = mine(targetGroups);
    const health = mine(healthUrls);
    const other = mine(otherUrls);
    return {
      component: componentName([prefix, name]),
      group: name,
      ...(target !== undefined && { targetGroup: target }),
      ...(health !== undefined && { healthUrl: health }),
      ...(health === undefined && other !== undefined && { healthUrlGuess: other }),
    };
  });
  const spare = targetGroups.filter(
    (candidate) => !fleets.some((fleet) => fleet.targetGroup === candidate.name),
  );

  return {
    name: name === '' ? 'prod' : name,
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
    alarms: [
      ...new Set(
        leaves.flatMap(
          ({ key, text }) => alarmIn(text) ?? (alarm.test(key) && parseArn(text) === undefined ? text : []),
        ),
      ),
    ],
    fleets: unique(fleets),
    notes: [
      ...(name === ''
        ? ['the name of the environment, prod, is a guess: there is no output "environment"']
        : []),
      ...(spare.length > 0
        ? [`these target groups belong to no fleet by name: ${spare.map((one) => one.name).join(', ')}`]
        : []),
    ],
  };
}

interface Named {
  /** What stands before the kind in the output's name: `app` of `app-asg-name`. */
  readonly prefix: string;
  readonly name: string;
}

function named(
  leaves: readonly Leaf[],
  key: RegExp,
  fromArn: (text: string) => string | undefined,
): readonly Named[] {
  const found = new Map<string, Named>();
  for (const leaf of leaves) {
    const match = key.exec(leaf.key);
    const name =
      fromArn(leaf.text) ?? (match !== null && parseArn(leaf.text) === undefined ? leaf.text : undefined);
    // The same group may be there by name, by id and by ARN.
    if (name !== undefined && !found.has(name)) found.set(name, { prefix: prefixOf(match?.[1]), name });
  }
  return [...found.values()];
}

/** Where a whole group is an output, its target groups are at `app-asg-target-group-arns`. */
const prefixOf = (text = '') => text.replace(/(^|-)(asg|auto-?scaling-group)$/, '');

/** Text with credentials in it is no address to print. */
const isAddress = ({ text }: Leaf) =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).username === '';

function leavesOf(key: string, value: unknown): readonly Leaf[] {
  if (typeof value === 'string') return value === '' ? [] : [{ key, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(key, item));
  if (typeof value !== 'object' || value === null) return [];
  // In `asg_names = { blue = ... }` the kind stands outside and the name inside.
  const isTable = /-(name|arn|id|url)s$/.test(key);
  return Object.entries(value).flatMap(([inner, child]) =>
    leavesOf(isTable ? `${kebab(inner)}-${key.replace(/s$/, '')}` : `${key}-${kebab(inner)}`, child),
  );
}
