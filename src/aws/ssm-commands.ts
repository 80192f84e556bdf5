import type { Command, GetCommandInvocationResult } from '@aws-sdk/client-ssm';
import { type Milliseconds, minutes, seconds } from '../duration.ts';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';
import { redactPrinted } from './redaction.ts';
import { present } from './unreadable-answer.ts';

export type { GetCommandInvocationResult };

const sdk = () => import('./sdk/ssm.ts');

export interface NodeCommand {
  readonly instance: string;
  /** A line for the shell. */
  readonly command: string;
  /** At most 100 characters, by which `findCommand` knows it again: Systems Manager has no idempotency token. */
  readonly comment: string;
  /** Longest that it may take; two minutes without it. */
  readonly lasts?: Milliseconds;
}

/**
 * Has the agent of a node run a line, and answers with the id of the command.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
 */
export const sendCommand = awsFunction(
  ['ssm:SendCommand'],
  async (
    aws: ChangeClients,
    { instance, command, comment, lasts = minutes(2) }: NodeCommand,
  ): Promise<string> => {
    const { SendCommandCommand } = await sdk();
    const { Command } = await aws.send(
      'ssm',
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [instance],
        Comment: comment,
        Parameters: { commands: [command], executionTimeout: [String(Math.ceil(lasts / 1000))] },
        TimeoutSeconds: 120,
      }),
    );
    return present(Command?.CommandId, 'command id', { aws, action: 'ssm:SendCommand', write: true });
  },
);

/** The id of the command with this comment, and the node that it went to. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ListCommands.html */
export const findCommand = awsFunction(
  ['ssm:ListCommands'],
  async (
    aws: ReadClients,
    { comment, since }: { readonly comment: string; readonly since: Date },
  ): Promise<{ command: string; instance: string } | undefined> => {
    const found = await commandWith(aws, comment, since);
    const instance = found?.InstanceIds?.[0];
    return found?.CommandId === undefined || instance === undefined
      ? undefined
      : { command: found.CommandId, instance };
  },
);

async function commandWith(aws: ReadClients, comment: string, since: Date): Promise<Command | undefined> {
  const { ListCommandsCommand } = await sdk();
  const commands = await collectPages(async (NextToken) => {
    const page = await aws.send(
      'ssm',
      new ListCommandsCommand({
        Filters: [{ key: 'InvokedAfter', value: since.toISOString().replace(/\.\d+Z$/, 'Z') }],
        NextToken,
      }),
    );
    return { items: page.Commands, next: page.NextToken };
  });
  // Whoever tries again sends another one under the same comment.
  return commands
    .filter(({ Comment }) => Comment === comment)
    .reduce<Command | undefined>(
      (latest, each) =>
        latest === undefined || Number(each.RequestedDateTime) > Number(latest.RequestedDateTime)
          ? each
          : latest,
      undefined,
    );
}

/** A command that runs on several nodes at once, for a while. */
export interface SentToNodes {
  readonly command: string;
  readonly nodes: readonly string[];
  readonly sentAt: Date;
}

/** Nodes that one call takes. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
export const mostNodes = 50;

/** Has the agents of at most fifty nodes run a line side by side; one that fails ends none of the others. */
export const sendToNodes = awsFunction(
  ['ssm:SendCommand'],
  async (
    aws: ChangeClients,
    {
      nodes,
      command,
      comment,
      lasts,
    }: Omit<NodeCommand, 'instance'> & { readonly nodes: readonly string[]; readonly lasts: Milliseconds },
  ): Promise<string> => {
    const { SendCommandCommand } = await sdk();
    const { Command } = await aws.send(
      'ssm',
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [...nodes],
        Comment: comment,
        Parameters: {
          commands: [command],
          executionTimeout: [String(Math.ceil((lasts + seconds(30)) / 1000))],
        },
        TimeoutSeconds: 30,
        MaxConcurrency: '100%',
        MaxErrors: '100%',
      }),
    );
    return present(Command?.CommandId, 'command id', { aws, action: 'ssm:SendCommand', write: true });
  },
);

/** The command with this comment that went to several nodes. */
export const findSentToNodes = awsFunction(
  ['ssm:ListCommands'],
  async (
    aws: ReadClients,
    { comment, since }: { readonly comment: string; readonly since: Date },
  ): Promise<SentToNodes | undefined> => {
    const { CommandId, InstanceIds, RequestedDateTime } = (await commandWith(aws, comment, since)) ?? {};
    return CommandId === undefined || InstanceIds === undefined || RequestedDateTime === undefined
      ? undefined
      : { command: CommandId, nodes: InstanceIds, sentAt: RequestedDateTime };
  },
);

/** What has begun is only asked to end. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CancelCommand.html */
export const cancelCommand = awsFunction(
  ['ssm:CancelCommand'],
  async (aws: ChangeClients, command: string): Promise<void> => {
    const { CancelCommandCommand } = await sdk();
    await aws.send('ssm', new CancelCommandCommand({ CommandId: command }));
  },
);

/**
 * `undefined` in the first moments after it was sent. What it says of its failure goes into journals and reports, and a command may repeat
 * itself there, with the password that it was begun with: so `StandardErrorContent` is without what has the look of one.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html
 */
export const commandInvocation = awsFunction(
  ['ssm:GetCommandInvocation'],
  async (
    aws: ReadClients,
    { command, instance }: { readonly command: string; readonly instance: string },
  ): Promise<GetCommandInvocationResult | undefined> => {
    const { GetCommandInvocationCommand } = await sdk();
    const found = await absentWhen(['InvocationDoesNotExist'], () =>
      aws.send('ssm', new GetCommandInvocationCommand({ CommandId: command, InstanceId: instance })),
    );
    return found?.StandardErrorContent === undefined
      ? found
      : { ...found, StandardErrorContent: redactPrinted(found.StandardErrorContent) };
  },
);
