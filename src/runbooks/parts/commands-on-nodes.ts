import type * as z from 'zod';
import {
  commandInvocation,
  findSentToNodes,
  type GetCommandInvocationResult,
  mostNodes,
  sendToNodes,
} from '../../aws/ssm-commands.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import { poll } from '../../engine/poll.ts';
import { type Change, change } from '../../engine/step.ts';
import { idempotencyToken } from '../../engine/step-path.ts';
import { AwsCallError, OperatorError } from '../../errors.ts';

/** What a node did with a command. What it printed goes no further than to whoever reads it here: a command may print anything. */
export interface NodeAnswer {
  readonly node: string;
  /** Absent where the command never ran, or was ended. */
  readonly exitCode?: number;
  readonly text: string;
  /** Systems Manager's word for what became of it. */
  readonly status: string;
}

/** Lists what commands on nodes call, for `uses`. */
export const commandUses = [findSentToNodes, sendToNodes, commandInvocation];

const underWay = ['Pending', 'InProgress', 'Delayed', 'Cancelling'];

/** How long an agent may take to begin, and to tell that it is done. */
const agentTakes = minutes(2);
/** A command of ours asks, sets or reloads something; a restart takes longest. */
const commandTakes = minutes(5);

interface Command {
  readonly nodes: readonly string[];
  readonly line: string;
  /** By which the command is found again. */
  readonly comment: string;
}

/**
 * Runs a line on nodes and waits for every answer. One that was sent under this comment and is not over is waited for instead: whoever was
 * cut off here sends nothing twice.
 */
export async function runOnNodes(
  context: ChangeContext,
  { nodes, line, comment }: Command,
): Promise<readonly NodeAnswer[]> {
  const answers: NodeAnswer[] = [];
  for (let from = 0; from < nodes.length; from += mostNodes)
    answers.push(
      ...(await runOnSome(context, {
        nodes: nodes.slice(from, from + mostNodes),
        line,
        comment: from === 0 ? comment : `${comment}+${from}`.slice(-100),
      })),
    );
  return answers;
}

async function runOnSome(context: ChangeContext, command: Command): Promise<readonly NodeAnswer[]> {
  const { aws, clock, signal } = context;
  const since = sinceOf(context);
  const before = await findSentToNodes(aws, { comment: command.comment, since });
  const isUnderWay =
    before !== undefined &&
    areAmong(command.nodes, before.nodes) &&
    (await answersOf(aws, before.command, before.nodes)) === undefined;
  const sent = isUnderWay
    ? { command: before.command, nodes: before.nodes }
    : { command: await send(context, command), nodes: command.nodes };
  let answers: readonly NodeAnswer[] | undefined;
  await poll<void>({
    probe: async () => {
      answers = await answersOf(aws, sent.command, sent.nodes);
      return answers === undefined
        ? { ready: false, because: `command ${sent.command} runs on ${sent.nodes.join(', ')}` }
        : { ready: true };
    },
    every: seconds(2),
    deadline: new Date(clock.now().getTime() + commandTakes + agentTakes),
    waiting: (because) => context.progress(because),
    clock,
    signal,
  });
  return answers ?? sent.nodes.map((node) => ({ node, text: '', status: 'not answered in time' }));
}

const areAmong = (some: readonly string[], all: readonly string[]): boolean =>
  some.every((node) => all.includes(node));

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html#API_SendCommand_Errors */
const unreachable = ['InvalidInstanceId', 'UnsupportedPlatformType'];

async function send({ aws }: ChangeContext, { nodes, line, comment }: Command): Promise<string> {
  try {
    return await sendToNodes(aws, { nodes, command: line, comment, lasts: commandTakes });
  } catch (error) {
    if (!(error instanceof AwsCallError) || !unreachable.includes(error.awsCode)) throw error;
    throw new OperatorError({
      code: 'NODE_OUT_OF_REACH',
      message: `Systems Manager does not reach ${nodes.join(', ')}: ${error.message}`,
      hint: `aws ssm describe-instance-information --filters Key=InstanceIds,Values=${nodes.join(',')}`,
    });
  }
}

/** `undefined` until every node has answered. */
async function answersOf(
  aws: ReadContext['aws'],
  command: string,
  nodes: readonly string[],
): Promise<readonly NodeAnswer[] | undefined> {
  const answers: NodeAnswer[] = [];
  for (const node of nodes) {
    const invocation = await commandInvocation(aws, { command, instance: node });
    if (invocation === undefined || underWay.includes(invocation.Status ?? '')) return undefined;
    answers.push(answerIn(node, invocation));
  }
  return answers;
}

function answerIn(node: string, invocation: GetCommandInvocationResult): NodeAnswer {
  const { Status = '', StatusDetails = Status, ResponseCode = -1, StandardOutputContent = '' } = invocation;
  const ran = Status === 'Success' || (Status === 'Failed' && ResponseCode >= 0);
  return { node, text: StandardOutputContent, status: StatusDetails, ...(ran && { exitCode: ResponseCode }) };
}

/** Of the latest command with this comment; `undefined` where there is none, or it is not over. */
export async function answersTo(
  context: Pick<ReadContext, 'aws' | 'runStartedAt'>,
  comment: string,
  since = sinceOf(context),
): Promise<readonly NodeAnswer[] | undefined> {
  const sent = await findSentToNodes(context.aws, { comment, since });
  return sent && answersOf(context.aws, sent.command, sent.nodes);
}

/** Whether a command with this comment was sent whose end nobody has seen: what it does may be done at any moment. */
export async function isUnderWay(
  context: Pick<ReadContext, 'aws' | 'runStartedAt'>,
  comment: string,
): Promise<boolean> {
  const sent = await findSentToNodes(context.aws, { comment, since: sinceOf(context) });
  return sent !== undefined && (await answersOf(context.aws, sent.command, sent.nodes)) === undefined;
}

const sinceOf = ({ runStartedAt }: Pick<ReadContext, 'runStartedAt'>): Date =>
  new Date(runStartedAt.getTime() - minutes(5));

/** At most 100 characters, and another one for every step and item of a run. */
export const commentOf = ({ runId }: Pick<ReadContext, 'runId'>, what: string): string =>
  `runbook ${idempotencyToken(runId, what)}`;

interface Asking<Output> {
  readonly id: string;
  /** An order. */
  readonly title: string;
  /** Of the command; with the id it is unique in the run. */
  readonly about: string;
  readonly returns: z.ZodType<Output>;
  nodes(context: ReadContext): Promise<readonly string[]>;
  line(context: ReadContext): string;
  /** What it means. Throws where it is not as it must be: then whoever tries again has the command sent again. */
  read(answers: readonly NodeAnswer[], context: ReadContext): Output;
  summary?(output: Output): string;
}

/**
 * Has nodes run a line, as a change: Systems Manager runs any command, so the guard counts it as a write, and the approval covers it. After a
 * kill the answers are looked up, and only if there are none that will do is it sent again.
 */
export const askNodes = <Output extends object>(
  { id, title, about, returns, nodes, line, read, summary }: Asking<Output>,
  undoneBy: { readonly id: string },
  more: readonly { readonly actions: readonly string[] }[] = [],
): Change<Output> =>
  change<Output>({
    id,
    title,
    uses: [...commandUses, ...more],
    returns,
    ...(summary !== undefined && { summary }),
    async findApplied(context) {
      const answers = await answersTo(context, commentOf(context, `${about}/${id}`));
      if (answers === undefined) return undefined;
      // One that went to some of them alone, or to those that were there then, proves nothing of the others.
      const answered = answers.map(({ node }) => node);
      if (!areAmong(await nodes(context), answered)) return undefined;
      try {
        return read(answers, context);
      } catch (error) {
        if (error instanceof OperatorError) return undefined;
        throw error;
      }
    },
    async apply(context) {
      const comment = commentOf(context, `${about}/${id}`);
      return read(
        await runOnNodes(context, { nodes: await nodes(context), line: line(context), comment }),
        context,
      );
    },
    undoneBy,
  });

/** Nothing that a command prints is quoted: it may be what must not be seen. */
export const answerText = ({ node, exitCode, status }: NodeAnswer): string =>
  exitCode === undefined ? `${node}: ${status}` : `${node}: exit code ${exitCode}`;
