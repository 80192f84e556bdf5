import type { CommandInvocationStatus, CommandStatus } from '@aws-sdk/client-ssm';
import { secondsFrom } from '../../schedule.ts';
import type { World } from '../../world.ts';
import type { Invocation, Outcome, SentCommand } from './state.ts';

/** What is not over by then has timed out. https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html */
export const expiresAt = ({ requestedAt, timeout, executionTimeout }: SentCommand): Date =>
  secondsFrom(requestedAt, timeout + executionTimeout);

const statuses: Readonly<Record<Outcome, CommandInvocationStatus>> = {
  Success: 'Success',
  Failed: 'Failed',
  ExecutionTimedOut: 'TimedOut',
  Undeliverable: 'Failed',
  Terminated: 'Cancelled',
  Cancelled: 'Cancelled',
};

export interface InvocationState {
  readonly status: CommandInvocationStatus;
  readonly details: string;
}

const same = (status: CommandInvocationStatus): InvocationState => ({ status, details: status });

export function invocationState(world: World, command: SentCommand, invocation: Invocation): InvocationState {
  const { outcome, startedAt, delayed } = invocation;
  if (outcome !== undefined) return { status: statuses[outcome], details: outcome };
  if (world.now >= expiresAt(command))
    return {
      status: 'TimedOut',
      details: startedAt === undefined ? 'DeliveryTimedOut' : 'ExecutionTimedOut',
    };
  if (command.cancelledAt !== undefined) return same('Cancelling');
  if (startedAt !== undefined) return same('InProgress');
  return same(delayed ? 'Delayed' : 'Pending');
}

/** `10` or `10%` of the targets. */
const countIn = (text: string, targets: number): number =>
  text.endsWith('%') ? Math.floor((targets * Number(text.slice(0, -1))) / 100) : Number(text);

export const mostAtOnce = ({ maxConcurrency, invocations }: SentCommand): number =>
  Math.max(1, countIn(maxConcurrency, invocations.length));

const isError = (details: string): boolean => details === 'Failed' || details === 'ExecutionTimedOut';

export const hasTooManyErrors = (command: SentCommand): boolean =>
  command.invocations.filter(({ outcome = '' }) => isError(outcome)).length >
  countIn(command.maxErrors, command.invocations.length);

export interface CommandState {
  readonly status: CommandStatus;
  readonly details: string;
  readonly completed: number;
  readonly errors: number;
  readonly undelivered: number;
}

const unfinished = ['Pending', 'Delayed', 'InProgress', 'Cancelling'];

/** What the invocations come to together: the table "Detailed status for a command" of the page above. */
export function commandState(world: World, command: SentCommand): CommandState {
  const states = command.invocations.map((invocation) => invocationState(world, command, invocation));
  const count = (isOne: (state: InvocationState) => boolean) => states.filter(isOne).length;
  const open = count(({ status }) => unfinished.includes(status));
  const undelivered = count(({ details }) => details === 'DeliveryTimedOut');
  const errors = count(({ details }) => isError(details));
  const most = countIn(command.maxErrors, states.length);
  const counts = { completed: states.length - open, errors, undelivered };
  const is = (status: CommandStatus, details: string = status) => ({ status, details, ...counts });
  if (states.length === 0)
    return world.now < command.visibleFrom ? is('Pending') : is('Success', 'NoInstancesInTag');
  if (open > 0) {
    if (command.cancelledAt !== undefined) return is('Cancelling');
    return is(count(({ status }) => status === 'Pending') === states.length ? 'Pending' : 'InProgress');
  }
  if (states.every(({ status }) => status === 'Success')) return is('Success');
  if (command.cancelledAt !== undefined) return is('Cancelled');
  if (count(({ details }) => details === 'ExecutionTimedOut') > most)
    return is('TimedOut', 'ExecutionTimedOut');
  if (errors > most) return is('Failed');
  if (undelivered > most) return is('TimedOut', 'DeliveryTimedOut');
  return is('Failed', 'Incomplete');
}
