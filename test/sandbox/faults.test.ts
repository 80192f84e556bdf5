import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { minutes, seconds } from '../../src/duration.ts';
import { UsageError } from '../../src/errors.ts';
import { endFault } from '../../src/sandbox/faults/effects.ts';
import { listedFaults } from '../../src/sandbox/faults/listing.ts';
import { images } from '../../src/sandbox/morpheus-prod.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { begin, inject, type Scenario } from '../../src/sandbox/scenario.ts';
import { accountOf, seenFrom } from '../../src/sandbox/world.ts';
import { aws, fleetIn, name, pass, prod } from './services/stack.ts';

const group = { AutoScalingGroupName: name };

async function opened() {
  const sandbox = await openSandbox({ environment: 'prod' });
  const { credentials, requestHandler } = sandbox;
  const client = new AutoScalingClient({ region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 });
  const desired = async () => {
    const { AutoScalingGroups } = await client.send(new DescribeAutoScalingGroupsCommand({}));
    return AutoScalingGroups?.[0]?.DesiredCapacity;
  };
  const setDesired = (DesiredCapacity: number) =>
    client.send(new SetDesiredCapacityCommand({ ...group, DesiredCapacity }));
  return { sandbox, client, desired, setDesired };
}

const now = ({ clock }: Sandbox): number => clock.now().getTime();

describe('faults of calls', () => {
  test('slow: the answer takes longer, and is right', async () => {
    const { sandbox, desired } = await opened();
    sandbox.inject({ what: 'slow', by: seconds(20), operation: 'Describe*' });
    const before = now(sandbox);
    expect(await desired()).toBe(3);
    expect(now(sandbox) - before).toBeGreaterThan(20_000);
  });

  test('stale-read: a read lags behind the write before it, for as long as it says', async () => {
    const { sandbox, desired, setDesired } = await opened();
    sandbox.inject({ what: 'stale-read', by: seconds(30), service: 'auto-scaling' });
    await setDesired(4);
    expect(await desired()).toBe(3);
    await setDesired(5);
    await sandbox.clock.sleep(seconds(25));
    expect(await desired()).toBe(3);
    await sandbox.clock.sleep(seconds(6));
    expect(await desired()).toBe(5);
    expect(fleetIn(sandbox.world).group.DesiredCapacity).toBe(5);
  });

  test('rate-limit: calls beyond the rate are throttled, and later ones are not', async () => {
    const { sandbox, desired } = await opened();
    sandbox.inject({ what: 'rate-limit', perSecond: 2, service: 'auto-scaling' });
    const answers = await Promise.allSettled(Array.from({ length: 8 }, desired));
    const throttled = answers.filter(({ status }) => status === 'rejected');
    expect(throttled.length).toBeGreaterThanOrEqual(4);
    expect(throttled[0]).toMatchObject({ reason: { name: 'Throttling' } });
    await sandbox.clock.sleep(seconds(5));
    expect(await desired()).toBe(3);
  });

  test('from, lasts, after and region say when and where a fault is in force', async () => {
    const { sandbox, desired, setDesired } = await opened();
    sandbox.inject({ what: '503', from: minutes(1), lasts: minutes(1) });
    expect(await desired()).toBe(3);
    await sandbox.clock.sleep(minutes(1));
    await expect(desired()).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    await sandbox.clock.sleep(minutes(1));
    expect(await desired()).toBe(3);

    sandbox.inject({ what: '500', after: 'SetDesiredCapacity', lasts: seconds(30) });
    expect(await desired()).toBe(3);
    await setDesired(4);
    await expect(desired()).rejects.toMatchObject({ name: 'InternalFailure' });
    await sandbox.clock.sleep(seconds(30));
    expect(await desired()).toBe(4);

    sandbox.inject({ what: '503', region: 'us-west-2' });
    expect(await desired()).toBe(4);
  });

  test('what the role may not do is refused, and CloudTrail keeps both kinds of calls', async () => {
    const { sandbox, desired, setDesired } = await opened();
    const [role] = accountOf(sandbox.world).iam.roles.filter(
      ({ role: { RoleName } }) => RoleName === 'morpheus-operations',
    );
    if (role === undefined) throw new Error('the caller has no role');
    role.inline['no-scaling'] = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'autoscaling:Set*', Resource: '*' }],
    };
    await expect(setDesired(4)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('with an explicit deny'),
    });
    expect(await desired()).toBe(3);
    const { writes, reads } = accountOf(sandbox.world).cloudTrail;
    expect(writes.at(-1)).toMatchObject({ operation: 'SetDesiredCapacity', error: { code: 'AccessDenied' } });
    expect(reads.at(-1)).toMatchObject({ operation: 'DescribeAutoScalingGroups' });
  });
});

describe('faults of the world that do something when they begin and end', () => {
  test('zone-outage: nothing is launched there, and the database fails over', () => {
    const world = prod();
    const writer = () => world.rds.clusters[0]?.writer;
    const before = writer();
    inject(world, { what: 'zone-outage', zone: 'us-east-1a', lasts: minutes(10) });
    expect(world.ec2.zonesWithoutCapacity).toEqual(['us-east-1a']);
    pass(world, 300);
    expect(writer()).not.toBe(before);
    pass(world, 600);
    expect(world.ec2.zonesWithoutCapacity).toEqual([]);
  });

  test('a zone names its Region', () => {
    const world = prod();
    inject(world, { what: 'zone-without-capacity', zone: 'us-west-2b' });
    expect(world.ec2.zonesWithoutCapacity).toEqual([]);
    expect(seenFrom(accountOf(world), 'us-west-2').ec2.zonesWithoutCapacity).toEqual(['us-west-2b']);
  });

  test('node-never-healthy and release-fails are about an image, and end', () => {
    const world = prod();
    const image = images.newer;
    const before = structuredClone(world.ec2.software[image]);
    inject(world, { what: 'node-never-healthy', image, lasts: minutes(5) });
    expect(world.ec2.software[image]?.boots).toBeUndefined();
    inject(world, { what: 'release-fails', image, shareOfNodes: 0.5, errorShare: 0.1, lasts: minutes(5) });
    expect(world.ec2.software[image]?.failsFrom).toEqual({ shareOfNodes: 0.5, errorShare: 0.1 });
    pass(world, 300);
    expect(world.ec2.software[image]).toEqual(before);
  });

  test('copy-missing: there is no copy from earlier either', () => {
    const world = prod();
    const recovery = seenFrom(accountOf(world), 'us-west-2');
    const copies = () => recovery.backup.recoveryPoints.filter(({ held }) => held.type === 'Aurora').length;
    expect(copies()).toBeGreaterThan(3);
    inject(world, { what: 'copy-missing', resourceType: 'Aurora' });
    expect(copies()).toBe(0);
  });
});

describe('a fault that somebody ends', () => {
  test('is over at once, with what its end brings, and does not end a second time', () => {
    const world = prod();
    inject(world, { what: 'zone-outage', zone: 'us-east-1a', lasts: minutes(10) });
    inject(world, { what: 'zone-outage', zone: 'us-east-1a' });
    endFault(world, 0);
    endFault(world, 0);
    expect(listedFaults(world)).toMatchObject([{ number: 2, inForce: true }]);
    expect(world.ec2.zonesWithoutCapacity).toEqual(['us-east-1a']);
    pass(world, 900);
    expect(world.ec2.zonesWithoutCapacity).toEqual(['us-east-1a']);
    endFault(world, 1);
    expect(world.ec2.zonesWithoutCapacity).toEqual([]);
    expect(listedFaults(world)).toEqual([]);
  });

  test('never begins where it was to come, at a time or after a call', async () => {
    const { sandbox, setDesired } = await opened();
    const { world } = sandbox;
    sandbox.inject({ what: 'zone-without-capacity', zone: 'us-east-1a', from: minutes(5) });
    sandbox.inject({ what: 'zone-without-capacity', zone: 'us-east-1b', after: 'SetDesiredCapacity' });
    expect(sandbox.faults()).toMatchObject([
      { number: 1, inForce: false },
      { number: 2, inForce: false },
    ]);
    sandbox.heal(1);
    sandbox.heal(2);
    await setDesired(4);
    await sandbox.clock.sleep(minutes(10));
    expect(world.ec2.zonesWithoutCapacity).toEqual([]);
    expect(sandbox.faults()).toEqual([]);
  });
});

test('faults are listed with their settings and ends, until they are over', () => {
  const world = prod();
  inject(world, { what: 'throttle', service: 'rds', calls: [1, 2], lasts: minutes(5) });
  inject(world, { what: 'slow', by: seconds(2), after: 'FailoverDBCluster', lasts: minutes(1) });
  expect(listedFaults(world)).toEqual([
    {
      number: 1,
      what: 'throttle',
      settings: { service: 'rds', calls: [1, 2] },
      inForce: true,
      from: world.now,
      until: new Date(world.now.getTime() + minutes(5)),
    },
    { number: 2, what: 'slow', settings: { by: 2000, after: 'FailoverDBCluster' }, inForce: false },
  ]);
  pass(world, 301);
  expect(listedFaults(world)).toMatchObject([{ number: 2 }]);
});

describe('a scenario', () => {
  const scenario = (more: Partial<Scenario>): Scenario => ({
    id: 'mine',
    title: 'Mine',
    brief: 'Look.',
    ...more,
  });

  test('begins with the calls of "before", and others call meanwhile', async () => {
    const world = prod();
    const call = { service: 'auto-scaling', operation: 'SetDesiredCapacity' };
    await begin(
      world,
      scenario({
        before: [{ ...call, input: { ...group, DesiredCapacity: 4 } }],
        during: [
          { ...call, input: { ...group, DesiredCapacity: 5 }, at: minutes(2), by: 'a-colleague' },
          { ...call, input: { ...group, DesiredCapacity: 99 }, at: minutes(3), by: 'a-robot' },
        ],
      }),
    );
    expect(fleetIn(world).group.DesiredCapacity).toBe(4);
    pass(world, 240);
    expect(fleetIn(world).group.DesiredCapacity).toBe(5);
    expect(accountOf(world).cloudTrail.writes.map(({ session, error }) => [session, error?.code])).toEqual([
      ['a-colleague', undefined],
      ['a-robot', 'ValidationError'],
    ]);
    expect(aws.DescribeAutoScalingGroups(world, {}).AutoScalingGroups).toHaveLength(1);
  });

  test.each([
    ['an unknown service', { service: 'lambda', operation: 'Invoke', input: {} }, /no service lambda/],
    ['an unknown operation', { service: 'rds', operation: 'Explode', input: {} }, /no such operation/],
    [
      'a parameter of the wrong type',
      {
        service: 'auto-scaling',
        operation: 'SetDesiredCapacity',
        input: { ...group, DesiredCapacity: 'four' },
      },
      /DesiredCapacity is of the wrong type/,
    ],
    [
      'a call that AWS refuses',
      { service: 'auto-scaling', operation: 'SetDesiredCapacity', input: { ...group, DesiredCapacity: 99 } },
      /AWS refuses it: ValidationError/,
    ],
  ])('with %s in it is refused', async (_what, call, message) => {
    const begun = begin(prod(), scenario({ before: [call] }));
    await expect(begun).rejects.toThrow(message);
    await expect(begun).rejects.toBeInstanceOf(UsageError);
  });
});

describe('a fault that could never strike is refused', () => {
  test.each([
    [{ what: 'throttle', service: 'nosuch' }, /service "nosuch".*auto-scaling/],
    [{ what: 'throttle', service: 'rds', operation: 'Nope' }, /operation "Nope".*rds has no such one/],
    [{ what: 'zone-outage', zone: 'us-east-9x' }, /zone "us-east-9x".*us-east-1a/],
    [{ what: 'failover-stuck', cluster: 'nope' }, /cluster "nope".*morpheus-prod/],
    [{ what: 'alarm-fires', alarm: 'nope' }, /alarm "nope".*morpheus-prod-5xx/],
  ] as const)('%j', (fault, message) => {
    const world = prod();
    expect(() => inject(world, fault)).toThrow(message);
    expect(world.faults).toEqual([]);
  });

  test('names of the AWS CLI are understood', async () => {
    const { sandbox, desired } = await opened();
    sandbox.inject({ what: 'throttle', service: 'autoscaling' });
    await expect(desired()).rejects.toMatchObject({ name: 'Throttling' });
  });
});

describe('EC2 DryRun', () => {
  test('says that the call would have succeeded, and makes no change', async () => {
    const { sandbox } = await opened();
    const { credentials, requestHandler } = sandbox;
    const ec2 = new EC2Client({ region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 });
    const [id = ''] = Object.keys(sandbox.world.ec2.nodes);
    const terminate = new TerminateInstancesCommand({ InstanceIds: [id], DryRun: true });
    await expect(ec2.send(terminate)).rejects.toMatchObject({
      name: 'DryRunOperation',
      $metadata: { httpStatusCode: 412 },
    });
    expect(sandbox.world.ec2.nodes[id]?.instance.State.Name).toBe('running');
    const events = accountOf(sandbox.world).cloudTrail.writes;
    expect(events.at(-1)).toMatchObject({
      error: { code: 'DryRunOperation' },
      userAgent: expect.stringMatching(/^aws-sdk-js\//),
      requestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
    });
  });
});
