import type { Command, CommandPlugin, Target } from '@aws-sdk/client-ssm';
import { drawBetween, drawUuid } from '../../random.ts';
import { secondsFrom } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { interrupt, sendOn } from './agent.ts';
import { commandState, expiresAt, invocationState } from './command-status.ts';
import { documentNamed } from './documents.ts';
import { hasTag, managedNode, managedNodes } from './managed-nodes.ts';
import { refused } from './parameters.ts';
import type { Invocation, SentCommand } from './state.ts';

/** AWS keeps commands for thirty days; the sandbox keeps so many, to stay small. */
const kept = 50;

const plugin = 'aws:runShellScript';

function nodesFor(world: World, ids: readonly string[], targets: readonly Target[]): string[] {
  const unknown = ids.filter((id) => managedNode(world, id) === undefined);
  if (unknown.length > 0)
    throw new AwsFault(
      'InvalidInstanceId',
      `Instances [[${unknown.join(', ')}]] not in a valid state for account ${world.account}`,
    );
  if (targets.length === 0) return [...new Set(ids)];
  return managedNodes(world)
    .filter((node) =>
      targets.every(({ Key = '', Values = [] }) => {
        if (Key.startsWith('tag:')) return hasTag(node, Key.slice(4), Values);
        if (Key === 'tag-key')
          return (node.instance.Tags ?? []).some((tag) => Values.includes(tag.Key ?? ''));
        if (Key.toLowerCase() === 'instanceids') return Values.includes(node.instance.InstanceId);
        throw new AwsFault('InvalidTarget', `Target key ${Key} is not valid.`);
      }),
    )
    .map(({ instance }) => instance.InstanceId);
}

function checkRate(text: string, member: string, pattern: RegExp): void {
  if (!pattern.test(text))
    throw refused(
      `1 validation error detected: Value '${text}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
    );
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
const rates = {
  maxConcurrency: /^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$/,
  maxErrors: /^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$/,
};

function executionTimeout(document: string, parameters: Readonly<Record<string, string[]>>): number {
  const known = documentNamed(document).Parameters?.map(({ Name }) => Name) ?? [];
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new AwsFault('InvalidParameters', `Parameters ["${unknown}"] are not defined in the document.`);
  if (!parameters['commands']?.length)
    throw new AwsFault('InvalidParameters', 'Parameters ["commands"] must be specified.');
  const [text = '3600'] = parameters['executionTimeout'] ?? [];
  if (!/^[1-9]\d{0,5}$/.test(text) || Number(text) > 172_800)
    throw new AwsFault('InvalidParameters', `Parameter "executionTimeout" is not valid: ${text}`);
  return Number(text);
}

function commandNamed(world: World, id: string | undefined): SentCommand {
  const found = world.systemsManager.commands.find((command) => command.id === id);
  if (found === undefined) throw new AwsFault('InvalidCommandId', '');
  return found;
}

function describe(world: World, command: SentCommand): Command {
  const state = commandState(world, command);
  return {
    CommandId: command.id,
    DocumentName: command.document,
    DocumentVersion: '$DEFAULT',
    Comment: command.comment,
    ExpiresAfter: expiresAt(command),
    Parameters: command.parameters,
    InstanceIds: command.instanceIds,
    Targets: command.targets,
    RequestedDateTime: command.requestedAt,
    Status: state.status,
    StatusDetails: state.details,
    OutputS3Region: world.region,
    MaxConcurrency: command.maxConcurrency,
    MaxErrors: command.maxErrors,
    TargetCount: command.invocations.length,
    CompletedCount: state.completed,
    ErrorCount: state.errors,
    DeliveryTimedOutCount: state.undelivered,
    TimeoutSeconds: command.timeout,
  };
}

/** The script's output is shown when it is over, and a plugin's first 2500 characters of it. */
function pluginOf(world: World, command: SentCommand, invocation: Invocation): CommandPlugin {
  const { status, details } = invocationState(world, command, invocation);
  const { startedAt, endedAt, exitCode, stdout, stderr, outcome } = invocation;
  return {
    Name: plugin,
    Status: status === 'Delayed' || status === 'Cancelling' ? 'Pending' : status,
    StatusDetails: details,
    ResponseCode: endedAt === undefined ? -1 : exitCode,
    ...(startedAt && { ResponseStartDateTime: startedAt }),
    ...(endedAt && { ResponseFinishDateTime: endedAt }),
    Output: outcome === undefined ? '' : outputOf(stdout, stderr),
    StandardOutputUrl: '',
    StandardErrorUrl: '',
    OutputS3Region: world.region,
  };
}

const outputOf = (stdout: string, stderr: string): string =>
  (stderr === '' ? stdout : `${stdout}\n----------ERROR-------\n${stderr}`).slice(0, 2500);

const nameOf = (world: World, id: string): string =>
  world.ec2.nodes[id]?.instance.Tags.find(({ Key }) => Key === 'Name')?.Value ?? '';

export const commandOperations = {
  SendCommand(world, input) {
    const { InstanceIds = [], Targets = [], Parameters = {}, DocumentName = '', Comment = '' } = input;
    const { TimeoutSeconds = 600, MaxConcurrency = '50', MaxErrors = '0' } = input;
    documentNamed(DocumentName);
    if ((InstanceIds.length === 0) === (Targets.length === 0))
      throw refused('Either InstanceIds or Targets must be specified, and not both.');
    checkRate(MaxConcurrency, 'maxConcurrency', rates.maxConcurrency);
    checkRate(MaxErrors, 'maxErrors', rates.maxErrors);
    if (TimeoutSeconds < 30 || TimeoutSeconds > 2_592_000)
      throw refused(
        `1 validation error detected: Value '${TimeoutSeconds}' at 'timeoutSeconds' failed to satisfy constraint: Member must have value ${TimeoutSeconds < 30 ? 'greater than or equal to 30' : 'less than or equal to 2592000'}`,
      );
    const limit = executionTimeout(DocumentName, Parameters);
    const nodes = nodesFor(world, InstanceIds, Targets);
    const [least, most] = world.systemsManager.timings.visible;
    const command: SentCommand = {
      id: drawUuid(world),
      document: DocumentName,
      comment: Comment,
      parameters: Parameters,
      instanceIds: InstanceIds,
      targets: Targets,
      requestedAt: world.now,
      visibleFrom: secondsFrom(world.now, drawBetween(world, least, most)),
      timeout: TimeoutSeconds,
      executionTimeout: limit,
      maxConcurrency: MaxConcurrency,
      maxErrors: MaxErrors,
      invocations: nodes.map((instance) => ({ instance, lines: 0, exitCode: 0, stdout: '', stderr: '' })),
    };
    world.systemsManager.commands = [...world.systemsManager.commands, command].slice(-kept);
    sendOn(world, command);
    return { Command: describe(world, command) };
  },

  GetCommandInvocation(world, { CommandId, InstanceId, PluginName }) {
    const command = world.systemsManager.commands.find(({ id }) => id === CommandId);
    const invocation = command?.invocations.find(({ instance }) => instance === InstanceId);
    if (command === undefined || invocation === undefined || world.now < command.visibleFrom)
      throw new AwsFault('InvocationDoesNotExist', '');
    if (PluginName !== undefined && PluginName !== plugin)
      throw new AwsFault('InvalidPluginName', `The plugin name ${PluginName} is not valid.`);
    const { status, details } = invocationState(world, command, invocation);
    const { startedAt, endedAt, outcome } = invocation;
    const elapsed = startedAt && endedAt && (Number(endedAt) - Number(startedAt)) / 1000;
    return {
      CommandId: command.id,
      InstanceId: invocation.instance,
      Comment: command.comment,
      DocumentName: command.document,
      DocumentVersion: '$DEFAULT',
      PluginName: plugin,
      ResponseCode: endedAt === undefined || startedAt === undefined ? -1 : invocation.exitCode,
      ExecutionStartDateTime: startedAt?.toISOString() ?? '',
      ExecutionElapsedTime: elapsed === undefined ? '' : `PT${elapsed}S`,
      ExecutionEndDateTime: endedAt?.toISOString() ?? '',
      Status: status,
      StatusDetails: details,
      StandardOutputContent: outcome === undefined ? '' : invocation.stdout,
      StandardOutputUrl: '',
      StandardErrorContent: outcome === undefined ? '' : invocation.stderr,
      StandardErrorUrl: '',
      CloudWatchOutputConfig: { CloudWatchLogGroupName: '', CloudWatchOutputEnabled: false },
    };
  },

  ListCommands(world, { CommandId, InstanceId, Filters = [], MaxResults, NextToken }) {
    if (CommandId !== undefined) commandNamed(world, CommandId);
    const statuses = Filters.filter(({ key }) => key === 'Status').map(({ value }) => value);
    const found = world.systemsManager.commands
      .filter(({ id, invocations }) => id === (CommandId ?? id) && runsOn(invocations, InstanceId))
      .map((command) => describe(world, command))
      .filter(({ Status, StatusDetails }) =>
        statuses.every((status) => status === Status || status === StatusDetails),
      )
      .reverse();
    const page = pageOf(found, MaxResults ?? 50, NextToken, 'InvalidNextToken');
    return { Commands: page.items, NextToken: page.next };
  },

  ListCommandInvocations(world, { CommandId, InstanceId, Details = false, MaxResults, NextToken }) {
    if (CommandId !== undefined) commandNamed(world, CommandId);
    const found = world.systemsManager.commands
      .filter(({ id, visibleFrom }) => id === (CommandId ?? id) && visibleFrom <= world.now)
      .reverse()
      .flatMap((command) =>
        command.invocations
          .filter(({ instance }) => instance === (InstanceId ?? instance))
          .map((invocation) => ({ command, invocation })),
      );
    const page = pageOf(found, MaxResults ?? 50, NextToken, 'InvalidNextToken');
    return {
      CommandInvocations: page.items.map(({ command, invocation }) => {
        const { status, details } = invocationState(world, command, invocation);
        return {
          CommandId: command.id,
          InstanceId: invocation.instance,
          InstanceName: nameOf(world, invocation.instance),
          Comment: command.comment,
          DocumentName: command.document,
          DocumentVersion: '$DEFAULT',
          RequestedDateTime: command.requestedAt,
          Status: status,
          StatusDetails: details,
          StandardOutputUrl: '',
          StandardErrorUrl: '',
          CommandPlugins: Details ? [pluginOf(world, command, invocation)] : [],
        };
      }),
      NextToken: page.next,
    };
  },

  CancelCommand(world, { CommandId, InstanceIds = [] }) {
    const command = commandNamed(world, CommandId);
    const unknown = InstanceIds.find((id) => !runsOn(command.invocations, id));
    if (unknown !== undefined) throw new AwsFault('InvalidInstanceId', '');
    const meant = command.invocations.filter(
      ({ instance, outcome }) =>
        outcome === undefined && (InstanceIds.length === 0 || InstanceIds.includes(instance)),
    );
    if (InstanceIds.length === 0 && meant.length > 0) command.cancelledAt = world.now;
    // What runs already is only asked to stop: its agent says when it has.
    for (const invocation of meant) {
      if (invocation.startedAt === undefined) invocation.outcome = 'Cancelled';
      else if (command.cancelledAt !== undefined) interrupt(world, { command, invocation });
    }
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-ssm')>;

const runsOn = (invocations: readonly Invocation[], instance: string | undefined): boolean =>
  instance === undefined || invocations.some((invocation) => invocation.instance === instance);
