import { describe, expect, test } from 'vitest';
import { loginIn } from '../../../src/sandbox/morpheus-prod/login-in.ts';
import { queue, secrets, subnetIds } from '../../../src/sandbox/morpheus-prod/names.ts';
import { logsOperations } from '../../../src/sandbox/services/cloudwatch-logs/index.ts';
import { connectToBroker, setBrokerPassword } from '../../../src/sandbox/services/mq/connections.ts';
import { mqOperations } from '../../../src/sandbox/services/mq/index.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { accountOf, snapshot } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, passUntil, prod } from './stack.ts';

const aws = mqOperations;
const id = { BrokerId: queue.id };
const login = { user: queue.user, password: 'a-password-of-tests-1' };

/** The stack, with a password that the tests know. */
function stack(): World {
  const world = prod();
  setBrokerPassword(world, queue.host, login);
  return world;
}

const connect = (world: World, host: string = queue.host) => connectToBroker(world, host, login);
const stateOf = (world: World, BrokerId: string | undefined = queue.id) =>
  aws.DescribeBroker(world, { BrokerId }).BrokerState;
const untilRuns = (world: World, BrokerId?: string) =>
  passUntil(world, () => stateOf(world, BrokerId) === 'RUNNING');

const order = {
  BrokerName: 'second',
  DeploymentMode: 'CLUSTER_MULTI_AZ' as const,
  EngineType: 'RABBITMQ' as const,
  EngineVersion: '3.13',
  HostInstanceType: 'mq.m5.large',
  PubliclyAccessible: false,
  SubnetIds: subnetIds,
  Users: [{ Username: 'morpheus', Password: login.password }],
};

/** Whether nodes of the application have lost the queue and not found it again. */
const isMissed = (world: World): boolean =>
  Object.values(world.ec2.nodes).some(({ application }) => application?.lost.queue !== undefined);

const lose = (world: World, ...zones: string[]) => {
  world.faults = zones.map((zone) => ({ what: 'zone-outage', zone }));
};

describe('Amazon MQ', () => {
  test('rule 1: the unknown is refused, and lists come in pages', () => {
    const world = stack();
    expect(faultOf(() => aws.DescribeBroker(world, { BrokerId: 'b-1' }))).toEqual({
      code: 'NotFoundException',
      message: "Can't find requested broker [b-1]. Make sure your broker exists.",
    });
    expect(faultOf(() => aws.DescribeConfiguration(world, { ConfigurationId: 'c-1' })).code).toBe(
      'NotFoundException',
    );
    expect(faultOf(() => aws.ListBrokers(world, { MaxResults: 1 })).code).toBe('BadRequestException');
    for (let made = 0; made < 6; made += 1) aws.CreateBroker(world, { ...order, BrokerName: `more-${made}` });
    const page = aws.ListBrokers(world, { MaxResults: 5 });
    expect(page.BrokerSummaries).toHaveLength(5);
    expect(aws.ListBrokers(world, { MaxResults: 5, NextToken: page.NextToken }).BrokerSummaries).toHaveLength(
      2,
    );
  });

  test('rule 2: the cluster of the stack has one endpoint', () => {
    const world = stack();
    expect(aws.DescribeBroker(world, id)).toMatchObject({
      BrokerName: 'morpheus-rabbitmq',
      BrokerState: 'RUNNING',
      DeploymentMode: 'CLUSTER_MULTI_AZ',
      EngineVersion: '3.10.20',
      BrokerInstances: [{ Endpoints: [`amqps://${queue.host}:5671`] }],
    });
    expect(connect(world)).toEqual({ ok: true });
  });

  test('rule 3: a broker is made in minutes, from a request that is in order', () => {
    const world = stack();
    const refusal = (change: object) => faultOf(() => aws.CreateBroker(world, { ...order, ...change }));
    expect(refusal({ Users: [] }).message).toBe('Specify exactly one user for engine type [RABBITMQ].');
    expect(refusal({ Users: [{ Username: 'guest', Password: login.password }] }).message).toContain('guest');
    const weak = refusal({ Users: [{ Username: 'morpheus', Password: 'abababababab' }] });
    expect(weak.message).toContain('4 unique');
    expect(weak.message).not.toContain('abab');
    expect(refusal({ Logs: { Audit: true } }).code).toBe('BadRequestException');
    expect(refusal({ HostInstanceType: 'mq.t3.micro' }).code).toBe('BadRequestException');
    expect(refusal({ SubnetIds: ['subnet-1'] }).code).toBe('BadRequestException');
    expect(refusal({ EngineType: 'ACTIVEMQ' }).code).toBe('BadRequestException');
    expect(refusal({ BrokerName: queue.name }).code).toBe('ConflictException');
    expect(refusal({ AutoMinorVersionUpgrade: false }).message).toContain('must be true');

    const { BrokerId } = aws.CreateBroker(world, order);
    expect(aws.DescribeBroker(world, { BrokerId })).toMatchObject({
      BrokerState: 'CREATION_IN_PROGRESS',
      BrokerInstances: [],
    });
    const host = `${BrokerId}.mq.us-east-1.amazonaws.com`;
    expect(connect(world, host)).toHaveProperty('error');
    pass(world, 880);
    expect(stateOf(world, BrokerId)).toBe('CREATION_IN_PROGRESS');
    pass(world, 640);
    expect(stateOf(world, BrokerId)).toBe('RUNNING');
    expect(connect(world, host)).toEqual({ ok: true });
  });

  test('rule 4: the same request id gives the same broker', () => {
    const world = stack();
    const asked = { ...order, CreatorRequestId: 'request-1' };
    expect(aws.CreateBroker(world, asked)).toEqual(aws.CreateBroker(world, asked));
    expect(aws.ListBrokers(world, {}).BrokerSummaries).toHaveLength(2);
  });

  test('rule 5: a deleted broker is away at once and gone in minutes', () => {
    const world = stack();
    expect(isMissed(world)).toBe(false);
    expect(aws.DeleteBroker(world, id)).toEqual(id);
    expect(isMissed(world)).toBe(true);
    expect(stateOf(world)).toBe('DELETION_IN_PROGRESS');
    expect(connect(world)).toHaveProperty('error');
    expect(faultOf(() => aws.DeleteBroker(world, id)).code).toBe('BadRequestException');
    pass(world, 500);
    expect(faultOf(() => stateOf(world)).code).toBe('NotFoundException');
    const { BrokerId } = aws.CreateBroker(world, order);
    expect(faultOf(() => aws.DeleteBroker(world, { BrokerId })).code).toBe('BadRequestException');
  });

  test('rule 6: an update is pending until a reboot', () => {
    const world = stack();
    aws.UpdateBroker(world, {
      ...id,
      EngineVersion: '3.11.28',
      HostInstanceType: 'mq.m5.xlarge',
      Logs: { General: false },
    });
    expect(aws.DescribeBroker(world, id)).toMatchObject({
      EngineVersion: '3.10.20',
      PendingEngineVersion: '3.11.28',
      PendingHostInstanceType: 'mq.m5.xlarge',
      Logs: { General: true, Pending: { General: false } },
    });
    aws.RebootBroker(world, id);
    untilRuns(world);
    const after = aws.DescribeBroker(world, id);
    expect(after).toMatchObject({
      EngineVersion: '3.11.28',
      HostInstanceType: 'mq.m5.xlarge',
      Logs: { General: false },
    });
    expect(after).not.toHaveProperty('PendingEngineVersion');
    expect(after.Logs).not.toHaveProperty('Pending');
  });

  test('rule 6: the maintenance window reboots where something is pending, and only then', () => {
    const world = stack();
    aws.UpdateBroker(world, {
      ...id,
      AutoMinorVersionUpgrade: true,
      MaintenanceWindowStartTime: { DayOfWeek: 'MONDAY', TimeOfDay: '03:00', TimeZone: 'UTC' },
    });
    expect(aws.DescribeBroker(world, id)).toMatchObject({
      AutoMinorVersionUpgrade: true,
      MaintenanceWindowStartTime: { DayOfWeek: 'MONDAY' },
    });
    aws.UpdateBroker(world, { ...id, EngineVersion: '3.11.28' });
    expect(world.now.toISOString()).toBe('2026-03-02T02:10:00.000Z');
    pass(world, 49 * 60);
    expect(stateOf(world)).toBe('RUNNING');
    pass(world, 2 * 60);
    expect(stateOf(world)).toBe('REBOOT_IN_PROGRESS');
    untilRuns(world);
    expect(aws.DescribeBroker(world, id).EngineVersion).toBe('3.11.28');
    const before = snapshot(accountOf(world)).includes('broker-window-opened');
    expect(before).toBe(false);
  });

  test('rule 7: what RabbitMQ brokers cannot change is refused', () => {
    const world = stack();
    const refusal = (change: object) => faultOf(() => aws.UpdateBroker(world, { ...id, ...change }));
    expect(refusal({ SecurityGroups: ['sg-1'] })).toEqual({
      code: 'BadRequestException',
      message: 'Changing security groups is not supported for RabbitMQ brokers.',
    });
    expect(refusal({ Logs: { Audit: true } }).message).toBe(
      'Audit logging is not supported for RabbitMQ brokers.',
    );
    expect(refusal({ EngineVersion: '3.9' }).message).toContain(
      'is invalid for broker engine type [RABBITMQ]',
    );
    expect(refusal({ EngineVersion: '3.13' }).code).toBe('BadRequestException');
    expect(refusal({ HostInstanceType: 'mq.m5.tiny' }).code).toBe('BadRequestException');
    expect(refusal({ Configuration: { Id: 'c-1' } }).code).toBe('NotFoundException');
  });

  test('rule 8: a cluster serves while its nodes restart one by one', () => {
    const world = prod();
    // With a password of the tests' own the nodes would not get in again.
    const own = loginIn(world, secrets.queue.name) ?? login;
    aws.RebootBroker(world, id);
    expect(stateOf(world)).toBe('REBOOT_IN_PROGRESS');
    expect(faultOf(() => aws.RebootBroker(world, id)).code).toBe('BadRequestException');
    expect(faultOf(() => aws.UpdateBroker(world, id)).code).toBe('BadRequestException');
    const down = () =>
      first(world.mq.brokers).nodes.filter(
        ({ downUntil }) => downUntil !== undefined && downUntil > world.now,
      ).length;
    const seen = new Set<number>();
    const begun = world.now.getTime();
    let times = 0;
    let missed = false;
    passUntil(
      world,
      () => {
        seen.add(down());
        expect(connectToBroker(world, queue.host, own)).toEqual({ ok: true });
        if (isMissed(world) && !missed) times += 1;
        missed = isMissed(world);
        return stateOf(world) === 'RUNNING';
      },
      { every: 1 },
    );
    expect(times).toBe(3);
    expect([...seen].sort()).toEqual([0, 1]);
    expect(world.now.getTime() - begun).toBeGreaterThan(240_000);
    expect(
      logsOperations.FilterLogEvents(world, {
        logGroupName: `/aws/amazonmq/broker/${queue.id}/general`,
        filterPattern: '"Server startup complete"',
      }).events,
    ).toHaveLength(3);
  });

  test('rule 8: a single instance is away while it restarts', () => {
    const world = stack();
    const { BrokerId } = aws.CreateBroker(world, {
      ...order,
      DeploymentMode: 'SINGLE_INSTANCE',
      SubnetIds: [first(subnetIds)],
    });
    const host = `${BrokerId}.mq.us-east-1.amazonaws.com`;
    untilRuns(world, BrokerId);
    aws.RebootBroker(world, { BrokerId });
    passUntil(world, () => 'error' in connect(world, host));
    untilRuns(world, BrokerId);
    expect(connect(world, host)).toEqual({ ok: true });
  });

  test('rule 9: a slow reboot takes longer by what the fault says', () => {
    const took = (slow: boolean) => {
      const world = stack();
      if (slow) world.faults = [{ what: 'broker-reboot-slow', by: 3_600_000 }];
      const begun = world.now.getTime();
      aws.RebootBroker(world, id);
      untilRuns(world);
      return world.now.getTime() - begun;
    };
    expect(took(true) - took(false)).toBe(3_600_000);
  });

  test('rule 10: a cluster survives the loss of one zone, not of two', () => {
    const world = stack();
    lose(world, 'us-east-1a');
    expect(connect(world)).toEqual({ ok: true });
    lose(world, 'us-east-1a', 'us-east-1b');
    expect(connect(world)).toEqual({ error: `connect ETIMEDOUT ${queue.host}:5671` });
    expect(stateOf(world)).toBe('RUNNING');
    setBrokerPassword(world, queue.host, { ...login, password: 'not-taken-by-anyone' });
    lose(world);
    expect(connect(world)).toEqual({ ok: true });
  });

  test('rules 11 and 12: users of RabbitMQ are neither shown nor managed here', () => {
    const world = stack();
    expect(aws.ListUsers(world, id).Users).toEqual([]);
    expect(aws.DescribeBroker(world, id).Users).toEqual([]);
    const user = { ...id, Username: queue.user };
    expect(faultOf(() => aws.DescribeUser(world, user)).code).toBe('NotFoundException');
    const calls = [
      () => aws.CreateUser(world, { ...user, Password: login.password }),
      () => aws.UpdateUser(world, { ...user, Password: login.password }),
      () => aws.DeleteUser(world, user),
    ];
    for (const call of calls) {
      const { code, message } = faultOf(call);
      expect(code).toBe('BadRequestException');
      expect(message).not.toContain(login.password);
    }
    expect(faultOf(() => aws.DeleteUser(world, { ...user, BrokerId: 'b-1' })).code).toBe('NotFoundException');
  });

  test('rule 13: a password that is set in RabbitMQ holds at once', () => {
    const world = stack();
    const next = { ...login, password: 'another-password-2' };
    const refused = connectToBroker(world, queue.host, next);
    expect(refused).toHaveProperty('error', expect.stringContaining('ACCESS_REFUSED'));
    setBrokerPassword(world, queue.host, next);
    expect(connectToBroker(world, queue.host, next)).toEqual({ ok: true });
    expect(connect(world)).toHaveProperty('error');
    expect(connectToBroker(world, 'b-1.mq.us-east-1.amazonaws.com', next)).toHaveProperty('error');
    expect(snapshot(accountOf(world))).not.toContain(next.password);
  });

  test('rule 13: the broker of the stack knows the password that the secret holds', () => {
    const world = prod();
    const known = loginIn(world, secrets.queue.name);
    expect(Object.keys(first(world.mq.brokers).logins)).toEqual(known === undefined ? [] : [known.user]);
    if (known !== undefined) expect(connectToBroker(world, queue.host, known)).toEqual({ ok: true });
  });

  const activeOrder = {
    ...order,
    EngineType: 'ACTIVEMQ' as const,
    EngineVersion: '5.18',
    DeploymentMode: 'ACTIVE_STANDBY_MULTI_AZ' as const,
  };

  test('rule 18: users of ActiveMQ are shown without a password, and weak passwords are refused without a word of them', () => {
    const world = stack();
    const { BrokerId = '' } = aws.CreateBroker(world, activeOrder);
    expect(aws.ListUsers(world, { BrokerId }).Users).toEqual([{ Username: 'morpheus' }]);
    const user = { BrokerId, Username: 'morpheus' };
    expect(aws.DescribeUser(world, user)).toEqual({ ...user, ConsoleAccess: false, Groups: [] });
    for (const Password of ['too-short-1', 'aaaaaaaaaaaabb', 'with,comma,long-1', 'with:colon:long-1']) {
      const { code, message } = faultOf(() => aws.UpdateUser(world, { ...user, Password }));
      expect(code).toBe('BadRequestException');
      expect(message).not.toContain(Password);
    }
    expect(faultOf(() => aws.DescribeUser(world, { BrokerId, Username: 'toString' })).code).toBe(
      'NotFoundException',
    );
  });

  test('rule 19: a changed user waits for a reboot, and the old password works until then', () => {
    const world = stack();
    const { BrokerId = '' } = aws.CreateBroker(world, activeOrder);
    untilRuns(world, BrokerId);
    const host = `${BrokerId}.mq.us-east-1.amazonaws.com`;
    const next = { ...login, password: 'another-password-2' };
    aws.UpdateUser(world, { BrokerId, Username: login.user, Password: next.password });
    expect(aws.DescribeUser(world, { BrokerId, Username: login.user }).Pending?.PendingChange).toBe('UPDATE');
    expect(connect(world, host)).toEqual({ ok: true });
    expect(connectToBroker(world, host, next)).toHaveProperty('error');
    aws.RebootBroker(world, { BrokerId });
    untilRuns(world, BrokerId);
    expect(aws.DescribeUser(world, { BrokerId, Username: login.user }).Pending).toBeUndefined();
    expect(connectToBroker(world, host, next)).toEqual({ ok: true });
    expect(connect(world, host)).toHaveProperty('error');
    aws.CreateUser(world, { BrokerId, Username: 'second', Password: login.password });
    aws.DeleteUser(world, { BrokerId, Username: login.user });
    passUntil(world, () => aws.ListUsers(world, { BrokerId }).Users?.length === 1, {
      atMost: 8 * 24 * 3600,
      every: 3600,
    });
    expect(aws.ListUsers(world, { BrokerId }).Users).toEqual([{ Username: 'second' }]);
    expect(connectToBroker(world, host, { user: 'second', password: login.password })).toEqual({ ok: true });
    expect(connectToBroker(world, host, next)).toHaveProperty('error');
  });

  test('rule 14: configurations have revisions, without what may not be set', () => {
    const world = stack();
    const { Id, Revision } = aws.DescribeBroker(world, id).Configurations?.Current ?? {};
    expect(Revision).toBe(1);
    const ConfigurationId = Id ?? '';
    const read = (revision: string) =>
      Buffer.from(
        aws.DescribeConfigurationRevision(world, { ConfigurationId, ConfigurationRevision: revision }).Data ??
          '',
        'base64',
      ).toString();
    expect(read('1')).toContain('consumer_timeout = 1800000');
    const Data = Buffer.from('consumer_timeout = 60000\nlisteners.tcp = none\n').toString('base64');
    const updated = aws.UpdateConfiguration(world, { ConfigurationId, Data, Description: 'shorter' });
    expect(updated.Warnings).toEqual([
      { AttributeName: 'listeners.tcp', Reason: 'DISALLOWED_ATTRIBUTE_REMOVED' },
    ]);
    expect(read('2')).toBe('consumer_timeout = 60000\n');
    expect(faultOf(() => read('3')).code).toBe('NotFoundException');
    expect(faultOf(() => aws.UpdateConfiguration(world, { ConfigurationId, Data: '{}' })).code).toBe(
      'BadRequestException',
    );
    expect(aws.ListConfigurationRevisions(world, { ConfigurationId }).Revisions).toHaveLength(2);
    aws.UpdateBroker(world, { ...id, Configuration: { Id: ConfigurationId } });
    aws.RebootBroker(world, id);
    untilRuns(world);
    expect(aws.DescribeBroker(world, id).Configurations).toEqual({
      Current: { Id, Revision: 2 },
      History: [{ Id, Revision: 1 }],
    });
    const made = aws.CreateConfiguration(world, {
      EngineType: 'RABBITMQ',
      EngineVersion: '3.13',
      Name: 'mine',
    });
    expect(aws.ListConfigurations(world, {}).Configurations).toHaveLength(2);
    expect(aws.DescribeConfiguration(world, { ConfigurationId: made.Id })).toMatchObject({ Name: 'mine' });
    expect(faultOf(() => aws.CreateConfiguration(world, { EngineType: 'RABBITMQ', Name: 'mine' })).code).toBe(
      'ConflictException',
    );
  });

  test('rule 15: engine versions and instance options can be filtered', () => {
    const world = stack();
    const types = (EngineType: string) =>
      aws.DescribeBrokerEngineTypes(world, { EngineType }).BrokerEngineTypes;
    expect(first(types('RabbitMQ')).EngineVersions).toContainEqual({ Name: '3.10.20' });
    expect(types('ACTIVEMQ')).toEqual([]);
    const options = aws.DescribeBrokerInstanceOptions(world, { HostInstanceType: 'mq.t3.micro' });
    expect(options.BrokerInstanceOptions).toMatchObject([{ SupportedDeploymentModes: ['SINGLE_INSTANCE'] }]);
  });

  test('rule 16: tags come and go', () => {
    const world = stack();
    const arn = { ResourceArn: queue.arn };
    aws.CreateTags(world, { ...arn, Tags: { Owner: 'operations' } });
    aws.DeleteTags(world, { ...arn, TagKeys: ['Component'] });
    expect(aws.ListTags(world, arn).Tags).toEqual({
      Name: 'morpheus-rabbitmq',
      Project: 'morpheus',
      Environment: 'prod',
      Owner: 'operations',
    });
    expect(faultOf(() => aws.ListTags(world, { ResourceArn: 'arn:x' })).code).toBe('NotFoundException');
  });

  test('rule 17: a configuration goes when no broker uses it', () => {
    const world = stack();
    const used = aws.DescribeBroker(world, id).Configurations?.Current?.Id ?? '';
    expect(faultOf(() => aws.DeleteConfiguration(world, { ConfigurationId: used })).code).toBe(
      'BadRequestException',
    );
    const { Id = '' } = aws.CreateConfiguration(world, { Name: 'spare', EngineType: 'RABBITMQ' });
    aws.DeleteConfiguration(world, { ConfigurationId: Id });
    expect(faultOf(() => aws.DescribeConfiguration(world, { ConfigurationId: Id })).code).toBe(
      'NotFoundException',
    );
  });
});
