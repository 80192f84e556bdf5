import { describe, expect, test } from 'vitest';
import { minutes } from '../../../src/duration.ts';
import { later } from '../../../src/sandbox/schedule.ts';
import { ssmOperations as ssm } from '../../../src/sandbox/services/ssm/index.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { aws, faultOf, first, members, name, pass, passUntil, prod } from './stack.ts';

/** Where no node is replaced for having been restarted. */
const calm = (): World => {
  const world = prod();
  aws.SuspendProcesses(world, { AutoScalingGroupName: name });
  return world;
};

const ids = (world: World) => members(world).map(({ InstanceId }) => InstanceId);
const one = (world: World) => first(ids(world));

const send = (world: World, commands: string[], more: object = {}): string =>
  ssm.SendCommand(world, {
    DocumentName: 'AWS-RunShellScript',
    InstanceIds: [one(world)],
    Parameters: { commands },
    ...more,
  }).Command.CommandId ?? '';
const read = (world: World, CommandId: string, InstanceId = one(world)) =>
  ssm.GetCommandInvocation(world, { CommandId, InstanceId });
const command = (world: World, CommandId: string) => first(ssm.ListCommands(world, { CommandId }).Commands);
const statuses = (world: World, CommandId: string) =>
  ssm
    .ListCommandInvocations(world, { CommandId })
    .CommandInvocations.map(({ StatusDetails }) => StatusDetails);
const isOver = (world: World, id: string) =>
  !['Pending', 'InProgress'].includes(command(world, id).Status ?? '');

/** Sends, and lets it come to its end. */
function ran(world: World, commands: string[], more: object = {}) {
  const id = send(world, commands, more);
  passUntil(world, () => isOver(world, id), { every: 1 });
  return read(world, id);
}

const offline = (world: World, lasts: number, instance = one(world)) =>
  world.faults.push({ what: 'agent-offline', instance, from: world.now, lasts });

describe('Systems Manager', () => {
  test('rule 12: running nodes are online unless something is wrong with their agent', () => {
    const world = prod();
    const list = (more: object = {}) =>
      ssm
        .DescribeInstanceInformation(world, more)
        .InstanceInformationList.map(({ PingStatus }) => PingStatus);
    expect(list()).toEqual(['Online', 'Online', 'Online']);
    offline(world, minutes(5));
    const InstanceInformationFilterList = [{ key: 'InstanceIds' as const, valueSet: [one(world)] }];
    expect(list({ InstanceInformationFilterList })).toEqual(['ConnectionLost']);
    world.faults = [{ what: 'zone-outage', zone: 'us-east-1b' }];
    expect(list({ Filters: [{ Key: 'PingStatus', Values: ['Online'] }] })).toHaveLength(2);
    world.faults = [];
    const node = world.ec2.nodes[one(world)];
    if (node === undefined) throw new Error('no node');
    node.instance.LaunchTime = later(world.now, -59_000);
    expect(list()).toHaveLength(2);
    node.instance.LaunchTime = later(world.now, -60_000);
    expect(list()).toHaveLength(3);
    expect(faultOf(() => list({ Filters: [{ Key: 'Colour', Values: ['x'] }] })).code).toBe(
      'InvalidFilterKey',
    );
  });

  test('rule 13: a command goes to nodes by id or tag, and bad ones are refused', () => {
    const world = prod();
    const refused = (more: object) => faultOf(() => send(world, ['true'], more));
    expect(refused({ InstanceIds: ['i-0123456789abcdef0'] })).toEqual({
      code: 'InvalidInstanceId',
      message: 'Instances [[i-0123456789abcdef0]] not in a valid state for account 111122223333',
    });
    expect(refused({ DocumentName: 'Mine' })).toEqual({
      code: 'InvalidDocument',
      message: 'Document with name Mine does not exist.',
    });
    expect(refused({ Parameters: {} }).code).toBe('InvalidParameters');
    expect(refused({ Parameters: { commands: ['true'], colour: ['x'] } }).code).toBe('InvalidParameters');
    for (const more of [
      { InstanceIds: [] },
      { TimeoutSeconds: 29 },
      { MaxErrors: 'x' },
      { MaxConcurrency: '0' },
    ])
      expect(refused(more).code).toBe('ValidationException');
    const Targets = [{ Key: 'tag:Name', Values: ['morpheus-prod-app'] }];
    const id = send(world, ['true'], { InstanceIds: [], Targets });
    expect(command(world, id)).toMatchObject({ TargetCount: 3, Status: 'Pending' });
    const none = send(world, ['true'], { InstanceIds: [], Targets: [{ Key: 'tag:Name', Values: ['x'] }] });
    expect(command(world, none)).toMatchObject({ TargetCount: 0, Status: 'Pending' });
    pass(world, 3);
    expect(command(world, none)).toMatchObject({ Status: 'Success', StatusDetails: 'NoInstancesInTag' });
  });

  test('rule 14: an invocation is not there at once', () => {
    const world = prod();
    const id = send(world, ['true']);
    expect(faultOf(() => read(world, id))).toEqual({ code: 'InvocationDoesNotExist', message: '' });
    pass(world, 2);
    expect(read(world, id).CommandId).toBe(id);
    expect(faultOf(() => read(world, 'nobody')).code).toBe('InvocationDoesNotExist');
  });

  test('rule 15: an invocation is pending, in progress and over', () => {
    const world = calm();
    world.systemsManager.timings.delivery = [5, 5];
    const id = send(world, ['echo begins', 'systemctl restart morpheus']);
    pass(world, 4);
    expect(read(world, id)).toMatchObject({ Status: 'Pending', ResponseCode: -1 });
    pass(world, 2);
    expect(read(world, id)).toMatchObject({ Status: 'InProgress', StandardOutputContent: '' });
    passUntil(world, () => isOver(world, id), { every: 1 });
    expect(read(world, id)).toMatchObject({
      Status: 'Success',
      StatusDetails: 'Success',
      ResponseCode: 0,
      StandardOutputContent: expect.stringContaining('begins\n'),
      ExecutionElapsedTime: expect.stringMatching(/^PT\d/),
    });
    expect(command(world, id)).toMatchObject({ Status: 'Success', CompletedCount: 1, ErrorCount: 0 });
  });

  test('rule 16: the last exit code counts, unless the script stops before', () => {
    const world = prod();
    expect(ran(world, ['false', 'echo on'])).toMatchObject({
      Status: 'Success',
      StandardOutputContent: 'on\n',
    });
    expect(ran(world, ['echo on', 'nosuch'])).toMatchObject({
      Status: 'Failed',
      ResponseCode: 127,
      StandardErrorContent: 'sh: nosuch: command not found\nfailed to run commands: exit status 127\n',
    });
    expect(ran(world, ['#!/bin/bash\nset -euo pipefail\nfalse\necho on'])).toMatchObject({
      Status: 'Failed',
      ResponseCode: 1,
      StandardOutputContent: '',
    });
    expect(ran(world, ['exit 3', 'echo on'])).toMatchObject({ ResponseCode: 3, StandardOutputContent: '' });
    expect(ran(world, ['false || exit 0', 'echo on'])).toMatchObject({
      Status: 'Success',
      StandardOutputContent: '',
    });
  });

  test('rule 17: long output is cut', () => {
    const world = prod();
    const line = `echo ${'x'.repeat(1999)}`;
    const id = send(
      world,
      Array.from({ length: 20 }, () => line),
    );
    passUntil(world, () => isOver(world, id), { every: 1 });
    expect(read(world, id).StandardOutputContent).toHaveLength(24_000);
    expect(read(world, id).StandardOutputContent).toMatch(/---Output truncated---$/);
    const listed = first(
      ssm.ListCommandInvocations(world, { CommandId: id, Details: true }).CommandInvocations,
    );
    expect(first(listed.CommandPlugins).Output).toHaveLength(2500);
    const plain = first(ssm.ListCommandInvocations(world, { CommandId: id }).CommandInvocations);
    expect(plain.CommandPlugins).toEqual([]);
  });

  test('rule 18: a node that does not answer gets the command late, or never', () => {
    const world = prod();
    offline(world, minutes(3));
    const late = send(world, ['echo late']);
    const never = send(world, ['echo never'], { TimeoutSeconds: 60 });
    pass(world, 30);
    expect(statuses(world, late)).toEqual(['Delayed']);
    pass(world, 200);
    expect(read(world, late)).toMatchObject({ Status: 'Success', StandardOutputContent: 'late\n' });
    expect(statuses(world, never)).toEqual(['Delayed']);
    pass(world, 3600);
    expect(read(world, never)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' });
    expect(command(world, never)).toMatchObject({
      Status: 'TimedOut',
      StatusDetails: 'DeliveryTimedOut',
      DeliveryTimedOutCount: 1,
    });
    const lost = send(world, ['true']);
    const node = world.ec2.nodes[one(world)];
    if (node !== undefined) node.instance.State = { Code: 48, Name: 'terminated' };
    pass(world, 5);
    expect(statuses(world, lost)).toEqual(['Undeliverable']);
  });

  test('rule 19: a script that takes too long is stopped', () => {
    const world = calm();
    const Parameters = { commands: ['systemctl restart morpheus', 'echo on'], executionTimeout: ['5'] };
    expect(ran(world, [], { Parameters })).toMatchObject({
      Status: 'TimedOut',
      StatusDetails: 'ExecutionTimedOut',
      StandardOutputContent: expect.not.stringContaining('on\n'),
    });
    const invalid = { commands: ['true'], executionTimeout: ['soon'] };
    expect(faultOf(() => send(world, [], { Parameters: invalid })).code).toBe('InvalidParameters');
  });

  test('rule 20: nodes run it one after the other, until one fails too many', () => {
    const world = calm();
    const all = { InstanceIds: ids(world), MaxConcurrency: '1' };
    const slow = send(world, ['systemctl restart morpheus'], all);
    pass(world, 10);
    expect(statuses(world, slow)).toEqual(['InProgress', 'Pending', 'Pending']);
    passUntil(world, () => isOver(world, slow));
    expect(command(world, slow)).toMatchObject({ Status: 'Success', CompletedCount: 3 });
    const failing = send(world, ['false'], all);
    passUntil(world, () => isOver(world, failing));
    expect(statuses(world, failing)).toEqual(['Failed', 'Terminated', 'Terminated']);
    expect(command(world, failing)).toMatchObject({ Status: 'Failed', ErrorCount: 1 });
    const patient = send(world, ['false'], { ...all, MaxErrors: '100%' });
    passUntil(world, () => isOver(world, patient));
    expect(statuses(world, patient)).toEqual(['Failed', 'Failed', 'Failed']);
    expect(command(world, patient).StatusDetails).toBe('Incomplete');
  });

  test('rule 21: a cancelled command stops', () => {
    const world = calm();
    const all = { InstanceIds: ids(world), MaxConcurrency: '1' };
    const id = send(world, ['systemctl restart morpheus', 'echo on'], all);
    pass(world, 5);
    ssm.CancelCommand(world, { CommandId: id });
    expect(statuses(world, id)).toEqual(['Cancelling', 'Cancelled', 'Cancelled']);
    passUntil(world, () => command(world, id).Status === 'Cancelled', { atMost: 120, every: 1 });
    expect(read(world, id)).toMatchObject({
      Status: 'Cancelled',
      StandardOutputContent: expect.not.stringContaining('on\n'),
    });
    expect(faultOf(() => ssm.CancelCommand(world, { CommandId: 'nobody' })).code).toBe('InvalidCommandId');
  });

  test('rule 21: a watch of the application ends within seconds, with what it has printed', () => {
    const world = calm();
    const id = send(world, ['morpheus-ctl db-watch --every 1s --for 600s']);
    pass(world, 10);
    ssm.CancelCommand(world, { CommandId: id });
    pass(world, 10);
    expect(read(world, id)).toMatchObject({
      Status: 'Cancelled',
      StandardOutputContent: expect.stringMatching(/^fresh ok \S+ \S+ \d+\npooled ok \S+ \S+ \d+\n$/),
    });
  });

  test('rule 22: the last fifty commands are listed, the newest first', () => {
    const world = prod();
    const sent = Array.from({ length: 51 }, (_none, index) => send(world, ['true'], { Comment: `${index}` }));
    const listed = ssm.ListCommands(world, {}).Commands;
    expect(listed).toHaveLength(50);
    expect(first(listed)).toMatchObject({ CommandId: sent.at(-1), Comment: '50' });
    expect(faultOf(() => ssm.ListCommands(world, { CommandId: first(sent) })).code).toBe('InvalidCommandId');
    const Filters = [{ key: 'Status' as const, value: 'Success' }];
    expect(ssm.ListCommands(world, { Filters }).Commands).toEqual([]);
  });

  test('rule 23: there is one document', () => {
    const world = prod();
    expect(ssm.DescribeDocument(world, { Name: 'AWS-RunShellScript' }).Document.DocumentType).toBe('Command');
    expect(ssm.ListDocuments(world, {}).DocumentIdentifiers).toHaveLength(1);
    expect(faultOf(() => ssm.DescribeDocument(world, { Name: 'x' })).code).toBe('InvalidDocument');
  });
});
