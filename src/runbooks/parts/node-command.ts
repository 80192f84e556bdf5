import * as z from 'zod';
import { describeGroup } from '../../aws/auto-scaling.ts';
import { commandInvocation, findCommand, sendCommand } from '../../aws/ssm-commands.ts';
import { type Milliseconds, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import {
  type Change,
  change,
  type StepReference,
  type UsesActions,
  type Wait,
  wait,
} from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { recoveredNamed, recoveryOf } from './recovered-components.ts';

const sent = z.object({ command: z.string(), instance: z.string(), region: z.string() });

const answer = z.object({
  exitCode: z.int(),
  values: z.record(z.string(), z.string()),
  problem: z.string().optional(),
});

/** What a command on a node printed, by the names of its lines; the last of a name counts. */
export type NodeAnswer = z.output<typeof answer>;

/** Long enough to know what is wrong. */
const longestProblem = 300;

export interface NodeCommand {
  readonly id: string;
  /** An order: "Import the definitions". */
  readonly order: string;
  /** A fact: "The definitions are imported". */
  readonly fact: string;
  /** Whose node: one in the recovery Region, or one of production. */
  readonly fleet: string;
  readonly at: 'recovery' | 'home';
  /** A line for the shell. */
  command(context: ReadContext): Promise<string> | string;
  readonly uses?: readonly UsesActions[];
  /** What becomes of its effect when the run is undone: nothing that would need a call of its own. */
  readonly afterwards: string;
  readonly timeout?: Milliseconds;
  /** A command that ends badly is an answer, too: not a failure here. */
  readonly mayFail?: boolean;
}

/** Has a node run one line, and waits for what it prints. Sent once, however often the run is cut off. */
export function onNode(wanted: NodeCommand): {
  readonly asked: Change<z.output<typeof sent>>;
  readonly answered: Wait<NodeAnswer>;
} {
  const { id, order, fact, command, uses = [], timeout = minutes(10) } = wanted;
  const comment = (runId: string) => `runbook ${runId} ${id}`.slice(0, 100);
  const asked = change({
    id,
    title: order,
    uses: [describeGroup, findCommand, sendCommand, ...uses],
    returns: sent,
    async findApplied({ aws, runId, runStartedAt, environment }) {
      const region = regionOf(wanted, environment);
      const since = new Date(runStartedAt.getTime() - minutes(5));
      const found = await findCommand(aws.in(region), { comment: comment(runId), since });
      return found && { ...found, region };
    },
    async apply(context) {
      const { aws, runId, environment } = context;
      const region = regionOf(wanted, environment);
      const there = aws.in(region);
      const instance = await nodeOf(wanted, environment, (group) => describeGroup(there, group));
      const line = await command(context);
      return {
        command: await sendCommand(there, { instance, command: line, comment: comment(runId) }),
        instance,
        region,
      };
    },
    summary: ({ command: sentId, instance }) => `command ${sentId} on ${instance}`,
    undo: { title: wanted.afterwards, apply: async () => undefined },
  });
  return { asked, answered: answerOf(asked, `${id}-done`, fact, timeout, wanted.mayFail === true) };
}

const answerOf = (
  asked: StepReference<z.output<typeof sent>>,
  id: string,
  title: string,
  timeout: Milliseconds,
  mayFail: boolean,
): Wait<NodeAnswer> =>
  wait<NodeAnswer>({
    id,
    title,
    uses: [commandInvocation],
    every: seconds(15),
    timeout,
    hint: 'Is the agent of that node online? aws ssm describe-instance-information',
    returns: answer,
    async probe({ aws, outputOf }) {
      const { region, ...which } = outputOf(asked);
      const {
        Status = 'Pending',
        ResponseCode,
        StandardOutputContent = '',
        StandardErrorContent = '',
      } = (await commandInvocation(aws.in(region), which)) ?? {};
      if (['Pending', 'InProgress', 'Delayed', 'Cancelling'].includes(Status))
        return { ready: false, because: `the command is ${Status}` };
      const exitCode = Status === 'Success' ? (ResponseCode ?? 0) : ResponseCode || 1;
      const problem = (StandardErrorContent || (exitCode === 0 ? '' : Status)).slice(0, longestProblem);
      if (exitCode !== 0 && !mayFail)
        throw new OperatorError({
          code: 'NODE_COMMAND_FAILED',
          message: `Not so: "${title}". The command on ${which.instance} in ${region} ended with ${exitCode}: ${problem}`,
          hint: `aws ssm get-command-invocation --region ${region} --command-id ${which.command} --instance-id ${which.instance}`,
        });
      return {
        ready: true,
        output: { exitCode, values: valuesIn(StandardOutputContent), ...(problem !== '' && { problem }) },
      };
    },
    summary: ({ exitCode, values, problem }) =>
      exitCode === 0
        ? Object.entries(values)
            .map(([line, value]) => `${line}=${value}`)
            .join(', ')
        : `exit code ${exitCode}: ${problem}`,
  });

/** Of several lines of a name the last, which is the newest. */
const valuesIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([\w.-]{1,60})=(.{0,200})/.exec(line.trim()) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );

const regionOf = ({ at }: NodeCommand, environment: ReadContext['environment']): string =>
  at === 'home' ? environment.region : recoveryOf(environment).region;

async function nodeOf(
  { at, fleet }: NodeCommand,
  environment: ReadContext['environment'],
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
