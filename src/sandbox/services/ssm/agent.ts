import { endWatch, runOnNode } from '../../application/hooks.ts';
import { drawBetween } from '../../random.ts';
import { schedule, secondsFrom } from '../../schedule.ts';
import type { EventHandlers, World } from '../../world.ts';
import { expiresAt, hasTooManyErrors, mostAtOnce } from './command-status.ts';
import { answers, managedNode } from './managed-nodes.ts';
import type { Invocation, Outcome, SentCommand, SystemsManagerEvent } from './state.ts';

/** While a node does not answer, a command is tried again so often. */
const triedEvery = 30;

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html */
const longestOutput = { stdout: 24_000, stderr: 8000 };

const linesOf = ({ parameters }: SentCommand): string[] =>
  (parameters['commands'] ?? [])
    .flatMap((text) => text.split(/\r?\n/))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

function soon(world: World, kind: SystemsManagerEvent['kind'], of: Handled, after: number): void {
  schedule(world, secondsFrom(world.now, after), {
    kind,
    command: of.command.id,
    node: of.invocation.instance,
  });
}

interface Handled {
  readonly command: SentCommand;
  readonly invocation: Invocation;
}

/** Sends a command to as many nodes as may run it at once. */
export function sendOn(world: World, command: SentCommand): void {
  if (hasTooManyErrors(command) || command.cancelledAt !== undefined) {
    const outcome = command.cancelledAt === undefined ? 'Terminated' : 'Cancelled';
    for (const invocation of command.invocations) if (!invocation.sent) invocation.outcome ??= outcome;
    return;
  }
  const running = command.invocations.filter(({ sent, outcome }) => sent && outcome === undefined).length;
  const waiting = command.invocations.filter(({ sent, outcome }) => !sent && outcome === undefined);
  const [least, most] = world.systemsManager.timings.delivery;
  for (const invocation of waiting.slice(0, Math.max(0, mostAtOnce(command) - running))) {
    invocation.sent = true;
    soon(world, 'command-delivered', { command, invocation }, drawBetween(world, least, most));
  }
}

function end(world: World, { command, invocation }: Handled, outcome: Outcome): void {
  invocation.outcome = outcome;
  invocation.endedAt = world.now;
  sendOn(world, command);
}

const truncated = (text: string, most: number): string => {
  const mark = '\n---Output truncated---';
  return text.length > most ? text.slice(0, most - mark.length) + mark : text;
};

function print(invocation: Invocation, { stdout, stderr }: { stdout: string; stderr: string }): void {
  const ended = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
  invocation.stdout = truncated(invocation.stdout + ended(stdout), longestOutput.stdout);
  invocation.stderr = truncated(invocation.stderr + ended(stderr), longestOutput.stderr);
}

/** The script is over; its last exit code counts, as in any shell. */
function finish(world: World, handled: Handled): void {
  const { invocation } = handled;
  const { exitCode } = invocation;
  if (exitCode !== 0)
    print(invocation, { stdout: '', stderr: `failed to run commands: exit status ${exitCode}` });
  end(world, handled, exitCode === 0 ? 'Success' : 'Failed');
}

/** `set -e` and its like, which the simulated shell knows itself. */
function takeSetting(invocation: Invocation, line = ''): boolean {
  if (!/^set\s/.test(line)) return false;
  if (/^set\s+-\w*e/.test(line)) invocation.stopsOnError = true;
  invocation.exitCode = 0;
  return true;
}

/** Runs the next line of the script, which takes its time. */
function runNext(world: World, handled: Handled): void {
  const { command, invocation } = handled;
  const script = linesOf(command);
  while (takeSetting(invocation, script[invocation.lines])) invocation.lines += 1;
  const line = script[invocation.lines];
  const exit = /^exit(?:\s+(\d+))?$/.exec(line ?? 'exit');
  if (line === undefined || exit !== null) {
    if (exit?.[1] !== undefined) invocation.exitCode = Number(exit[1]) & 255;
    finish(world, handled);
    return;
  }
  invocation.lines += 1;
  const result = runOnNode(world, invocation.instance, line);
  invocation.exitCode = result.exitCode;
  print(invocation, result);
  if (result.watch !== undefined) invocation.watch = result.watch;
  if (result.exits) invocation.lines = script.length;
  const left = (Number(deadlineOf(handled)) - Number(world.now)) / 1000;
  soon(world, 'command-line-ended', handled, Math.min(result.seconds, left));
}

/** A line that prints while it runs has ended, or was ended. */
function collect(world: World, invocation: Invocation): void {
  if (invocation.watch === undefined) return;
  print(invocation, { stdout: endWatch(world, invocation.instance, invocation.watch), stderr: '' });
  delete invocation.watch;
}

/** Ends a line that would go on for long; every other line is left to its end. */
export function interrupt(world: World, handled: Handled): void {
  const [least, most] = world.systemsManager.timings.delivery;
  if (handled.invocation.watch !== undefined)
    soon(world, 'command-line-ended', handled, drawBetween(world, least, most));
}

const deadlineOf = ({ command, invocation }: Handled): Date =>
  secondsFrom(invocation.startedAt ?? command.requestedAt, command.executionTimeout);

/** What an event is about; `undefined` where that is over. */
function handledBy(world: World, event: SystemsManagerEvent): Handled | undefined {
  const command = world.systemsManager.commands.find(({ id }) => id === event.command);
  const invocation = command?.invocations.find(({ instance }) => instance === event.node);
  if (command === undefined || invocation === undefined || invocation.outcome !== undefined) return undefined;
  return { command, invocation };
}

export const agentEvents: EventHandlers<SystemsManagerEvent> = {
  'command-delivered'(world, event) {
    const handled = handledBy(world, event);
    if (handled === undefined) return;
    const { command, invocation } = handled;
    const node = managedNode(world, invocation.instance);
    if (command.cancelledAt !== undefined) return end(world, handled, 'Cancelled');
    if (node === undefined) return end(world, handled, 'Undeliverable');
    if (!answers(world, node)) {
      invocation.delayed = true;
      // It is not started any more once TimeoutSeconds are over; its status follows from the time.
      if (secondsFrom(world.now, triedEvery) <= secondsFrom(command.requestedAt, command.timeout))
        soon(world, 'command-delivered', handled, triedEvery);
      return;
    }
    invocation.startedAt = world.now;
    runNext(world, handled);
  },

  'command-line-ended'(world, event) {
    const handled = handledBy(world, event);
    if (handled === undefined) return;
    const { command, invocation } = handled;
    const node = managedNode(world, invocation.instance);
    if (node === undefined) return end(world, handled, 'Undeliverable');
    if (!answers(world, node)) {
      if (world.now < expiresAt(command)) soon(world, 'command-line-ended', handled, triedEvery);
      return;
    }
    collect(world, invocation);
    if (command.cancelledAt !== undefined) return end(world, handled, 'Cancelled');
    if (world.now >= deadlineOf(handled)) return end(world, handled, 'ExecutionTimedOut');
    if (invocation.stopsOnError && invocation.exitCode !== 0) return finish(world, handled);
    runNext(world, handled);
  },
};
