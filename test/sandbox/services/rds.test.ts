import { describe, expect, test } from 'vitest';
import type { FaultOf } from '../../../src/sandbox/faults/fault.ts';
import { recoveryDatabase } from '../../../src/sandbox/morpheus-prod/database.ts';
import {
  keys,
  database as names,
  recovery,
  recoveryKeys,
  recoveryRegion,
  secrets,
  subnetIds,
} from '../../../src/sandbox/morpheus-prod/names.ts';
import { later, schedule, unschedule } from '../../../src/sandbox/schedule.ts';
import { copyOfCluster, restoreCluster } from '../../../src/sandbox/services/rds/cluster-copies.ts';
import {
  instanceBehind,
  isReadOnly,
  isUp,
  openConnection,
  setDatabasePassword,
} from '../../../src/sandbox/services/rds/connections.ts';
import {
  beaconsIn,
  insertBeacon,
  newestRow,
  rowsAt,
  setWriteRate,
} from '../../../src/sandbox/services/rds/data.ts';
import { onZoneBack, onZoneOutage } from '../../../src/sandbox/services/rds/failover.ts';
import { rdsOperations as aws } from '../../../src/sandbox/services/rds/index.ts';
import { databaseMetrics } from '../../../src/sandbox/services/rds/metrics.ts';
import type { ClusterState } from '../../../src/sandbox/services/rds/state.ts';
import { secretUnder } from '../../../src/sandbox/services/secrets-manager/current-secret.ts';
import { accountOf, elsewhere, restore, seenFrom, snapshot, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, passUntil, prod } from './stack.ts';

const { cluster } = names;
const [writer, reader] = names.instances;
const DBClusterIdentifier = cluster;

const shown = (world: World, name: string = cluster) =>
  first(aws.DescribeDBClusters(world, { DBClusterIdentifier: name }).DBClusters);

const statusOf = (world: World, name: string = cluster) => shown(world, name).Status;

const instance = (world: World, name: string) =>
  first(aws.DescribeDBInstances(world, { DBInstanceIdentifier: name }).DBInstances);

const writerOf = (world: World, name: string = cluster) =>
  shown(world, name).DBClusterMembers?.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier;

const stateOf = (world: World, name: string = cluster): ClusterState =>
  first(world.rds.clusters.filter((state) => state.cluster.DBClusterIdentifier === name));

const messages = (world: World, since: Date, SourceType?: 'db-cluster' | 'db-instance') =>
  aws
    .DescribeEvents(world, { StartTime: since, ...(SourceType !== undefined && { SourceType }) })
    .Events.map(({ Message }) => Message);

const addInstance = (world: World, name: string, to: string = cluster, more = {}) =>
  aws.CreateDBInstance(world, {
    DBInstanceIdentifier: name,
    DBClusterIdentifier: to,
    DBInstanceClass: 'db.r5.xlarge',
    Engine: 'aurora-mysql',
    ...more,
  }).DBInstance;

const untilAvailable = (world: World, name: string = cluster): void =>
  passUntil(world, () => statusOf(world, name) === 'available');

const untilUp = (world: World, name: string): void =>
  passUntil(world, () => instance(world, name).DBInstanceStatus === 'available');

const withInstance = (world: World, name: string, more = {}): void => {
  addInstance(world, name, cluster, more);
  untilUp(world, name);
};

const loseZone = (world: World, zone: string): FaultOf<'zone-outage'> => {
  const fault = { what: 'zone-outage' as const, zone, from: world.now };
  world.faults.push(fault);
  onZoneOutage(world, zone);
  return fault;
};

const end = (world: World, fault: World['faults'][number]): void => {
  world.faults = world.faults.filter((other) => other !== fault);
};

const secretPassword = (world: World, secret: string): string =>
  JSON.parse(secretUnder(world, secret)?.text ?? '{}').password;

const applicationLogin = (world: World) => ({
  user: names.applicationUser,
  password: secretPassword(world, secrets.database.name),
});

/** The recovery Region as it is laid before a restore. */
const recoveryOf = (world: World): World => {
  const there = elsewhere(world, recoveryRegion);
  there.rds = recoveryDatabase(there);
  return there;
};

const take = (world: World, DBClusterSnapshotIdentifier: string): void => {
  aws.CreateDBClusterSnapshot(world, { DBClusterIdentifier, DBClusterSnapshotIdentifier });
  passUntil(
    world,
    () =>
      first(aws.DescribeDBClusterSnapshots(world, { DBClusterSnapshotIdentifier }).DBClusterSnapshots)
        .Status === 'available',
  );
};

describe('RDS: reading', () => {
  test('rule 1: identifiers in any case and ARNs are known, unknown ones refused', () => {
    const world = prod();
    expect(shown(world, 'Morpheus-PROD').DBClusterArn).toBe(names.clusterArn);
    expect(shown(world, names.clusterArn).DBClusterIdentifier).toBe(cluster);
    expect(instance(world, instance(world, writer).DBInstanceArn ?? '').DBInstanceIdentifier).toBe(writer);
    expect(faultOf(() => shown(world, 'nope'))).toEqual({
      code: 'DBClusterNotFoundFault',
      message: 'DBCluster nope not found.',
    });
    expect(faultOf(() => instance(world, 'nope')).code).toBe('DBInstanceNotFoundFault');
    expect(
      faultOf(() => aws.DescribeDBClusterSnapshots(world, { DBClusterSnapshotIdentifier: 'nope' })).code,
    ).toBe('DBClusterSnapshotNotFoundFault');
    expect(faultOf(() => aws.DescribeDBSubnetGroups(world, { DBSubnetGroupName: 'nope' })).code).toBe(
      'DBSubnetGroupNotFoundFault',
    );
    expect(
      faultOf(() => aws.DescribeDBClusterParameters(world, { DBClusterParameterGroupName: 'nope' })).code,
    ).toBe('DBParameterGroupNotFoundFault');
  });

  test('rule 2: pages, filters and what is wrong with them', () => {
    const world = prod();
    const filtered = (Name: string, ...Values: string[]) =>
      aws
        .DescribeDBInstances(world, { Filters: [{ Name, Values }] })
        .DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier);
    expect(filtered('db-cluster-id', cluster)).toEqual([writer, reader]);
    expect(filtered('db-instance-id', reader)).toEqual([reader]);
    expect(filtered('engine', 'postgres')).toEqual([]);
    expect(faultOf(() => filtered('colour', 'red'))).toEqual({
      code: 'InvalidParameterValue',
      message: 'Unrecognized filter name: colour',
    });
    expect(faultOf(() => aws.DescribeDBClusters(world, { MaxRecords: 5 })).code).toBe(
      'InvalidParameterValue',
    );
    expect(faultOf(() => aws.DescribeDBClusters(world, { Marker: '!' })).code).toBe('InvalidParameterValue');

    const seen: unknown[] = [];
    let Marker: string | undefined;
    do {
      const page = aws.DescribeOrderableDBInstanceOptions(world, {
        Engine: 'aurora-mysql',
        MaxRecords: 50,
        ...(Marker !== undefined && { Marker }),
      });
      seen.push(...page.OrderableDBInstanceOptions);
      Marker = page.Marker;
    } while (Marker !== undefined);
    expect(seen.length).toBeGreaterThan(100);
  });

  test('rule 3: events of the last hour, two weeks at most', () => {
    const world = prod();
    const start = world.now;
    aws.RebootDBInstance(world, { DBInstanceIdentifier: reader });
    pass(world, 60);
    const of = (input: Parameters<typeof aws.DescribeEvents>[1]) =>
      aws.DescribeEvents(world, input).Events.map(({ Message }) => Message);
    expect(of({})).toEqual(['DB instance shutdown', 'DB instance restarted']);
    expect(of({ EventCategories: ['failover'] })).toEqual([]);
    expect(of({ SourceType: 'db-instance', SourceIdentifier: writer })).toEqual([]);
    expect(of({ StartTime: start, EndTime: start })).toEqual(['DB instance shutdown']);
    expect(faultOf(() => of({ SourceIdentifier: reader })).code).toBe('InvalidParameterCombination');
    pass(world, 2 * 3600);
    expect(of({})).not.toContain('DB instance restarted');
    expect(of({ Duration: 300 })).toContain('DB instance restarted');
    const days = (count: number) => later(world.now, -count * 24 * 3_600_000);
    const old = { ...first(world.rds.events), Message: 'long ago' };
    world.rds.events = [
      { ...old, Date: days(15) },
      { ...old, Date: days(13), Message: 'not so long ago' },
    ];
    expect(of({ Duration: 60 * 24 * 30 })).toContain('not so long ago');
    expect(of({ Duration: 60 * 24 * 30 })).not.toContain('long ago');
  });

  test('rule 4: versions, classes, parameters, endpoints, backups and maintenance', () => {
    const world = prod();
    const version = shown(world).EngineVersion ?? '';
    const [own] = aws.DescribeDBEngineVersions(world, { EngineVersion: version }).DBEngineVersions;
    expect(own?.ValidUpgradeTarget?.length).toBeGreaterThan(0);
    expect(aws.DescribeDBEngineVersions(world, { Engine: 'oracle-ee' }).DBEngineVersions).toEqual([]);
    const classes = aws.DescribeOrderableDBInstanceOptions(world, {
      Engine: 'aurora-mysql',
      EngineVersion: version,
      DBInstanceClass: 'db.r5.xlarge',
    }).OrderableDBInstanceOptions;
    expect(classes.map(({ AvailabilityZones }) => AvailabilityZones?.length)).toEqual([3]);
    const changed = aws.DescribeDBClusterParameters(world, {
      DBClusterParameterGroupName: names.parameterGroup,
      Source: 'user',
    }).Parameters;
    expect(changed.map(({ ParameterName }) => ParameterName)).toContain('require_secure_transport');
    const groups = aws.DescribeDBClusterParameterGroups(world, {}).DBClusterParameterGroups;
    expect(groups.map(({ DBClusterParameterGroupName }) => DBClusterParameterGroupName)).toContain(
      names.parameterGroup,
    );
    const endpoints = aws.DescribeDBClusterEndpoints(world, { DBClusterIdentifier }).DBClusterEndpoints;
    expect(endpoints.map(({ Endpoint }) => Endpoint)).toEqual([names.host, names.readerHost]);
    const [backup] = aws.DescribeDBClusterAutomatedBackups(world, {
      DBClusterIdentifier,
    }).DBClusterAutomatedBackups;
    expect(backup?.RestoreWindow?.LatestTime).toEqual(shown(world).LatestRestorableTime);
    const pending = (ResourceIdentifier: string) =>
      aws.DescribePendingMaintenanceActions(world, { ResourceIdentifier }).PendingMaintenanceActions;
    expect(first(pending(names.clusterArn)).PendingMaintenanceActionDetails?.[0]?.Action).toBe(
      'system-update',
    );
    expect(pending('arn:aws:rds:us-east-1:111122223333:cluster:x')).toEqual([]);
  });
});

describe('RDS: failover', () => {
  test('rule 5: both restart, the roles change, and the cluster is available again', () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const world = prod(seed);
      const begun = world.now.getTime();
      expect(aws.FailoverDBCluster(world, { DBClusterIdentifier }).DBCluster.Status).toBe('failing-over');
      expect(writerOf(world)).toBe(writer);
      pass(world, 4);
      expect([writer, reader].map((name) => instance(world, name).DBInstanceStatus)).toEqual([
        'rebooting',
        'rebooting',
      ]);
      passUntil(world, () => writerOf(world) === reader, { every: 1, atMost: 60 });
      expect(isUp(world, reader)).toBe(true);
      expect(isReadOnly(world, reader)).toBe(false);
      passUntil(world, () => statusOf(world) === 'available', { every: 1, atMost: 60 });
      expect(world.now.getTime() - begun).toBeGreaterThan(12_000);
      untilUp(world, writer);
      expect(isReadOnly(world, writer)).toBe(true);
      expect(shown(world).DBClusterMembers?.map(({ IsClusterWriter }) => IsClusterWriter)).toEqual([
        false,
        true,
      ]);
    }
  });

  test('rule 6: the events, in their order', () => {
    const world = prod();
    const start = world.now;
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 120);
    expect(messages(world, start, 'db-cluster')).toEqual([
      `Started cross AZ failover to DB instance: ${reader}`,
      `Completed failover to DB instance: ${reader}`,
    ]);
    const of = (name: string) =>
      aws
        .DescribeEvents(world, { StartTime: start, SourceType: 'db-instance', SourceIdentifier: name })
        .Events.map(({ Message, EventCategories }) => [Message, EventCategories]);
    expect(of(reader)).toEqual([['DB instance restarted', ['availability']]]);
    expect(of(writer)).toEqual([
      ['A new writer was promoted. Restarting database as a reader.', []],
      ['DB instance restarted', ['availability']],
    ]);
  });

  test('rule 7: the lowest tier is promoted, among equals the largest', () => {
    const world = prod();
    withInstance(world, 'large', { PromotionTier: 2, DBInstanceClass: 'db.r5.2xlarge' });
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 120);
    expect(writerOf(world)).toBe('large');
    aws.ModifyDBInstance(world, { DBInstanceIdentifier: reader, PromotionTier: 0 });
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 120);
    expect(writerOf(world)).toBe(reader);
    aws.FailoverDBCluster(world, { DBClusterIdentifier, TargetDBInstanceIdentifier: writer });
    pass(world, 120);
    expect(writerOf(world)).toBe(writer);
  });

  test('rule 8: what cannot fail over is refused', () => {
    const world = prod();
    const to = (TargetDBInstanceIdentifier?: string) =>
      faultOf(() =>
        aws.FailoverDBCluster(world, {
          DBClusterIdentifier,
          ...(TargetDBInstanceIdentifier !== undefined && { TargetDBInstanceIdentifier }),
        }),
      ).code;
    expect(to('nope')).toBe('DBInstanceNotFoundFault');
    expect(to(writer)).toBe('InvalidDBInstanceStateFault');
    aws.RebootDBInstance(world, { DBInstanceIdentifier: reader });
    expect(to(reader)).toBe('InvalidDBInstanceStateFault');
    expect(to()).toBe('InvalidDBClusterStateFault');
    untilUp(world, reader);
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    expect(to()).toBe('InvalidDBClusterStateFault');
    pass(world, 120);
    aws.DeleteDBInstance(world, { DBInstanceIdentifier: writer });
    expect(to()).toBe('InvalidDBClusterStateFault');
    expect(faultOf(() => aws.FailoverDBCluster(world, { DBClusterIdentifier: 'nope' })).code).toBe(
      'DBClusterNotFoundFault',
    );
  });

  test('rule 9: the cluster endpoint leads to the old writer for a while', () => {
    const world = prod();
    const seen = new Set<string>();
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    passUntil(
      world,
      () => {
        const behind = instanceBehind(world, names.host);
        seen.add(`${writerOf(world)} writes, the endpoint leads to ${behind}`);
        return behind === reader;
      },
      { every: 1, atMost: 90 },
    );
    expect([...seen]).toEqual([
      `${writer} writes, the endpoint leads to ${writer}`,
      `${reader} writes, the endpoint leads to ${writer}`,
      `${reader} writes, the endpoint leads to ${reader}`,
    ]);
    untilUp(world, writer);
    expect(openConnection(world, writer ?? '', applicationLogin(world))).toEqual({ readOnly: true });
    expect(instanceBehind(world, names.readerHost)).toBe(writer);
  });

  test('rule 9: in a fair share of failovers a node comes back to the old writer, and finds the new one soon after', () => {
    const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
    const isStale = (world: World) =>
      Object.values(world.ec2.nodes).some(({ application }) => application?.pool?.readOnly === true);
    const met = seeds.filter((seed) => {
      const world = prod(seed);
      aws.FailoverDBCluster(world, { DBClusterIdentifier });
      pass(world, 120);
      expect(isStale(world), `seed ${seed}`).toBe(false);
      const lines = world.logs.groups.flatMap(({ streams }) => streams).flatMap(({ events }) => events);
      return lines.some(({ message }) => message.startsWith('ERROR database: ERROR 1290 (HY000)'));
    });
    expect(met.length / seeds.length).toBeGreaterThan(0.1);
    expect(met.length / seeds.length).toBeLessThan(0.45);
  });

  test('rule 10: a stuck failover is given up', () => {
    const world = prod();
    const start = world.now;
    world.faults.push({ what: 'failover-stuck', cluster });
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 300);
    expect(statusOf(world)).toBe('failing-over');
    expect(isUp(world, writer)).toBe(true);
    pass(world, 400);
    expect(statusOf(world)).toBe('available');
    expect(writerOf(world)).toBe(writer);
    expect(messages(world, start)).toEqual([
      `Started cross AZ failover to DB instance: ${reader}`,
      'Cluster failover failed, check the health of your cluster instances and try again',
    ]);
  });

  test('rule 10: a stuck failover goes on when the fault ends', () => {
    const world = prod();
    world.faults.push({ what: 'failover-stuck', to: later(world.now, 120_000) });
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 110);
    expect(writerOf(world)).toBe(writer);
    pass(world, 120);
    expect(writerOf(world)).toBe(reader);
  });

  test('rule 11: another reader is promoted than was asked for', () => {
    const world = prod();
    const start = world.now;
    withInstance(world, 'third', { PromotionTier: 5 });
    world.faults.push({ what: 'failover-elsewhere', instance: 'third' });
    aws.FailoverDBCluster(world, { DBClusterIdentifier, TargetDBInstanceIdentifier: reader });
    pass(world, 120);
    expect(writerOf(world)).toBe('third');
    expect(messages(world, start, 'db-cluster')).toEqual([
      `Started cross AZ failover to DB instance: ${reader}`,
      'Completed failover to DB instance: third',
    ]);
  });

  test('rule 11: the old writer stays down while the fault lasts', () => {
    const world = prod();
    const fault = { what: 'reader-stays-down' as const };
    world.faults.push(fault);
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 1800);
    expect(statusOf(world)).toBe('available');
    expect(instance(world, writer).DBInstanceStatus).toBe('rebooting');
    expect(isUp(world, writer)).toBe(false);
    expect(instanceBehind(world, names.readerHost)).toBe(reader);
    end(world, fault);
    pass(world, 60);
    expect(isUp(world, writer)).toBe(true);
  });

  test('rule 12: a lost zone makes the cluster fail over by itself', () => {
    const world = prod();
    const start = world.now;
    const fault = loseZone(world, 'us-east-1a');
    expect(isUp(world, writer)).toBe(false);
    pass(world, 180);
    expect(writerOf(world)).toBe(reader);
    expect(statusOf(world)).toBe('available');
    expect(isUp(world, writer)).toBe(false);
    expect(messages(world, start, 'db-cluster')).toHaveLength(2);
    end(world, fault);
    onZoneBack(world, 'us-east-1a');
    pass(world, 60);
    expect(isUp(world, writer)).toBe(true);
    expect(isReadOnly(world, writer)).toBe(true);
  });

  test('rule 12: without a reader elsewhere the cluster waits for its zone', () => {
    const world = prod();
    aws.DeleteDBInstance(world, { DBInstanceIdentifier: reader });
    pass(world, 600);
    const fault = loseZone(world, 'us-east-1a');
    const frozen = rowsAt(world, stateOf(world));
    pass(world, 600);
    expect(statusOf(world)).toBe('available');
    expect(rowsAt(world, stateOf(world))).toBe(frozen);
    end(world, fault);
    onZoneBack(world, 'us-east-1a');
    pass(world, 60);
    expect(isUp(world, writer)).toBe(true);
    expect(rowsAt(world, stateOf(world))).toBeGreaterThan(frozen);
  });

  test('rule 13: the target is lost with its zone on the way', () => {
    const world = prod();
    const start = world.now;
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 4);
    loseZone(world, 'us-east-1b');
    pass(world, 120);
    expect(messages(world, start, 'db-cluster')).toEqual([
      `Started cross AZ failover to DB instance: ${reader}`,
      `Promoting previous primary again: ${writer}`,
      'Cluster failover failed, check the health of your cluster instances and try again',
    ]);
    expect(isUp(world, writer)).toBe(true);
    expect(isReadOnly(world, writer)).toBe(false);
    expect(statusOf(world)).toBe('available');
  });
});

describe('RDS: instances', () => {
  test('rule 14: a reboot takes one instance away for a moment', () => {
    const world = prod();
    aws.RebootDBInstance(world, { DBInstanceIdentifier: writer });
    const rows = rowsAt(world, stateOf(world));
    pass(world, 5);
    expect(rowsAt(world, stateOf(world))).toBe(rows);
    expect(isUp(world, writer)).toBe(false);
    expect(isUp(world, reader)).toBe(true);
    expect(faultOf(() => aws.RebootDBInstance(world, { DBInstanceIdentifier: writer }))).toEqual({
      code: 'InvalidDBInstanceStateFault',
      message: 'Instance cannot currently reboot due to an in-progress management operation',
    });
    pass(world, 60);
    expect(isUp(world, writer)).toBe(true);
    expect(writerOf(world)).toBe(writer);
    const forced = () => aws.RebootDBInstance(world, { DBInstanceIdentifier: writer, ForceFailover: true });
    expect(faultOf(forced).code).toBe('InvalidParameterCombination');
  });

  test('rule 15: a new instance is created, configured, and a reader', () => {
    const world = prod();
    const start = world.now.getTime();
    const made = addInstance(world, 'third', cluster, { MonitoringInterval: 60 });
    expect(made).toMatchObject({ DBInstanceStatus: 'creating', AvailabilityZone: 'us-east-1c' });
    expect(made?.Endpoint).toBeUndefined();
    const seen = new Set<string | undefined>();
    passUntil(world, () => {
      const { DBInstanceStatus } = instance(world, 'third');
      seen.add(DBInstanceStatus);
      return DBInstanceStatus === 'available';
    });
    expect([...seen]).toEqual(['creating', 'configuring-enhanced-monitoring', 'available']);
    expect((world.now.getTime() - start) / 60_000).toBeGreaterThan(4.8);
    expect((world.now.getTime() - start) / 60_000).toBeLessThan(10);
    expect(instance(world, 'third').Endpoint?.Address).toBe(`third.${names.hostSuffix}.rds.amazonaws.com`);
    expect(isReadOnly(world, 'third')).toBe(true);
  });

  test('rule 16: what cannot be created is refused', () => {
    const world = prod();
    const refused = (more: object, name = 'third') =>
      faultOf(() => addInstance(world, name, cluster, more)).code;
    expect(refused({}, writer)).toBe('DBInstanceAlreadyExistsFault');
    expect(refused({}, '1st')).toBe('InvalidParameterValue');
    expect(refused({ Engine: 'aurora-postgresql' })).toBe('InvalidParameterCombination');
    expect(refused({ DBInstanceClass: 'db.m1.small' })).toBe('InvalidParameterCombination');
    expect(refused({ MasterUsername: 'x' })).toBe('InvalidParameterCombination');
    expect(refused({ DBClusterIdentifier: 'nope' })).toBe('DBClusterNotFoundFault');
    expect(refused({ AvailabilityZone: 'us-east-1f' })).toBe('InvalidVPCNetworkStateFault');
    expect(refused({ PromotionTier: 16 })).toBe('InvalidParameterValue');
    world.faults.push({ what: 'zone-without-capacity', zone: 'us-east-1c' });
    expect(refused({ AvailabilityZone: 'us-east-1c' })).toBe('InsufficientDBInstanceCapacityFault');
    aws.StopDBCluster(world, { DBClusterIdentifier });
    expect(refused({})).toBe('InvalidDBClusterStateFault');
    expect(shown(world).DBClusterMembers).toHaveLength(2);
  });

  test('rule 17: a reader is promoted when the writer is deleted', () => {
    const world = prod();
    aws.DeleteDBInstance(world, { DBInstanceIdentifier: writer });
    expect(instance(world, writer).DBInstanceStatus).toBe('deleting');
    pass(world, 90);
    expect(writerOf(world)).toBe(reader);
    expect(statusOf(world)).toBe('available');
    pass(world, 400);
    expect(shown(world).DBClusterMembers).toHaveLength(1);
    aws.DeleteDBInstance(world, { DBInstanceIdentifier: reader });
    pass(world, 400);
    expect(shown(world).DBClusterMembers).toEqual([]);
    expect(instanceBehind(world, names.host)).toBeUndefined();
    const final = { DBInstanceIdentifier: writer, FinalDBSnapshotIdentifier: 'x' };
    expect(faultOf(() => aws.DeleteDBInstance(world, final)).code).toBe('DBInstanceNotFoundFault');
    addInstance(world, 'again');
    untilUp(world, 'again');
    expect(writerOf(world)).toBe('again');
    expect(faultOf(() => aws.DeleteDBInstance(world, { ...final, DBInstanceIdentifier: 'again' })).code).toBe(
      'InvalidParameterCombination',
    );
  });

  test('rule 18: a tier changes at once, a class at once or in the window', () => {
    const world = prod();
    const DBInstanceIdentifier = reader ?? '';
    const modify = (more: object) => aws.ModifyDBInstance(world, { DBInstanceIdentifier, ...more });
    modify({ PromotionTier: 9 });
    expect(shown(world).DBClusterMembers?.[1]?.PromotionTier).toBe(9);
    modify({ DBInstanceClass: 'db.r5.2xlarge', PreferredMaintenanceWindow: 'Mon:03:10-Mon:03:40' });
    expect(instance(world, DBInstanceIdentifier)).toMatchObject({
      DBInstanceClass: 'db.r5.xlarge',
      PendingModifiedValues: { DBInstanceClass: 'db.r5.2xlarge' },
    });
    passUntil(world, () => instance(world, DBInstanceIdentifier).DBInstanceStatus === 'modifying');
    expect(world.now.toISOString()).toBe('2026-03-02T03:10:00.000Z');
    pass(world, 900);
    expect(instance(world, DBInstanceIdentifier)).toMatchObject({
      DBInstanceClass: 'db.r5.2xlarge',
      DBInstanceStatus: 'available',
      PendingModifiedValues: {},
    });
    modify({ DBInstanceClass: 'db.r5.xlarge', ApplyImmediately: true });
    expect(isUp(world, DBInstanceIdentifier)).toBe(false);
    pass(world, 900);
    expect(instance(world, DBInstanceIdentifier).DBInstanceClass).toBe('db.r5.xlarge');
    expect(faultOf(() => modify({ BackupRetentionPeriod: 3 })).code).toBe('InvalidParameterCombination');
    expect(faultOf(() => modify({ DBInstanceClass: 'db.x' })).code).toBe('InvalidParameterCombination');
  });
});

describe('RDS: clusters', () => {
  const newCluster = (world: World, more: object = {}) =>
    aws.CreateDBCluster(world, {
      DBClusterIdentifier: 'Fresh',
      Engine: 'aurora-mysql',
      MasterUsername: 'admin',
      MasterUserPassword: 'long-enough-1',
      DBSubnetGroupName: names.subnetGroup,
      KmsKeyId: keys.database,
      ...more,
    }).DBCluster;

  test('rule 19: a new cluster is available after a while, and has no instance', () => {
    const world = prod();
    expect(newCluster(world)).toMatchObject({ DBClusterIdentifier: 'fresh', Status: 'creating' });
    untilAvailable(world, 'fresh');
    expect(shown(world, 'fresh').DBClusterMembers).toEqual([]);
    expect(shown(world, 'fresh').Endpoint).toBe(`fresh.cluster-${names.hostSuffix}.rds.amazonaws.com`);
    addInstance(world, 'fresh-1', 'fresh');
    untilUp(world, 'fresh-1');
    const login = { user: 'admin', password: 'long-enough-1' };
    expect(openConnection(world, 'fresh-1', login)).toEqual({ readOnly: false });
  });

  test('rule 19: what is wrong with a new cluster is refused', () => {
    const world = prod();
    const refused = (more: object) => faultOf(() => newCluster(world, more)).code;
    expect(refused({ DBClusterIdentifier: cluster })).toBe('DBClusterAlreadyExistsFault');
    expect(refused({ DBClusterIdentifier: 'a--b' })).toBe('InvalidParameterValue');
    expect(refused({ Engine: 'mysql' })).toBe('InvalidParameterValue');
    expect(refused({ EngineVersion: '5.6' })).toBe('InvalidParameterCombination');
    expect(refused({ MasterUserPassword: 'short' })).toBe('InvalidParameterValue');
    expect(refused({ MasterUserPassword: 'with/a/slash' })).toBe('InvalidParameterValue');
    expect(refused({ BackupRetentionPeriod: 36 })).toBe('InvalidParameterValue');
    expect(refused({ PreferredBackupWindow: '3-4' })).toBe('InvalidParameterValue');
    expect(refused({ PreferredMaintenanceWindow: 'sun:03:00-sun:03:10' })).toBe('InvalidParameterValue');
    expect(refused({ DBSubnetGroupName: 'nope' })).toBe('DBSubnetGroupNotFoundFault');
    expect(refused({ DBClusterParameterGroupName: 'nope' })).toBe('DBParameterGroupNotFoundFault');
    expect(refused({ KmsKeyId: recoveryKeys.database })).toBe('KMSKeyNotAccessibleFault');
    expect(aws.DescribeDBClusters(world, {}).DBClusters).toHaveLength(1);
  });

  test('rule 17: an instance is not deleted while it is creating', () => {
    const world = prod();
    addInstance(world, 'young');
    expect(faultOf(() => aws.DeleteDBInstance(world, { DBInstanceIdentifier: 'young' })).code).toBe(
      'InvalidDBInstanceStateFault',
    );
    untilUp(world, 'young');
    aws.DeleteDBInstance(world, { DBInstanceIdentifier: 'young' });
    expect(instance(world, 'young').DBInstanceStatus).toBe('deleting');
  });

  test('rule 20: a cluster is not deleted while it is creating', () => {
    const world = prod();
    const copy = copyOfCluster(world, names.clusterArn);
    if (copy === undefined) throw new Error('no copy');
    restoreCluster(world, copy, { DBClusterIdentifier: 'young', DBSubnetGroupName: names.subnetGroup });
    const remove = () =>
      aws.DeleteDBCluster(world, { DBClusterIdentifier: 'young', SkipFinalSnapshot: true });
    expect(faultOf(remove).code).toBe('InvalidDBClusterStateFault');
    passUntil(world, () => statusOf(world, 'young') === 'available');
    remove();
    expect(statusOf(world, 'young')).toBe('deleting');
  });

  test('rule 20: what speaks against deleting a cluster', () => {
    const world = prod();
    const remove = (more: object = {}) => aws.DeleteDBCluster(world, { DBClusterIdentifier, ...more });
    expect(faultOf(() => remove({ SkipFinalSnapshot: true }))).toEqual({
      code: 'InvalidParameterCombination',
      message: 'Cannot delete protected Cluster, please disable deletion protection and try again.',
    });
    aws.ModifyDBCluster(world, { DBClusterIdentifier, DeletionProtection: false });
    expect(faultOf(() => remove()).message).toBe(
      'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.',
    );
    expect(faultOf(() => remove({ SkipFinalSnapshot: true, FinalDBSnapshotIdentifier: 'x' })).code).toBe(
      'InvalidParameterCombination',
    );
    expect(faultOf(() => remove({ SkipFinalSnapshot: true }))).toEqual({
      code: 'InvalidDBClusterStateFault',
      message: 'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
    });
    expect(statusOf(world)).toBe('available');
  });

  test('rule 20: a deleted cluster leaves its manual snapshots', () => {
    const world = prod();
    const snapshots = () =>
      aws
        .DescribeDBClusterSnapshots(world, {})
        .DBClusterSnapshots.filter(({ SnapshotType }) => SnapshotType !== 'awsbackup')
        .map((it) => it.DBClusterSnapshotIdentifier);
    expect(snapshots()).toHaveLength(7);
    aws.ModifyDBCluster(world, { DBClusterIdentifier, DeletionProtection: false });
    for (const DBInstanceIdentifier of [reader, writer])
      aws.DeleteDBInstance(world, { DBInstanceIdentifier });
    aws.DeleteDBCluster(world, { DBClusterIdentifier, FinalDBSnapshotIdentifier: 'last-one' });
    expect(statusOf(world)).toBe('deleting');
    expect(
      faultOf(() => aws.DeleteDBCluster(world, { DBClusterIdentifier, SkipFinalSnapshot: true })).code,
    ).toBe('InvalidDBClusterStateFault');
    pass(world, 600);
    expect(faultOf(() => shown(world)).code).toBe('DBClusterNotFoundFault');
    expect(snapshots()).toEqual(['last-one']);
  });

  test('rule 21: a new master password takes effect after a while and is shown nowhere', () => {
    const world = prod();
    const start = world.now;
    const old = { user: names.masterUser, password: secretPassword(world, secrets.databaseMaster.name) };
    const fresh = { user: names.masterUser, password: 'Correct-horse-7' };
    const change = (MasterUserPassword: string) =>
      aws.ModifyDBCluster(world, { DBClusterIdentifier, MasterUserPassword });
    const refusal = faultOf(() => change('bad pass/word'));
    expect(refusal.code).toBe('InvalidParameterValue');
    expect(refusal.message).not.toContain('bad pass');
    const answer = change(fresh.password);
    expect(answer.DBCluster.Status).toBe('resetting-master-credentials');
    expect(openConnection(world, writer, old)).toEqual({ readOnly: false });
    pass(world, 60);
    expect(statusOf(world)).toBe('available');
    expect(openConnection(world, writer, old)).toHaveProperty('error');
    expect(openConnection(world, writer, fresh)).toEqual({ readOnly: false });
    expect(messages(world, start)).toEqual(['Reset master credentials']);
    for (const text of [snapshot(accountOf(world)), JSON.stringify(answer), JSON.stringify(shown(world))]) {
      expect(text).not.toContain(fresh.password);
      expect(text).not.toContain(old.password);
    }
  });

  test('rule 22: most settings change at once, a version waits', () => {
    const world = prod();
    const modify = (more: object) => aws.ModifyDBCluster(world, { DBClusterIdentifier, ...more }).DBCluster;
    const settings = {
      BackupRetentionPeriod: 14,
      PreferredBackupWindow: '01:00-02:00',
      PreferredMaintenanceWindow: 'mon:03:00-mon:04:00',
      DBClusterParameterGroupName: 'default.aurora-mysql8.0',
    };
    const { DBClusterParameterGroupName, ...direct } = settings;
    expect(modify(settings)).toMatchObject({
      ...direct,
      DBClusterParameterGroup: DBClusterParameterGroupName,
    });
    // What was no longer kept does not come back.
    const days = (world.now.getTime() - (shown(world).EarliestRestorableTime?.getTime() ?? 0)) / 86_400_000;
    expect(days).toBeCloseTo(7, 3);

    const EngineVersion = '8.0.mysql_aurora.3.10.3';
    expect(modify({ EngineVersion }).PendingModifiedValues).toEqual({ EngineVersion });
    pass(world, 49 * 60);
    expect(statusOf(world)).toBe('available');
    pass(world, 120);
    expect(statusOf(world)).toBe('upgrading');
    expect(isUp(world, writer)).toBe(false);
    pass(world, 600);
    expect(shown(world)).toMatchObject({ Status: 'available', EngineVersion });
    expect(instance(world, writer)).toMatchObject({ DBInstanceStatus: 'available', EngineVersion });
    modify({ EngineVersion: '8.0.mysql_aurora.3.11.1', ApplyImmediately: true });
    expect(statusOf(world)).toBe('upgrading');
  });

  test('rule 22: a refused change changes nothing', () => {
    const world = prod();
    const before = JSON.stringify(world.rds);
    const refused = (more: object) =>
      faultOf(() => aws.ModifyDBCluster(world, { DBClusterIdentifier, DeletionProtection: false, ...more }))
        .code;
    expect(refused({ EngineVersion: '8.0.mysql_aurora.3.04.3' })).toBe('InvalidParameterCombination');
    expect(refused({ EngineVersion: '9.9' })).toBe('InvalidParameterCombination');
    expect(refused({ BackupRetentionPeriod: 0 })).toBe('InvalidParameterValue');
    expect(refused({ DBClusterParameterGroupName: 'nope' })).toBe('DBParameterGroupNotFoundFault');
    expect(JSON.stringify(world.rds)).toBe(before);
  });

  test('rule 23: a stopped cluster takes no connections until it is started', () => {
    const world = prod();
    const start = world.now;
    expect(faultOf(() => aws.StartDBCluster(world, { DBClusterIdentifier })).message).toBe(
      `DbCluster ${cluster} is in available state but expected it to be one of stopped,inaccessible-encryption-credentials-recoverable.`,
    );
    aws.StopDBCluster(world, { DBClusterIdentifier });
    expect(isUp(world, writer)).toBe(false);
    expect(faultOf(() => aws.StopDBCluster(world, { DBClusterIdentifier })).message).toBe(
      `DbCluster ${cluster} is in stopping state but expected it to be one of available.`,
    );
    pass(world, 600);
    expect(statusOf(world)).toBe('stopped');
    expect(instance(world, reader).DBInstanceStatus).toBe('stopped');
    const stoppedAt = stateOf(world).stoppedAt ?? start;
    expect(shown(world).AutomaticRestartTime).toEqual(later(stoppedAt, 7 * 24 * 3_600_000));
    aws.StartDBCluster(world, { DBClusterIdentifier });
    untilAvailable(world);
    expect(isUp(world, writer)).toBe(true);
    expect(shown(world).AutomaticRestartTime).toBeUndefined();
    expect(messages(world, start, 'db-cluster')).toEqual(['DB cluster stopped', 'DB cluster started']);
  });

  test('rule 23: it starts by itself after seven days', () => {
    const world = prod();
    aws.StopDBCluster(world, { DBClusterIdentifier });
    pass(world, 600);
    // The rest of the stack would make seven days long: only what lies ahead of this cluster comes nearer.
    const soon = later(world.now, 60_000);
    stateOf(world).cluster.AutomaticRestartTime = soon;
    const isPlan = ({ kind }: { kind: string }) => kind === 'database-cluster-restarts-by-itself';
    const plan = first(world.transitions.filter(({ event }) => isPlan(event)));
    expect(plan.at).toEqual(later(stateOf(world).stoppedAt ?? soon, 7 * 24 * 3_600_000));
    unschedule(world, isPlan);
    schedule(world, soon, plan.event);
    pass(world, 120);
    expect(statusOf(world)).toBe('starting');
    untilAvailable(world);
    expect(isUp(world, writer)).toBe(true);
  });

  test('rule 24: what the sandbox does not carry out is refused', () => {
    const world = prod();
    const modify = (more: object) =>
      faultOf(() => aws.ModifyDBCluster(world, { DBClusterIdentifier, ...more })).code;
    expect(modify({ NewDBClusterIdentifier: 'renamed' })).toBe('InvalidParameterCombination');
    expect(modify({ ManageMasterUserPassword: true })).toBe('InvalidParameterCombination');
    const renamed = { DBInstanceIdentifier: reader, NewDBInstanceIdentifier: 'renamed' };
    expect(faultOf(() => aws.ModifyDBInstance(world, renamed)).code).toBe('InvalidParameterCombination');
    expect(faultOf(() => newCluster(world, { GlobalClusterIdentifier: 'x' })).code).toBe(
      'InvalidParameterCombination',
    );
  });
});

describe('RDS: backups', () => {
  const snapshotsOf = (world: World, input: Parameters<typeof aws.DescribeDBClusterSnapshots>[1] = {}) =>
    aws.DescribeDBClusterSnapshots(world, input).DBClusterSnapshots;

  test('rule 25: an automated snapshot a day, and any time up to a few minutes ago', () => {
    const world = prod();
    const automated = snapshotsOf(world, { SnapshotType: 'automated' });
    expect(automated).toHaveLength(7);
    for (const { DBClusterSnapshotIdentifier, SnapshotCreateTime } of automated) {
      expect(DBClusterSnapshotIdentifier).toMatch(/^rds:morpheus-prod-2026-0[23]-\d\d-03-\d\d$/);
      expect(SnapshotCreateTime?.getUTCHours()).toBe(3);
    }
    const [last] = automated.slice(-1);
    expect(last?.DBClusterSnapshotIdentifier).toContain('2026-03-01');
    const lag = () => (world.now.getTime() - (shown(world).LatestRestorableTime?.getTime() ?? 0)) / 60_000;
    for (let minute = 0; minute < 10; minute += 1) {
      expect(lag()).toBeGreaterThanOrEqual(1);
      expect(lag()).toBeLessThanOrEqual(5);
      pass(world, 61);
    }
    pass(world, 100 * 60);
    const [newest] = snapshotsOf(world, { SnapshotType: 'automated' }).slice(-1);
    expect(newest).toMatchObject({ Status: 'available', PercentProgress: 100 });
    expect(newest?.DBClusterSnapshotIdentifier).toContain('2026-03-02');
    expect(messages(world, later(world.now, -100 * 60_000))).toEqual([
      'Creating automated cluster snapshot',
      'Automated cluster snapshot created',
    ]);
  });

  test('rule 26: a manual snapshot is made in a few minutes', () => {
    const world = prod();
    const start = world.now;
    const make = (DBClusterSnapshotIdentifier: string) =>
      aws.CreateDBClusterSnapshot(world, { DBClusterIdentifier, DBClusterSnapshotIdentifier })
        .DBClusterSnapshot;
    expect(make('Before-Change')).toMatchObject({
      DBClusterSnapshotIdentifier: 'before-change',
      Status: 'creating',
      PercentProgress: 0,
    });
    const state = () => first(snapshotsOf(world, { DBClusterSnapshotIdentifier: 'before-change' }));
    const remove = (DBClusterSnapshotIdentifier: string) =>
      aws.DeleteDBClusterSnapshot(world, { DBClusterSnapshotIdentifier });
    expect(faultOf(() => remove('before-change')).code).toBe('InvalidDBClusterSnapshotStateFault');
    pass(world, 60);
    expect(state().PercentProgress).toBeGreaterThan(0);
    pass(world, 160);
    expect(state()).toMatchObject({ Status: 'available', PercentProgress: 100, SnapshotType: 'manual' });
    expect(messages(world, start)).toEqual([
      'Creating manual cluster snapshot',
      'Manual cluster snapshot created',
    ]);
    expect(state().TagList).toEqual(shown(world).TagList);
    const attributes = { DBClusterSnapshotIdentifier: 'before-change' };
    expect(
      aws.DescribeDBClusterSnapshotAttributes(world, attributes).DBClusterSnapshotAttributesResult
        .DBClusterSnapshotAttributes,
    ).toEqual([{ AttributeName: 'restore', AttributeValues: [] }]);

    expect(faultOf(() => make('before-change')).code).toBe('DBClusterSnapshotAlreadyExistsFault');
    const automated =
      first(snapshotsOf(world, { SnapshotType: 'automated' })).DBClusterSnapshotIdentifier ?? '';
    expect(faultOf(() => remove(automated)).code).toBe('InvalidDBClusterSnapshotStateFault');
    expect(remove('before-change').DBClusterSnapshot.Status).toBe('deleted');
    for (let count = 0; count < 100; count += 1) make(`filler-${count}`);
    expect(faultOf(() => make('one-more')).code).toBe('SnapshotQuotaExceededFault');
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    world.rds.snapshots = [];
    expect(faultOf(() => make('too-early'))).toEqual({
      code: 'InvalidDBClusterStateFault',
      message: `Can't create a snapshot because the database cluster ${cluster} isn't currently in the available state.`,
    });
  });

  test('rule 27: a snapshot is copied here and to another Region', () => {
    const world = prod();
    const there = recoveryOf(world);
    take(world, 'nightly');
    const { DBClusterSnapshotArn: arn = '' } = first(
      snapshotsOf(world, { DBClusterSnapshotIdentifier: 'nightly' }),
    );
    const copy = (where: World, source: string, more: object = {}) =>
      aws.CopyDBClusterSnapshot(where, {
        SourceDBClusterSnapshotIdentifier: source,
        TargetDBClusterSnapshotIdentifier: 'copied',
        ...more,
      }).DBClusterSnapshot;
    expect(copy(world, 'nightly', { CopyTags: true })).toMatchObject({
      Status: 'copying',
      SourceDBClusterSnapshotArn: arn,
      TagList: shown(world).TagList,
    });
    expect(faultOf(() => copy(world, 'nightly')).code).toBe('DBClusterSnapshotAlreadyExistsFault');
    expect(faultOf(() => copy(there, arn)).code).toBe('InvalidParameterCombination');
    expect(faultOf(() => copy(there, arn, { KmsKeyId: keys.database })).code).toBe(
      'KMSKeyNotAccessibleFault',
    );
    expect(faultOf(() => copy(there, 'nightly', { KmsKeyId: recoveryKeys.database })).code).toBe(
      'DBClusterSnapshotNotFoundFault',
    );
    copy(there, arn, { KmsKeyId: recoveryKeys.database });
    pass(world, 1600);
    expect(first(snapshotsOf(there, { SnapshotType: 'manual' }))).toMatchObject({
      Status: 'available',
      KmsKeyId: recoveryKeys.database,
      DBClusterIdentifier: cluster,
    });
  });

  test('rule 28: a restored cluster has data and users, and no instance', () => {
    const world = prod();
    insertBeacon(world, cluster, 'before');
    take(world, 'nightly');
    const rows = rowsAt(world, stateOf(world));
    insertBeacon(world, cluster, 'after');
    const restored = aws.RestoreDBClusterFromSnapshot(world, {
      DBClusterIdentifier: 'restored',
      SnapshotIdentifier: 'nightly',
      Engine: 'aurora-mysql',
      DBSubnetGroupName: names.subnetGroup,
    }).DBCluster;
    expect(restored).toMatchObject({
      Status: 'creating',
      DBClusterMembers: [],
      DBClusterParameterGroup: 'default.aurora-mysql8.0',
      KmsKeyId: keys.database,
      MasterUsername: names.masterUser,
      DeletionProtection: false,
    });
    expect(faultOf(() => addInstance(world, 'restored-1', 'restored')).code).toBe(
      'InvalidDBClusterStateFault',
    );
    untilAvailable(world, 'restored');
    pass(world, 600);
    expect(shown(world, 'restored').DBClusterMembers).toEqual([]);
    expect(rowsAt(world, stateOf(world, 'restored'))).toBeLessThanOrEqual(rows);
    expect(beaconsIn(world, 'restored').map(({ id }) => id)).toEqual(['before']);
    expect(beaconsIn(world, cluster).map(({ id }) => id)).toEqual(['before', 'after']);
    addInstance(world, 'restored-1', 'restored');
    untilUp(world, 'restored-1');
    expect(openConnection(world, 'restored-1', applicationLogin(world))).toEqual({ readOnly: false });
  });

  test.each(['us-east-1', 'us-west-2'])(
    'rule 26: recovery points of AWS Backup are snapshots, to be restored and not to be deleted (%s)',
    (region) => {
      const world = elsewhere(prod(), region);
      const points = world.backup.recoveryPoints
        .filter(({ held, status }) => held.type === 'Aurora' && status === 'COMPLETED')
        .map(({ arn }) => arn);
      expect(points.length).toBeGreaterThan(3);
      const found = snapshotsOf(world, { SnapshotType: 'awsbackup' });
      expect(found.map(({ DBClusterSnapshotArn }) => DBClusterSnapshotArn).toSorted()).toEqual(
        points.toSorted(),
      );
      const { DBClusterSnapshotArn: arn = '', ...newest } = found.at(-1) ?? {};
      expect(newest).toMatchObject({
        Status: 'available',
        DBClusterIdentifier: cluster,
        Engine: 'aurora-mysql',
      });
      expect(newest.DBClusterSnapshotIdentifier).toMatch(/^awsbackup:(copy)?job-[0-9a-f-]{36}$/);
      expect(first(snapshotsOf(world, { DBClusterSnapshotIdentifier: arn })).DBClusterSnapshotArn).toBe(arn);
      expect(faultOf(() => aws.DeleteDBClusterSnapshot(world, { DBClusterSnapshotIdentifier: arn }))).toEqual(
        {
          code: 'InvalidDBClusterSnapshotStateFault',
          message: 'Only manual snapshots may be deleted.',
        },
      );
      aws.RestoreDBClusterFromSnapshot(world, {
        DBClusterIdentifier: 'restored',
        SnapshotIdentifier: arn,
        Engine: 'aurora-mysql',
        DBSubnetGroupName: region === 'us-east-1' ? names.subnetGroup : recovery.subnetGroup,
      });
      untilAvailable(world, 'restored');
      expect(rowsAt(world, stateOf(world, 'restored'))).toBeGreaterThan(1_000_000);
    },
  );

  test.each([
    ['us-east-1', 'Z2R2ITUGPM61AM'],
    ['us-west-2', 'Z1PVIF0B656C1W'],
  ])(
    'rule 28: without a word about it a cluster in %s gets the default group and the zone %s',
    (region, zone) => {
      const world = elsewhere(prod(), region);
      const DBSubnetGroupName = region === 'us-east-1' ? names.subnetGroup : recovery.subnetGroup;
      const [point] = snapshotsOf(world, { SnapshotType: 'awsbackup' });
      const restore = (DBClusterIdentifier: string, more: object = {}) =>
        aws.RestoreDBClusterFromSnapshot(world, {
          DBClusterIdentifier,
          SnapshotIdentifier: point?.DBClusterSnapshotArn,
          Engine: 'aurora-mysql',
          DBSubnetGroupName,
          ...more,
        }).DBCluster;
      const group = world.ec2.securityGroups.find(({ GroupName }) => GroupName === 'default');
      const restored = restore('restored');
      expect(restored.VpcSecurityGroups).toEqual([{ VpcSecurityGroupId: group?.GroupId, Status: 'active' }]);
      expect(restored.HostedZoneId).toBe(zone);
      expect(restore('other', { VpcSecurityGroupIds: ['sg-1'] }).VpcSecurityGroups).toMatchObject([
        { VpcSecurityGroupId: 'sg-1' },
      ]);
      untilAvailable(world, 'restored');
      addInstance(world, 'restored-1', 'restored');
      untilUp(world, 'restored-1');
      expect(instance(world, 'restored-1').Endpoint?.HostedZoneId).toBe(zone);
    },
  );

  test('rule 28: AWS Backup restores a copy in the recovery Region', () => {
    const world = prod();
    const there = recoveryOf(world);
    const copy = copyOfCluster(world, names.clusterArn);
    if (copy === undefined) throw new Error('there is no such cluster');
    expect(copyOfCluster(there, names.clusterArn)).toBeUndefined();
    const settings = { DBClusterIdentifier: 'morpheus-prod', DBSubnetGroupName: recovery.subnetGroup };
    expect(faultOf(() => restoreCluster(there, copy, settings)).code).toBe('KMSKeyNotAccessibleFault');
    const own = { ...copy, kmsKeyId: recoveryKeys.database };
    expect(faultOf(() => restoreCluster(there, own, { DBClusterIdentifier: 'x' })).code).toBe(
      'DBSubnetGroupNotFoundFault',
    );
    const restored = restoreCluster(there, own, { ...settings, DeletionProtection: true });
    expect(restored).toMatchObject({ Status: 'creating', DBClusterMembers: [], DeletionProtection: true });
    expect(restored.Endpoint).toMatch(
      /^morpheus-prod\.cluster-c4hd8m2x7v5t\.us-west-2\.rds\.amazonaws\.com$/,
    );
    expect(faultOf(() => restoreCluster(there, own, settings)).code).toBe('DBClusterAlreadyExistsFault');
    untilAvailable(there);
    expect(rowsAt(there, stateOf(there))).toBe(copy.rows);
    expect(shown(world).Status).toBe('available');
  });

  test('rule 29: a point in time is restored if it lies in the restorable times', () => {
    const world = prod();
    const asked = later(world.now, -3 * 3_600_000);
    const pointInTime = (name: string, more: object) =>
      aws.RestoreDBClusterToPointInTime(world, {
        DBClusterIdentifier: name,
        SourceDBClusterIdentifier: cluster,
        DBSubnetGroupName: names.subnetGroup,
        ...more,
      }).DBCluster;
    const { EarliestRestorableTime: earliest, LatestRestorableTime: latest } = shown(world);
    if (earliest === undefined || latest === undefined) throw new Error('nothing can be restored');
    const refused = (more: object) => faultOf(() => pointInTime('restored', more)).code;
    expect(refused({ RestoreToTime: later(latest, 1) })).toBe('InvalidRestoreFault');
    expect(refused({ RestoreToTime: later(earliest, -1) })).toBe('InvalidRestoreFault');
    expect(refused({})).toBe('InvalidParameterCombination');
    expect(refused({ RestoreToTime: asked, UseLatestRestorableTime: true })).toBe(
      'InvalidParameterCombination',
    );
    insertBeacon(world, cluster, 'late');
    pointInTime('restored', { RestoreToTime: asked });
    pointInTime('latest', { UseLatestRestorableTime: true });
    untilAvailable(world, 'restored');
    expect(newestRow(world, stateOf(world, 'restored'))).toEqual(asked);
    expect(newestRow(world, stateOf(world, 'latest'))).toEqual(latest);
    expect(beaconsIn(world, 'latest')).toEqual([]);
    expect(rowsAt(world, stateOf(world, 'restored'))).toBeLessThan(rowsAt(world, stateOf(world, 'latest')));
    expect(shown(world, 'restored').EarliestRestorableTime?.getTime()).toBeGreaterThan(asked.getTime());
  });

  test('rule 30: a key that cannot be used', () => {
    const world = prod();
    take(world, 'nightly');
    const fault = { what: 'key-disabled' as const, key: keys.database };
    world.faults.push(fault);
    const target = { DBClusterIdentifier: 'restored', DBSubnetGroupName: names.subnetGroup };
    const refusals = [
      () => aws.CreateDBClusterSnapshot(world, { DBClusterIdentifier, DBClusterSnapshotIdentifier: 'x' }),
      () =>
        aws.CopyDBClusterSnapshot(world, {
          SourceDBClusterSnapshotIdentifier: 'nightly',
          TargetDBClusterSnapshotIdentifier: 'x',
        }),
      () =>
        aws.RestoreDBClusterFromSnapshot(world, {
          ...target,
          SnapshotIdentifier: 'nightly',
          Engine: 'aurora-mysql',
        }),
      () =>
        aws.RestoreDBClusterToPointInTime(world, {
          ...target,
          SourceDBClusterIdentifier: cluster,
          UseLatestRestorableTime: true,
        }),
    ];
    for (const refused of refusals) {
      const { code, message } = faultOf(refused);
      expect(code).toBe('KMSKeyNotAccessibleFault');
      expect(message).toContain(`[${keys.database}] does not exist, is not enabled`);
    }
    aws.StopDBCluster(world, { DBClusterIdentifier });
    pass(world, 600);
    const start = () => aws.StartDBCluster(world, { DBClusterIdentifier });
    expect(faultOf(start).code).toBe('KMSKeyNotAccessibleFault');
    end(world, fault);
    expect(start().DBCluster.Status).toBe('starting');
  });
});

describe('RDS: groups and tags', () => {
  test('rule 31: a subnet group needs two zones, and is kept while it is used', () => {
    const world = prod();
    const make = (SubnetIds: string[], DBSubnetGroupName = 'Restored') =>
      aws.CreateDBSubnetGroup(world, { DBSubnetGroupName, DBSubnetGroupDescription: 'x', SubnetIds })
        .DBSubnetGroup;
    expect(faultOf(() => make(subnetIds.slice(0, 1))).code).toBe('DBSubnetGroupDoesNotCoverEnoughAZs');
    expect(faultOf(() => make(['subnet-0123456789abcdef0'])).code).toBe('InvalidSubnet');
    expect(faultOf(() => make(subnetIds, names.subnetGroup)).code).toBe('DBSubnetGroupAlreadyExistsFault');
    expect(make(subnetIds.slice(0, 2))).toMatchObject({
      DBSubnetGroupName: 'restored',
      SubnetGroupStatus: 'Complete',
    });
    expect(faultOf(() => aws.DeleteDBSubnetGroup(world, { DBSubnetGroupName: names.subnetGroup }))).toEqual({
      code: 'InvalidDBSubnetGroupStateFault',
      message: `Cannot delete the subnet group '${names.subnetGroup}' because at least one database cluster: ${cluster} is still using it.`,
    });
    aws.DeleteDBSubnetGroup(world, { DBSubnetGroupName: 'restored' });
    expect(aws.DescribeDBSubnetGroups(world, {}).DBSubnetGroups).toHaveLength(1);
  });

  test('rule 32: tags of every kind of resource', () => {
    const world = prod();
    take(world, 'nightly');
    const arns = [
      names.clusterArn,
      instance(world, writer).DBInstanceArn,
      first(aws.DescribeDBClusterSnapshots(world, { SnapshotType: 'manual' }).DBClusterSnapshots)
        .DBClusterSnapshotArn,
      first(aws.DescribeDBSubnetGroups(world, {}).DBSubnetGroups).DBSubnetGroupArn,
      first(aws.DescribeDBClusterParameterGroups(world, {}).DBClusterParameterGroups)
        .DBClusterParameterGroupArn,
    ];
    for (const ResourceName of arns) {
      const keysOf = () => aws.ListTagsForResource(world, { ResourceName }).TagList.map(({ Key }) => Key);
      const before = keysOf();
      aws.AddTagsToResource(world, { ResourceName, Tags: [{ Key: 'Drill', Value: '1' }] });
      expect(keysOf()).toEqual([...before, 'Drill']);
      aws.RemoveTagsFromResource(world, { ResourceName, TagKeys: ['Drill'] });
      expect(keysOf()).toEqual(before);
    }
    expect(faultOf(() => aws.ListTagsForResource(world, { ResourceName: 'x' })).code).toBe(
      'InvalidParameterValue',
    );
    const unknown = `${names.clusterArn}-2`;
    expect(faultOf(() => aws.ListTagsForResource(world, { ResourceName: unknown })).code).toBe(
      'DBClusterNotFoundFault',
    );
  });
});

describe('RDS: behind the endpoints', () => {
  test('rule 33: logins are checked, and what restarts or is lost does not answer', () => {
    const world = prod();
    const login = applicationLogin(world);
    expect(openConnection(world, writer, login)).toEqual({ readOnly: false });
    expect(openConnection(world, reader, login)).toEqual({ readOnly: true });
    const error = (name: string, more: object = {}) => {
      const answer = openConnection(world, name, { ...login, ...more });
      return 'error' in answer ? answer.error : undefined;
    };
    expect(error(writer, { password: 'wrong' })).toMatch(
      /^ERROR 1045 \(28000\): Access denied for user 'morpheus_app'@'[\d.]+' \(using password: YES\)$/,
    );
    expect(error(writer, { user: 'nobody' })).toMatch(/^ERROR 1045/);
    expect(error('nope')).toMatch(/^ERROR 2005/);
    setDatabasePassword(world, cluster, { ...login, password: 'changed' });
    expect(error(writer)).toMatch(/^ERROR 1045/);
    expect(error(writer, { password: 'changed' })).toBeUndefined();

    expect(instanceBehind(world, names.readerHost)).toBe(reader);
    expect(instanceBehind(world, `${reader}.${names.hostSuffix}.rds.amazonaws.com`)).toBe(reader);
    expect(instanceBehind(world, 'elsewhere.example.com')).toBeUndefined();
    aws.RebootDBInstance(world, { DBInstanceIdentifier: reader });
    expect(error(reader)).toMatch(/^ERROR 2003 .*\(111\)$/);
    expect(openConnection(world, reader, login, names.host)).toEqual({
      error: `ERROR 2003 (HY000): Can't connect to MySQL server on '${names.host}:3306' (111)`,
    });
    expect(instanceBehind(world, names.readerHost)).toBe(writer);
    loseZone(world, 'us-east-1a');
    expect(error(writer)).toMatch(/^ERROR 2003 .*\(110\)$/);
  });

  test('rule 34: rows come in while there is a writer', () => {
    const world = prod();
    const rows = () => rowsAt(world, stateOf(world));
    const before = rows();
    pass(world, 600);
    expect(rows() - before).toBe(3600);
    expect(newestRow(world, stateOf(world))).toEqual(world.now);
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 5);
    const cut = rows();
    pass(world, 1);
    expect(rows()).toBe(cut);
    passUntil(world, () => writerOf(world) === reader, { every: 1 });
    pass(world, 10);
    expect(rows()).toBeGreaterThan(cut);
    setWriteRate(world, cluster, 0);
    const last = world.now;
    const halted = rows();
    pass(world, 60);
    expect(rows()).toBe(halted);
    expect(newestRow(world, stateOf(world))).toEqual(last);
  });

  test('rule 35: metrics follow from the state, and looking changes nothing', () => {
    const world = prod();
    const before = snapshot(accountOf(world));
    const value = (name: string, of?: string) =>
      databaseMetrics(world).find(
        (it) => it.name === name && ('instance' in it ? it.instance : undefined) === of,
      )?.value;
    expect(value('VolumeBytesUsed')).toBeGreaterThan(200 * 1024 ** 3);
    expect(value('CPUUtilization', writer)).toBeGreaterThan(value('CPUUtilization', reader) ?? 100);
    expect(value('AuroraReplicaLag', writer)).toBeUndefined();
    expect(value('AuroraReplicaLag', reader)).toBeLessThan(30);
    expect(snapshot(accountOf(world))).toBe(before);
    world.faults.push({ what: 'replica-lag', by: 45_000 });
    expect(value('AuroraReplicaLag', reader)).toBeGreaterThan(45_000);
    aws.RebootDBInstance(world, { DBInstanceIdentifier: reader });
    expect(value('CPUUtilization', reader)).toBeUndefined();
  });

  test('a stored world goes on as it would have', () => {
    const world = prod();
    aws.FailoverDBCluster(world, { DBClusterIdentifier });
    pass(world, 4);
    const again = seenFrom(restore(snapshot(accountOf(world))), world.region);
    for (const each of [world, again]) pass(each, 300);
    expect(again.rds).toEqual(world.rds);
    expect(writerOf(again)).toBe(reader);
    expect(JSON.stringify(world.rds).length).toBeLessThan(30_000);
  });
});

describe('limits', () => {
  const quotas = (world: World) =>
    Object.fromEntries(
      aws
        .DescribeAccountAttributes(world)
        .AccountQuotas.map(({ AccountQuotaName, Used, Max }) => [AccountQuotaName, [Used, Max]]),
    );

  test('rule 37: what is used of the quotas, and what there may be', () => {
    const world = prod();
    const { length } = world.rds.snapshots;
    expect(quotas(world)).toEqual({
      DBClusters: [1, 40],
      DBInstances: [2, 40],
      ManualClusterSnapshots: [length, 100],
    });
    addInstance(world, 'third');
    expect(quotas(world)).toMatchObject({ DBInstances: [3, 40] });
  });

  test('rule 37: nothing is made beyond them, by restores neither', () => {
    const world = prod();
    const copy = copyOfCluster(world, names.clusterArn);
    if (copy === undefined) throw new Error('no copy');
    world.faults.push({ what: 'quota-reached', quota: 'DBClusters' });
    const settings = { DBClusterIdentifier: 'one-more', DBSubnetGroupName: names.subnetGroup };
    expect(faultOf(() => restoreCluster(world, copy, settings))).toEqual({
      code: 'DBClusterQuotaExceededFault',
      message: 'Cannot create more than 40 DB clusters',
    });
    expect(quotas(world)).toMatchObject({ DBClusters: [40, 40], DBInstances: [2, 40] });
    world.faults.push({ what: 'quota-reached', quota: 'DBInstances' });
    expect(faultOf(() => addInstance(world, 'third')).code).toBe('InstanceQuotaExceededFault');
    world.faults.length = 0;
    addInstance(world, 'third');
  });

  test('rule 38: a cluster or an instance stays creating while the fault lasts', () => {
    const world = prod();
    world.faults.push({
      what: 'database-stays-creating',
      part: 'instance',
      from: world.now,
      lasts: 3_600_000,
    });
    addInstance(world, 'third');
    pass(world, 3500);
    expect(instance(world, 'third').DBInstanceStatus).toBe('creating');
    pass(world, 200);
    expect(instance(world, 'third').DBInstanceStatus).toBe('available');
    const copy = copyOfCluster(world, names.clusterArn);
    if (copy === undefined) throw new Error('no copy');
    world.faults.push({ what: 'database-stays-creating', name: 'stuck' });
    for (const DBClusterIdentifier of ['stuck', 'other'])
      restoreCluster(world, copy, { DBClusterIdentifier, DBSubnetGroupName: names.subnetGroup });
    pass(world, 7200);
    expect(['stuck', 'other'].map((name) => statusOf(world, name))).toEqual(['creating', 'available']);
  });
});
