import * as z from 'zod';
import { describeGroup } from '../../aws/auto-scaling.ts';
import type { ReadClients } from '../../aws/clients.ts';
import { commandInvocation, findCommand, sendCommand } from '../../aws/ssm-commands.ts';
import { type Milliseconds, minutes, seconds } from '../../duration.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import { type Change, change, type Undo, type UsesActions, type Wait, wait } from '../../engine/step.ts';
import type { Expectation } from '../../environment/restore-test.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { numberFrom } from './text-hash.ts';

const sentCommand = z.object({ command: z.string(), instance: z.string(), region: z.string() });

export type SentCommand = z.output<typeof sentCommand>;

/** What the command on the node printed, by the names of its lines. */
export interface Answer {
  readonly exitCode: number;
  readonly values: Readonly<Record<string, string>>;
  /** What it said instead of answering. */
  readonly problem?: string | undefined;
}

const answer = z.object({
  exitCode: z.int(),
  values: z.record(z.string(), z.string()),
  problem: z.string().optional(),
});

/** Long enough to know what is wrong. */
const longestProblem = 300;

export interface Asking {
  readonly asked: { readonly id: string; readonly title: string };
  readonly answered: { readonly id: string; readonly title: string };
  /** By which the command is known again; the run's id is added. */
  readonly mark: string;
  readonly uses: readonly UsesActions[];
  /** Where the node stands. */
  region(context: Pick<ReadContext, 'outputOf' | 'environment'>): string;
  node(context: ChangeContext): Promise<string>;
  line(context: ChangeContext): string | Promise<string>;
  /** Of all that is printed, only what an expectation names is kept. */
  expected(environment: Environment): readonly Expectation[];
  lasts(environment: Environment): Milliseconds;
  /** A command that ends badly fails the step. Without it that is an answer, too. */
  readonly mustSucceed?: true;
  readonly undoing: { readonly undo: Undo<SentCommand> } | { readonly undoneBy: { readonly id: string } };
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
const longestComment = 100;

/** One for each command of a run: it must hold the whole id, or the command of another run would be taken for this one's. */
export function commentOf(runId: string, mark: string): string {
  const whole = `${mark} runbook ${runId}`;
  return whole.length <= longestComment ? whole : `runbook ${runId} ${numberFrom(mark)}`;
}

/** Commands that were sent since then can be this run's. */
export const sentSince = (runStartedAt: Date): Date => new Date(runStartedAt.getTime() - minutes(5));

export const isUnderWay = (status: string): boolean =>
  ['Pending', 'InProgress', 'Delayed', 'Cancelling'].includes(status);

/**
 * Systems Manager runs any command, so sending one counts as a write although this one only reads. It leaves nothing but its record, and
 * what it asks is deleted with the restore.
 */
export function askNode(asking: Asking): {
  readonly asked: Change<SentCommand>;
  readonly answered: Wait<Answer>;
} {
  const asked = change({
    ...asking.asked,
    uses: [findCommand, sendCommand, ...asking.uses],
    returns: sentCommand,
    async findApplied(context) {
      const region = asking.region(context);
      const found = await findCommand(context.aws.in(region), {
        comment: commentOf(context.runId, asking.mark),
        since: sentSince(context.runStartedAt),
      });
      return found && { ...found, region };
    },
    async apply(context) {
      const region = asking.region(context);
      const instance = await asking.node(context);
      const command = await sendCommand(context.aws.in(region), {
        instance,
        command: await asking.line(context),
        comment: commentOf(context.runId, asking.mark),
        lasts: asking.lasts(context.environment),
      });
      return { command, instance, region };
    },
    summary: ({ command, instance }) => `command ${command} on ${instance}`,
    ...asking.undoing,
  });
  const answered = wait<Answer>({
    ...asking.answered,
    uses: [commandInvocation],
    every: seconds(15),
    // Systems Manager ends every command, if only for want of an answer; the longest may take 30 minutes.
    timeout: minutes(35),
    hint: 'Is the agent of that node online? aws ssm describe-instance-information',
    returns: answer,
    async probe({ aws, outputOf, environment }) {
      const sent = outputOf(asked);
      const invocation = await commandInvocation(aws.in(sent.region), sent);
      const {
        Status = 'Pending',
        ResponseCode,
        StandardOutputContent = '',
        StandardErrorContent = '',
      } = invocation ?? {};
      if (isUnderWay(Status)) return { ready: false, because: `the command is ${Status}` };
      const problem = `${StandardErrorContent || (Status === 'Success' ? '' : Status)}`.slice(
        0,
        longestProblem,
      );
      const wanted = asking.expected(environment).map(({ line }) => line);
      const exitCode = Status === 'Success' ? (ResponseCode ?? 0) : Math.max(1, ResponseCode ?? 1);
      if (asking.mustSucceed && exitCode !== 0)
        throw commandFailed(asking.answered.title, sent, exitCode, problem);
      return {
        ready: true,
        output: {
          exitCode,
          values: valuesIn(StandardOutputContent, wanted),
          ...(problem !== '' && { problem }),
        },
      };
    },
    summary: ({ exitCode, values }) =>
      exitCode === 0
        ? Object.entries(values)
            .map(([line, value]) => `${line}=${value}`)
            .join(', ')
        : `exit code ${exitCode}`,
  });
  return { asked, answered };
}

const commandFailed = (
  fact: string,
  { command, instance, region }: SentCommand,
  exitCode: number,
  problem: string,
): OperatorError =>
  new OperatorError({
    code: 'NODE_COMMAND_FAILED',
    message: `Not so: "${fact}". The command on ${instance} in ${region} ended with ${exitCode}: ${problem}`,
    hint: `aws ssm get-command-invocation --region ${region} --command-id ${command} --instance-id ${instance}`,
  });

export const valuesIn = (text: string, wanted: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name = '', value = ''] = /^([\w.-]+)=(.*)$/.exec(line.trim()) ?? [];
      return wanted.includes(name) ? [[name, value]] : [];
    }),
  );

/** A node that serves, in this zone where one is given. @throws OperatorError where there is none */
export async function healthyNode(
  aws: ReadClients,
  { components }: Environment,
  fleet: string,
  zone?: string,
): Promise<string> {
  const component = components[fleet];
  const group =
    component?.type === 'auto-scaling-group' ? await describeGroup(aws, component.group) : undefined;
  const node = group?.Instances?.find(
    ({ LifecycleState, HealthStatus, AvailabilityZone }) =>
      LifecycleState === 'InService' &&
      HealthStatus === 'Healthy' &&
      (zone === undefined || AvailabilityZone === zone),
  );
  if (node?.InstanceId !== undefined) return node.InstanceId;
  throw new OperatorError({
    code: 'NO_NODE_TO_ASK_FROM',
    message: `Fleet ${fleet} has no healthy node in service${zone === undefined ? '' : ` in ${zone}`}: what was restored cannot be asked from there`,
    hint: 'Wait until the fleet has a node, or correct the fleet of restoreTest, then: runbook resume',
  });
}
