import { describe, expect, test } from 'vitest';
import { connectionsCut, runOnNode } from '../../../src/sandbox/application/hooks.ts';
import { outagesOf } from '../../../src/sandbox/application/outages.ts';
import type { Application, ApplicationOnNode } from '../../../src/sandbox/application/state.ts';
import type { Fault } from '../../../src/sandbox/faults/fault.ts';
import { applicationLog } from '../../../src/sandbox/morpheus-prod/logs.ts';
import {
  database,
  dns,
  files,
  nodeIds,
  queue,
  recoveryRegion,
  secrets,
} from '../../../src/sandbox/morpheus-prod/names.ts';
import { beginning } from '../../../src/sandbox/new-world.ts';
import { secondsFrom } from '../../../src/sandbox/schedule.ts';
import { seal, unseal } from '../../../src/sandbox/sealed.ts';
import { setDatabasePassword } from '../../../src/sandbox/services/rds/connections.ts';
import { rdsOperations } from '../../../src/sandbox/services/rds/index.ts';
import { errorShare } from '../../../src/sandbox/traffic.ts';
import { accountOf, elsewhere, snapshot, type World } from '../../../src/sandbox/world.ts';
import { aws, first, healthOf, memberIn, members, name, pass, passUntil, prod } from '../services/stack.ts';

const [writer, reader] = database.instances;

const morpheus = (world: World): Application => first(world.applications);

function on(world: World, id: string): ApplicationOnNode {
  const found = world.ec2.nodes[id]?.application;
  if (found === undefined) throw new Error(`no application runs on ${id}`);
  return found;
}

const nodes = (world: World) => members(world).map(({ InstanceId }) => on(world, InstanceId));

const pools = (world: World) => nodes(world).map(({ pool }) => pool?.instance);

const failOver = (world: World) =>
  rdsOperations.FailoverDBCluster(world, { DBClusterIdentifier: database.cluster });

const secondsOf = ({ from, to }: { from: Date; to?: Date }) =>
  ((to?.getTime() ?? Number.NaN) - from.getTime()) / 1000;

function stuck(fault: Fault, seed?: number): World {
  const world = prod(seed);
  world.faults.push(fault);
  return world;
}

/** The password in the database is another one than that of the secret. */
const changePassword = (world: World) =>
  setDatabasePassword(world, database.cluster, { user: database.applicationUser, password: 'another' });

const failedOver = (seed?: number): World => {
  const world = stuck({ what: 'pool-stays', share: 0.5 }, seed);
  failOver(world);
  pass(world, 300);
  return world;
};

describe('the application on its nodes', () => {
  test('at rest every node has read where everything is, what is AWSCURRENT, and is connected to the writer', () => {
    const world = prod();
    for (const node of nodes(world)) {
      expect(node.lost).toEqual({});
      expect(node.pool).toMatchObject({ instance: writer, readOnly: false });
      expect(node.endpoints.database).toBe(database.host);
      expect(Object.keys(node.loaded)).toEqual([
        secrets.database.name,
        secrets.queue.name,
        secrets.search.name,
      ]);
    }
    expect(morpheus(world).outages).toEqual([]);
  });

  test('no password that it loaded is readable in the stored world', () => {
    const world = prod();
    const loaded = on(world, nodeIds[0] ?? '').loaded[secrets.database.name];
    const { password } = JSON.parse(loaded === undefined ? '{}' : unseal(world, loaded.value));
    expect(password).toMatch(/.{8}/);
    expect(snapshot(accountOf(world))).not.toContain(password);
  });

  test('pools are renewed every half hour, each in its turn', () => {
    const world = prod();
    const before = nodes(world).map(({ pool }) => pool?.opened.getTime());
    expect(new Set(before).size).toBe(3);
    pass(world, 1800);
    const after = nodes(world).map(({ pool }) => pool?.opened.getTime());
    expect(after.map((opened, index) => (opened ?? 0) - (before[index] ?? 0))).toEqual([
      1_800_000, 1_800_000, 1_800_000,
    ]);
  });

  test('a new node starts with what is current then', () => {
    const world = prod();
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: 4 });
    passUntil(
      world,
      () =>
        members(world).length === 4 &&
        members(world).every(({ InstanceId }) => healthOf(world, InstanceId) === 'healthy'),
    );
    expect(pools(world)).toEqual([writer, writer, writer, writer]);
  });

  test('a node looks for parameters under the prefix of its tag, and one without it where all others do', () => {
    const world = prod();
    const [looking, other] = nodeIds;
    const prefix = { Key: 'morpheus:parameters', Value: '/morpheus/drill/one' };
    world.ec2.nodes[looking ?? '']?.instance.Tags.push(prefix);
    for (const id of nodeIds) runOnNode(world, id, 'systemctl restart morpheus');
    pass(world, 45);
    expect(on(world, looking ?? '').lost.files).toBe('ParameterNotFound: /morpheus/drill/one/files/id');
    expect(on(world, other ?? '').lost).toEqual({});
    const put = { Name: '/morpheus/drill/one/files/id', Type: 'String', Value: files.id } as const;
    aws.PutParameter(world, put);
    runOnNode(world, looking ?? '', 'systemctl restart morpheus');
    pass(world, 45);
    expect(on(world, looking ?? '').lost.files).toBeUndefined();
  });
});

describe('a failover', () => {
  test.each([1, 2, 3, 4, 5])(
    'is over in minutes, costs no node, and its outage is in the books (seed %i)',
    (seed) => {
      const world = prod(seed);
      const before = members(world).map(({ InstanceId }) => InstanceId);
      const begun = world.now;
      failOver(world);
      pass(world, 600);
      expect(pools(world)).toEqual([reader, reader, reader]);
      expect(members(world).map(({ InstanceId }) => InstanceId)).toEqual(before);
      const [outage] = morpheus(world).outages;
      expect(outage?.what).toBe('unavailable');
      expect(Number(outage?.from)).toBeGreaterThanOrEqual(begun.getTime());
      expect(outage && secondsOf(outage)).toBeGreaterThan(1);
      expect(outage && secondsOf(outage)).toBeLessThan(120);
      expect(morpheus(world).outages.every(({ to }) => to !== undefined)).toBe(true);
    },
  );

  test('an outage begins at the very moment when connections break', () => {
    const world = prod();
    pass(world, 3.217);
    const at = world.now;
    connectionsCut(world, writer);
    expect(morpheus(world).outages).toEqual([{ from: at, what: 'unavailable' }]);
    expect(errorShare(world, morpheus(world))).toBe(1);
    passUntil(world, () => morpheus(world).outages.every(({ to }) => to !== undefined), {
      every: 0.25,
      atMost: 30,
    });
    const ends = nodes(world).map(({ stoppages }) => Number(stoppages.at(-1)?.to));
    expect(morpheus(world).outages.map(({ from, to, what }) => [Number(from), Number(to), what])).toEqual([
      [Number(at), Math.min(...ends), 'unavailable'],
      [Math.min(...ends), Math.max(...ends), 'requests-failing'],
    ]);
    expect(errorShare(world, morpheus(world))).toBeLessThan(0.001);
  });

  test('cuts of an instance that nobody is connected to break nothing', () => {
    const world = prod();
    connectionsCut(world, reader);
    expect(morpheus(world).outages).toEqual([]);
  });

  test('a pool that stays on the old writer keeps failing writes, with a health URL that says 200', () => {
    const world = failedOver();
    const stale = members(world).filter(({ InstanceId }) => on(world, InstanceId).pool?.readOnly === true);
    expect(stale).toHaveLength(2);
    expect(pools(world).toSorted()).toEqual([writer, writer, reader]);
    const id = first(stale).InstanceId;
    expect(healthOf(world, id)).toBe('healthy');
    expect(
      runOnNode(world, id, 'curl -s -o /dev/null -w %{http_code} http://localhost:8080/health').stdout,
    ).toBe('200');
    expect(runOnNode(world, id, 'morpheus-ctl db-write --pooled')).toMatchObject({
      exitCode: 1,
      stderr:
        'ERROR 1290 (HY000): The MySQL server is running with the --read-only option so it cannot execute this statement',
    });
    expect(runOnNode(world, id, 'morpheus-ctl db-write --fresh').stdout).toMatch(/^ok \d+ ms$/);
    expect(errorShare(world, morpheus(world))).toBeCloseTo((2 / 3) * 0.3);
    expect(morpheus(world).outages.at(-1)).toMatchObject({ what: 'writes-failing' });
  });

  test('the log of a node tells what it lost, when it had it back, and that it cannot write', () => {
    const world = failedOver();
    const group = world.logs.groups.find(({ group: { logGroupName } }) => logGroupName === applicationLog);
    const lines = (id: string) =>
      group?.streams
        .find(({ stream }) => stream.logStreamName === id)
        ?.events.filter(({ timestamp }) => timestamp >= beginning.getTime())
        .map(({ message }) => message);
    for (const { InstanceId } of members(world)) {
      const [lost, ...rest] = lines(InstanceId) ?? [];
      expect(lost).toBe('ERROR database: ERROR 2013 (HY000): Lost connection to MySQL server during query');
      expect(rest.at(-1)).toMatch(/^INFO {2}Connected again, after \d+\.\d s$/);
      const isStale = on(world, InstanceId).pool?.readOnly === true;
      expect(rest.some((line) => line.startsWith('ERROR database: ERROR 1290'))).toBe(isStale);
    }
  });

  test('writes work again once such a pool is recycled, and the outage ends then', () => {
    const world = failedOver();
    for (const { InstanceId } of members(world))
      expect(runOnNode(world, InstanceId, 'morpheus-ctl recycle-pool').stdout).toBe('connected');
    expect(pools(world)).toEqual([reader, reader, reader]);
    expect(morpheus(world).outages.at(-1)).toMatchObject({ what: 'writes-failing', to: world.now });
  });

  test('by itself such a pool lives for half an hour', () => {
    const world = failedOver();
    pass(world, 1500);
    expect(pools(world)).toContain(writer);
    pass(world, 400);
    expect(pools(world)).toEqual([reader, reader, reader]);
  });

  test('with a cached address nodes go back to the old writer, and find the new one only once the cache is over', () => {
    const world = stuck({ what: 'dns-cached', by: 600_000 });
    failOver(world);
    pass(world, 300);
    expect(pools(world)).toEqual([writer, writer, writer]);
    runOnNode(world, nodeIds[0] ?? '', 'morpheus-ctl recycle-pool');
    expect(on(world, nodeIds[0] ?? '').pool?.instance).toBe(writer);
    runOnNode(world, nodeIds[1] ?? '', 'systemctl restart morpheus');
    pass(world, 60);
    expect(on(world, nodeIds[1] ?? '').pool?.instance).toBe(reader);
  });

  test('a failover that is stuck makes nodes unhealthy in the end', () => {
    const world = prod();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    const cluster = first(world.rds.clusters);
    for (const member of cluster.instances) member.isDown = true;
    connectionsCut(world, writer);
    pass(world, 70);
    expect(members(world).map(({ InstanceId }) => healthOf(world, InstanceId))).toEqual(
      Array(3).fill('healthy'),
    );
    pass(world, 15);
    expect(members(world).map(({ InstanceId }) => healthOf(world, InstanceId))).toEqual(
      Array(3).fill('unhealthy'),
    );
    for (const member of cluster.instances) member.isDown = false;
    pass(world, 25);
    expect(nodes(world).every(({ lost }) => Object.keys(lost).length === 0)).toBe(true);
    pass(world, 30);
    expect(members(world).map(({ InstanceId }) => healthOf(world, InstanceId))).toEqual(
      Array(3).fill('healthy'),
    );
    const outages = outagesOf(world, dns.name);
    expect(outages).toHaveLength(outages.filter(({ to }) => to !== undefined).length);
  });
});

describe('credentials', () => {
  test('after a change of the password connections live on until they are cut; then nodes are refused and replaced', () => {
    const world = prod();
    changePassword(world);
    pass(world, 300);
    expect(morpheus(world).outages).toEqual([]);
    connectionsCut(world, writer);
    pass(world, 10);
    const id = nodeIds[0] ?? '';
    expect(on(world, id).lost.database).toMatch(
      /^ERROR 1045 \(28000\): Access denied for user 'morpheus_app'@/,
    );
    expect(runOnNode(world, id, 'morpheus-ctl pool').stderr).toMatch(/ERROR 1045/);
    pass(world, 120);
    expect(members(world).map(({ InstanceId }) => InstanceId)).not.toEqual([...nodeIds]);
  });

  test('the oldest connections are the first to find out', () => {
    const world = prod();
    changePassword(world);
    pass(world, 900);
    const refused = nodes(world).filter(({ lost }) => lost.database !== undefined);
    expect(
      refused.length + members(world).filter(({ InstanceId }) => !nodeIds.includes(InstanceId)).length,
    ).toBeGreaterThan(0);
    expect(pools(world)).toContain(writer);
  });

  test('a node that has loaded the old one is healed by loading what is current', () => {
    const world = prod();
    const id = nodeIds[0] ?? '';
    const loaded = on(world, id).loaded[secrets.database.name];
    if (loaded === undefined) throw new Error('nothing is loaded');
    on(world, id).loaded[secrets.database.name] = {
      versionId: 'an-old-one',
      value: seal(world, '{"username":"morpheus_app","password":"before"}'),
    };
    runOnNode(world, id, 'morpheus-ctl recycle-pool');
    expect(on(world, id).lost.database).toMatch(/ERROR 1045/);
    expect(runOnNode(world, id, 'morpheus-ctl credentials').stdout).toContain(
      `${secrets.database.name} an-old-one`,
    );
    expect(runOnNode(world, id, 'morpheus-ctl reload-credentials')).toMatchObject({
      exitCode: 0,
      stdout: 'connected',
    });
    expect(on(world, id).loaded[secrets.database.name]).toEqual(loaded);
  });
});

describe('other things that nodes need', () => {
  test('a broker that drops its connections is reached again within seconds', () => {
    const world = prod();
    connectionsCut(world, queue.host);
    expect(morpheus(world).outages).toMatchObject([{ what: 'unavailable' }]);
    pass(world, 6);
    expect(nodes(world).map(({ lost }) => lost)).toEqual([{}, {}, {}]);
    expect(morpheus(world).outages.every(({ to }) => to !== undefined)).toBe(true);
  });

  test('a zone outage takes out its node at once, and the load balancer notices after two checks', () => {
    const world = prod();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    const { InstanceId } = memberIn(world, 'us-east-1c');
    world.faults.push({
      what: 'zone-outage',
      zone: 'us-east-1c',
      from: world.now,
      to: secondsFrom(world.now, 300),
    });
    pass(world, 15);
    expect(healthOf(world, InstanceId)).toBe('healthy');
    expect(errorShare(world, morpheus(world))).toBeCloseTo(1 / 3);
    pass(world, 10);
    expect(healthOf(world, InstanceId)).toBe('unhealthy');
    expect(errorShare(world, morpheus(world))).toBeLessThan(0.001);
    const [outage] = morpheus(world).outages;
    expect(outage && secondsOf(outage)).toBe(20);
    pass(world, 276);
    expect(healthOf(world, InstanceId)).toBe('unhealthy');
    pass(world, 30);
    expect(healthOf(world, InstanceId)).toBe('healthy');
  });

  test('a node that became unhealthy is well after a restart, or once it is replaced', () => {
    const world = prod();
    aws.SuspendProcesses(world, { AutoScalingGroupName: name });
    const id = memberIn(world, 'us-east-1a').InstanceId;
    world.faults.push({ what: 'node-unhealthy', from: world.now, zone: 'us-east-1a' });
    pass(world, 60);
    expect(healthOf(world, id)).toBe('unhealthy');
    runOnNode(world, id, 'systemctl restart morpheus');
    pass(world, 75);
    expect(healthOf(world, id)).toBe('healthy');
    world.faults.push({ what: 'node-unhealthy', from: world.now, zone: 'us-east-1a' });
    aws.ResumeProcesses(world, { AutoScalingGroupName: name });
    passUntil(
      world,
      () =>
        memberIn(world, 'us-east-1a').InstanceId !== id &&
        healthOf(world, memberIn(world, 'us-east-1a').InstanceId) === 'healthy',
    );
  });
});

describe('the recovery Region', () => {
  test('its application has no nodes, and nobody misses it', () => {
    const there = elsewhere(prod(), recoveryRegion);
    expect(there.applications).toMatchObject([{ host: dns.name, isStandby: true, outages: [] }]);
    expect(
      Object.keys(there.cloudWatch.series).filter((key) => key.startsWith('AWS/ApplicationELB')),
    ).toEqual([]);
  });
});

test('a day costs little, and the metrics stay small', () => {
  const world = prod();
  pass(world, 86_400);
  expect(JSON.stringify(world.cloudWatch).length).toBeLessThan(90_000);
  expect(world.transitions.filter(({ event }) => event.kind.startsWith('application-'))).toHaveLength(3);
});
