import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateVersionCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { environmentSchema } from '../../src/environment.ts';
import { UsageError } from '../../src/errors.ts';
import type { Fault } from '../../src/sandbox/faults/fault.ts';
import { images } from '../../src/sandbox/morpheus-prod.ts';
import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { accountOf, toText } from '../../src/sandbox/world.ts';
import { allScenarios, scenario } from '../helpers/scenario.ts';
import { isSteady, name } from './services/stack.ts';

const group = { AutoScalingGroupName: name };

const clientOf = ({ credentials, requestHandler }: Sandbox) =>
  new AutoScalingClient({ region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 });

async function opened(options?: SandboxOptions) {
  const sandbox = await openSandbox(options);
  return { sandbox, client: clientOf(sandbox) };
}

async function withFault(fault: Fault) {
  const stored: string[] = [];
  const { sandbox, client } = await opened({ store: (world) => stored.push(world) });
  sandbox.world.faults = [fault];
  return { sandbox, client, stored };
}

describe('sandbox', () => {
  test('its environment is a valid one and names what is in the world', async () => {
    const { sandbox } = await opened();
    const environment = environmentSchema.parse(sandbox.environments['prod']);
    const alarms = sandbox.world.cloudWatch.alarms.map(({ AlarmName }) => AlarmName);
    for (const named of Object.values(environment.alarms))
      expect(alarms).toEqual(expect.arrayContaining(named));
    expect(environment.account).toBe(sandbox.world.account);
    expect(environment.components['app']).toMatchObject({ group: name });
  });

  test('a whole instance refresh through an SDK client', async () => {
    const { sandbox, client } = await opened();
    await client.send(
      new StartInstanceRefreshCommand({
        ...group,
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: name, Version: '3' } },
        Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 133 },
      }),
    );
    for (let polls = 0; polls < 200; polls += 1) {
      const { InstanceRefreshes } = await client.send(new DescribeInstanceRefreshesCommand(group));
      if (InstanceRefreshes?.[0]?.EndTime !== undefined) break;
      await sandbox.clock.sleep(15_000);
    }
    const { AutoScalingGroups } = await client.send(new DescribeAutoScalingGroupsCommand({}));
    expect(AutoScalingGroups?.[0]?.LaunchTemplate?.Version).toBe('3');
    expect(AutoScalingGroups?.[0]?.Instances?.map(({ LaunchTemplate }) => LaunchTemplate?.Version)).toEqual([
      '3',
      '3',
      '3',
    ]);
  });

  test('a read that leaves a trace is kept, and any other is not', async () => {
    const stored: string[] = [];
    const sandbox = await openSandbox({ store: (world) => stored.push(world) });
    const client = (of: Sandbox) =>
      new SecretsManagerClient({
        region: 'us-east-1',
        credentials: of.credentials,
        requestHandler: of.requestHandler,
      });
    const secret = { SecretId: 'morpheus/prod/database/master' };
    const accessed = async (of: Sandbox) =>
      (await client(of).send(new DescribeSecretCommand(secret))).LastAccessedDate;
    const before = await accessed(sandbox);
    sandbox.advanceTo(new Date(sandbox.clock.now().getTime() + 86_400_000));
    expect(stored).toEqual([]);
    await client(sandbox).send(new GetSecretValueCommand(secret));
    expect(stored).toHaveLength(1);
    const after = await accessed(sandbox);
    expect(after).not.toEqual(before);
    expect(await accessed(await openSandbox({ stored: stored.at(-1) }))).toEqual(after);
  });

  test('every call takes virtual time, and what the caller holds does not change with the world', async () => {
    const { sandbox, client } = await opened();
    const before = sandbox.clock.now().getTime();
    const { AutoScalingGroups } = await client.send(new DescribeAutoScalingGroupsCommand({}));
    const took = sandbox.clock.now().getTime() - before;
    expect(took).toBeGreaterThanOrEqual(40);
    expect(took).toBeLessThanOrEqual(120);
    await client.send(new SuspendProcessesCommand(group));
    expect(AutoScalingGroups?.[0]?.SuspendedProcesses ?? []).toEqual([]);
  });

  test('the world is stored after a write, before its answer arrives, and never after a read', async () => {
    const order: string[] = [];
    const { client } = await opened({ store: () => order.push('stored') });
    await client.send(new DescribeAutoScalingGroupsCommand({}));
    order.push('read');
    await client.send(new SuspendProcessesCommand(group));
    order.push('written');
    expect(order).toEqual(['read', 'stored', 'written']);
  });

  test('reads do not change what will happen', async () => {
    const run = async (reads: number) => {
      const { sandbox, client } = await opened();
      await client.send(new SetDesiredCapacityCommand({ ...group, DesiredCapacity: 5 }));
      for (let read = 0; read < reads; read += 1) await client.send(new DescribeAutoScalingGroupsCommand({}));
      sandbox.advanceTo(new Date('2026-03-02T03:00:00Z'));
      const { world } = sandbox;
      const { cloudTrail: _, ...account } = accountOf(world);
      return toText({ ...account, calls: {}, requests: 0, random: { ...world.random, calls: 0 } });
    };
    expect(await run(20)).toBe(await run(0));
  });

  test('a killed run goes on from its stored world', async () => {
    let stored = '';
    const { sandbox, client } = await opened({ store: (world) => (stored = world) });
    await client.send(new SetDesiredCapacityCommand({ ...group, DesiredCapacity: 4 }));
    await sandbox.clock.sleep(120_000);
    const resumed = await openSandbox({ stored });
    expect(resumed.world.now < sandbox.world.now).toBe(true);
    resumed.advanceTo(sandbox.clock.now());
    expect(resumed.world.autoScaling).toEqual(sandbox.world.autoScaling);
    await resumed.clock.sleep(300_000);
    expect(isSteady(resumed.world)).toBe(true);
  });

  test('a damaged stored world and an unknown environment are told plainly', async () => {
    for (const stored of ['{"now"', '{}', 'null', '[]']) {
      await expect(openSandbox({ stored }), stored).rejects.toMatchObject({
        name: 'OperatorError',
        code: 'SANDBOX_WORLD_UNREADABLE',
      });
    }
    await expect(openSandbox({ environment: 'doom' })).rejects.toBeInstanceOf(UsageError);
  });

  test('the health URL answers from the world', async () => {
    const { sandbox } = await opened();
    const ask = (url: string) => sandbox.http.get(url, 5000, new AbortController().signal);
    const url = 'https://morpheus.example.com/health';
    expect(await ask(url)).toMatchObject({ status: 200 });
    expect(await ask('https://elsewhere.example.com/')).toMatchObject({
      failed: expect.stringContaining('ENOTFOUND'),
    });
    for (const node of Object.values(sandbox.world.ec2.nodes)) delete node.servesFrom;
    expect(await ask(url)).toMatchObject({ status: 503 });
  });
});

describe('faults', () => {
  const ask = new DescribeAutoScalingGroupsCommand({});
  const suspend = new SuspendProcessesCommand({ ...group, ScalingProcesses: ['AZRebalance'] });
  const suspended = ({ world }: Sandbox) => world.autoScaling.fleets[0]?.group.SuspendedProcesses.length;

  test.each([
    ['throttle', 'Throttling', 400],
    ['500', 'InternalFailure', 500],
    ['503', 'ServiceUnavailable', 503],
    ['access-denied', 'AccessDenied', 403],
    ['expired-credentials', 'ExpiredToken', 403],
  ] as const)('%s', async (what, code, status) => {
    const { sandbox, client, stored } = await withFault({ what });
    await expect(client.send(suspend)).rejects.toMatchObject({
      name: code,
      $metadata: { httpStatusCode: status },
    });
    expect(suspended(sandbox)).toBe(0);
    expect(stored).toEqual([]);
  });

  test.each([
    ['throttle', 'RequestLimitExceeded'],
    ['access-denied', 'UnauthorizedOperation'],
    ['expired-credentials', 'RequestExpired'],
  ] as const)('%s as EC2 says it', async (what, code) => {
    const { sandbox } = await withFault({ what, service: 'ec2' });
    const { credentials, requestHandler } = sandbox;
    const config = { region: 'us-east-1', credentials, requestHandler, maxAttempts: 1 };
    await expect(new EC2Client(config).send(new DescribeImagesCommand({}))).rejects.toMatchObject({
      name: code,
    });
    await expect(new STSClient(config).send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      Account: '111122223333',
    });
  });

  test('reset: the call does not reach AWS', async () => {
    const { sandbox, client, stored } = await withFault({ what: 'reset' });
    await expect(client.send(suspend)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(suspended(sandbox)).toBe(0);
    expect(stored).toEqual([]);
  });

  test('timeout: the caller waits in vain', async () => {
    const { sandbox, client } = await withFault({ what: 'timeout' });
    const before = sandbox.clock.now().getTime();
    await expect(client.send(suspend)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(sandbox.clock.now().getTime() - before).toBeGreaterThan(10_000);
    expect(suspended(sandbox)).toBe(0);
  });

  test('answer-lost: the write took effect and was stored', async () => {
    const { sandbox, client, stored } = await withFault({ what: 'answer-lost' });
    await expect(client.send(suspend)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(suspended(sandbox)).toBe(1);
    expect(stored).toHaveLength(1);
  });

  test('answer-lost, and the SDK tries again: a client token makes one version', async () => {
    const { sandbox } = await withFault({
      what: 'answer-lost',
      operation: 'CreateLaunchTemplateVersion',
      calls: [1],
    });
    const { credentials, requestHandler } = sandbox;
    const retryStrategy = {
      acquireInitialRetryToken: async () => ({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
      refreshRetryTokenForRetry: async ({ getRetryCount }: { getRetryCount(): number }) => {
        if (getRetryCount() > 0) throw new Error('retried once already');
        return { getRetryCount: () => 1, getRetryDelay: () => 0 };
      },
      recordSuccess() {},
    };
    const ec2 = new EC2Client({ region: 'us-east-1', credentials, requestHandler, retryStrategy });
    const made = await ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateName: name,
        SourceVersion: '2',
        ClientToken: 'once',
        LaunchTemplateData: { ImageId: images.newer },
      }),
    );
    expect(made.LaunchTemplateVersion?.VersionNumber).toBe(4);
    expect(sandbox.world.ec2.templates[0]?.versions).toHaveLength(4);
  });

  test('a fault strikes the calls, the operations and the times that it names', async () => {
    const { sandbox, client } = await withFault({ what: '503', operation: 'Describe*', calls: [2] });
    await client.send(ask);
    await expect(client.send(ask)).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    await client.send(ask);
    await client.send(suspend);
    const to = new Date(sandbox.clock.now().getTime() + 60_000);
    sandbox.world.faults = [{ what: '500', service: 'auto-scaling', from: sandbox.clock.now(), to }];
    await expect(client.send(ask)).rejects.toMatchObject({ name: 'InternalFailure' });
    await sandbox.clock.sleep(60_000);
    await client.send(ask);
  });
});

describe('scenarios', () => {
  test.each(allScenarios().map(({ id }) => id))('%s begins, and leaves the fleet as it is', async (id) => {
    const { sandbox } = await opened({ scenario: scenario(id) });
    expect(isSteady(sandbox.world)).toBe(true);
    expect(sandbox.scenario).toMatchObject({ id, brief: expect.stringMatching(/\S/) });
  });
});
