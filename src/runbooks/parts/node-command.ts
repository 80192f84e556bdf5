import { describeGroup } from '../../aws/auto-scaling.ts';
import { minutes } from '../../duration.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import type { UsesActions } from '../../engine/step.ts';
import type { Expectation } from '../../environment/restore-test.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { askNode } from './ask-node.ts';
import { recoveredNamed, recoveryOf } from './recovered-components.ts';

export interface NodeCommand {
  readonly id: string;
  /** An order: "Import the definitions". */
  readonly order: string;
  /** A fact: "The definitions are imported". */
  readonly fact: string;
  readonly fleet: string;
  /** Whose node: one in the recovery Region, or one of production. */
  readonly at: 'recovery' | 'home';
  /** A line for the shell. */
  command(context: ReadContext | ChangeContext): Promise<string> | string;
  readonly uses?: readonly UsesActions[];
  /** Lines of its answer that are kept. */
  expected?(environment: Environment): readonly Expectation[];
  /** What becomes of its effect when the run is undone: nothing that would need a call of its own. */
  readonly afterwards: string;
  /** A command that ends badly is an answer, too: not a failure here. */
  readonly mayFail?: boolean;
}

const longest = minutes(10);

/** Has a node of a fleet run one line, and waits for what it prints. */
export const onNode = (wanted: NodeCommand) =>
  askNode({
    asked: { id: wanted.id, title: wanted.order },
    answered: { id: `${wanted.id}-done`, title: wanted.fact },
    mark: wanted.id,
    uses: [describeGroup, ...(wanted.uses ?? [])],
    region: ({ environment }) => regionOf(wanted, environment),
    node: ({ aws, environment }) => {
      const there = aws.in(regionOf(wanted, environment));
      return nodeOf(wanted, environment, (group) => describeGroup(there, group));
    },
    line: (context) => wanted.command(context),
    expected: (environment) => wanted.expected?.(environment) ?? [],
    lasts: () => longest,
    ...(wanted.mayFail !== true && { mustSucceed: true }),
    undoing: { undo: { title: wanted.afterwards, apply: async () => undefined } },
  });

const regionOf = ({ at }: NodeCommand, environment: Environment): string =>
  at === 'home' ? environment.region : recoveryOf(environment).region;

async function nodeOf(
  { at, fleet }: NodeCommand,
  environment: Environment,
  read: (group: string) => ReturnType<typeof describeGroup>,
): Promise<string> {
  const { group: home, recovery } = recoveredNamed(environment, 'auto-scaling-group', fleet);
  const group = at === 'home' ? home : recovery.group;
  const node = (await read(group))?.Instances?.find(
    ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
  );
  if (node?.InstanceId !== undefined) return node.InstanceId;
  throw new OperatorError({
    code: 'NO_NODE_TO_ASK_FROM',
    message: `Group ${group} has no healthy node in service: nothing could be asked from there`,
    hint: `aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names ${group}; once it has one: runbook resume`,
  });
}
