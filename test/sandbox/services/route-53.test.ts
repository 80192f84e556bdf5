import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { describe, expect, test } from 'vitest';
import { siteHealthCheck } from '../../../src/sandbox/morpheus-prod/dns.ts';
import { dns, loadBalancerHost, recovery, recoveryRegion } from '../../../src/sandbox/morpheus-prod/names.ts';
import { later } from '../../../src/sandbox/schedule.ts';
import { isHealthy, targetsHealthy } from '../../../src/sandbox/services/route-53/health.ts';
import { route53Operations as route53 } from '../../../src/sandbox/services/route-53/index.ts';
import { resolve } from '../../../src/sandbox/services/route-53/resolve.ts';
import { elsewhere, type World } from '../../../src/sandbox/world.ts';
import { aws, faultOf, first, name, pass, prod } from './stack.ts';

const HostedZoneId = dns.zoneId;

const change = (world: World, ...Changes: Change[]) =>
  route53.ChangeResourceRecordSets(world, { HostedZoneId, ChangeBatch: { Changes } });

const record = (Name: string, Value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value }],
  ...more,
});

const create = (set: ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet: set });
const remove = (set: ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet: set });

const refused = (world: World, ...changes: Change[]): string =>
  faultOf(() => change(world, ...changes)).message;

const siteSets = (world: World): ResourceRecordSet[] =>
  route53
    .ListResourceRecordSets(world, { HostedZoneId, StartRecordName: dns.name })
    .ResourceRecordSets.filter(({ Name }) => Name === `${dns.name}.`);

/** No node of the stack serves any more, and none comes back. */
function takeSiteDown(world: World): void {
  aws.SuspendProcesses(world, { AutoScalingGroupName: name });
  for (const group of world.loadBalancing.targetGroups) group.targets = [];
}

/** A node that needs nothing serves behind the load balancer of the recovery Region. */
function standUpRecovery(world: World): void {
  const there = elsewhere(world, recoveryRegion);
  const { application: _, ...node } = structuredClone(first(Object.values(world.ec2.nodes)));
  there.ec2.nodes[node.instance.InstanceId] = node;
  first(there.loadBalancing.targetGroups).targets = [
    { id: node.instance.InstanceId, port: 8080, registeredAt: later(world.now, -600_000) },
  ];
}

describe('Route 53', () => {
  test('rule 1: records are listed from the last label, in pages', () => {
    const world = prod();
    change(
      world,
      create(record('b.a.example.com', '192.0.2.1')),
      create(record('z.example.com', '192.0.2.2')),
    );
    const names: string[] = [];
    let at: { StartRecordName?: string; StartRecordType?: 'A'; StartRecordIdentifier?: string } | undefined =
      {};
    while (at !== undefined) {
      const page = route53.ListResourceRecordSets(world, { HostedZoneId, MaxItems: 2, ...at });
      names.push(...page.ResourceRecordSets.map(({ Name, Type }) => `${Name} ${Type}`));
      expect(page.IsTruncated).toBe(page.NextRecordName !== undefined);
      at = page.IsTruncated
        ? {
            StartRecordName: page.NextRecordName ?? '',
            StartRecordType: page.NextRecordType as 'A',
            ...(page.NextRecordIdentifier !== undefined && {
              StartRecordIdentifier: page.NextRecordIdentifier,
            }),
          }
        : undefined;
    }
    expect(names).toEqual([
      'example.com. NS',
      'example.com. SOA',
      'b.a.example.com. A',
      'morpheus.example.com. A',
      'morpheus.example.com. A',
      '_8c1f0e2d3b4a59687706f5e4d3c2b1a0.morpheus.example.com. CNAME',
      'recovery.example.com. A',
      'z.example.com. A',
    ]);
    expect(route53.ListHostedZonesByName(world, { DNSName: 'example.com' }).HostedZones).toMatchObject([
      { Id: `/hostedzone/${HostedZoneId}`, Name: 'example.com.', ResourceRecordSetCount: 8 },
    ]);
    expect(route53.ListHostedZonesByName(world, { DNSName: 'example.org' }).HostedZones).toEqual([]);
    expect(route53.ListHostedZones(world, {}).HostedZones).toHaveLength(1);
    expect(
      route53.GetHostedZone(world, { Id: `/hostedzone/${HostedZoneId}` }).DelegationSet.NameServers,
    ).toHaveLength(4);
    expect(
      route53.ListTagsForResource(world, { ResourceType: 'healthcheck', ResourceId: siteHealthCheck })
        .ResourceTagSet.Tags,
    ).toContainEqual({ Key: 'Name', Value: 'morpheus-prod' });
  });

  test('rule 2: a batch is made whole or not at all', () => {
    const world = prod();
    change(world, create(record('a.example.com', '192.0.2.1')));
    const before = structuredClone(world.route53.zones[0]?.records);
    refused(
      world,
      create(record('b.example.com', '192.0.2.1')),
      create(record('a.example.com', '192.0.2.9')),
    );
    expect(world.route53.zones[0]?.records).toEqual(before);
    change(
      world,
      remove(record('a.example.com', '192.0.2.1')),
      create(record('a.example.com', 'b.example.net', { Type: 'CNAME' })),
    );
    pass(world, 60);
    expect(resolve(world, 'a.example.com')).toBe('b.example.net');
  });

  test('rule 3: creating what is there and deleting what is not', () => {
    const world = prod();
    change(world, create(record('a.example.com', '192.0.2.1')));
    expect(faultOf(() => change(world, create(record('A.example.com.', '192.0.2.2'))))).toEqual({
      code: 'InvalidChangeBatch',
      message:
        "[Tried to create resource record set [name='a.example.com.', type='A'] but it already exists]",
    });
    expect(refused(world, remove(record('b.example.com', '192.0.2.2')))).toBe(
      "[Tried to delete resource record set [name='b.example.com.', type='A'] but it was not found]",
    );
    expect(refused(world, remove(record('a.example.com', '192.0.2.2')))).toBe(
      "[Tried to delete resource record set [name='a.example.com.', type='A'] but the values provided do not match the current values]",
    );
    change(world, { Action: 'UPSERT', ResourceRecordSet: record('a.example.com', '192.0.2.2') });
    change(world, remove(record('a.example.com', '192.0.2.2')));
    const [primary] = siteSets(world);
    if (primary === undefined) throw new Error('the site has no record');
    change(world, remove(primary));
    expect(siteSets(world)).toHaveLength(1);
  });

  test('rule 4: what a zone cannot hold', () => {
    const world = prod();
    const cname = (name: string) => create(record(name, 'x.example.net', { Type: 'CNAME' }));
    expect(refused(world, create(record('a.example.org', '192.0.2.1')))).toBe(
      '[RRSet with DNS name a.example.org. is not permitted in zone example.com.]',
    );
    expect(refused(world, cname('example.com'))).toContain('is not permitted at apex in zone example.com.');
    expect(refused(world, cname('morpheus.example.com'))).toContain(
      'is not permitted as it conflicts with other records with the same DNS name in zone example.com.',
    );
    change(world, cname('c.example.com'));
    expect(refused(world, create(record('c.example.com', '192.0.2.1')))).toBe(
      '[RRSet of type A with DNS name c.example.com. is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone example.com.]',
    );
    expect(refused(world, create(record('morpheus.example.com', '192.0.2.1')))).toContain(
      'cannot be created as other RRSets exist with the same name and type.',
    );
    expect(
      refused(world, create(record('morpheus.example.com', '192.0.2.1', { SetIdentifier: 'w', Weight: 1 }))),
    ).toContain('cannot be created because a non-weighted RRSet with the same name and type already exists.');
    expect(
      refused(
        world,
        create(record('morpheus.example.com', '192.0.2.1', { SetIdentifier: 'p', Failover: 'PRIMARY' })),
      ),
    ).toContain('Failover PRIMARY cannot be created');
    const primary = { SetIdentifier: 'p', Failover: 'PRIMARY' as const };
    expect(refused(world, create(record('f.example.com', '192.0.2.1', primary)))).toBe(
      '[A non-alias primary ResourceRecordSet must have an associated health check.]',
    );
    expect(refused(world, create(record('a.example.com', '192.0.2.300')))).toContain(
      'ARRDATAIllegalIPv4Address',
    );
    expect(refused(world, create(record('a.example.com', 'bare', { Type: 'TXT' })))).toContain(
      'quotation marks',
    );
    const alias = (DNSName: string, zone: string): Change =>
      create({
        Name: 'a.example.com',
        Type: 'A',
        AliasTarget: { DNSName, HostedZoneId: zone, EvaluateTargetHealth: false },
      });
    expect(refused(world, alias('none.example.com', HostedZoneId))).toContain(
      'but that target was not found',
    );
    expect(refused(world, alias(loadBalancerHost, 'Z1H1FL5HABSF5'))).toContain(
      'does not lie within the target zone',
    );
    const soa = first(
      route53.ListResourceRecordSets(world, {
        HostedZoneId,
        StartRecordName: 'example.com',
        StartRecordType: 'SOA',
      }).ResourceRecordSets,
    );
    expect(refused(world, remove(soa))).toBe('[A HostedZone must contain exactly one SOA record.]');
  });

  test('rule 5: a record set has values or an alias', () => {
    const world = prod();
    const code = (set: ResourceRecordSet) => faultOf(() => change(world, create(set))).code;
    expect(code({ Name: 'a.example.com', Type: 'A' })).toBe('InvalidInput');
    expect(code({ Name: 'a.example.com', Type: 'A', TTL: 60 })).toBe('InvalidInput');
    expect(
      code(
        record('a.example.com', '192.0.2.1', {
          AliasTarget: {
            DNSName: loadBalancerHost,
            HostedZoneId: 'Z35SXDOTRQ7X7K',
            EvaluateTargetHealth: false,
          },
        }),
      ),
    ).toBe('InvalidInput');
    expect(code(record('a.example.com', '192.0.2.1', { Weight: 1 }))).toBe('InvalidInput');
    expect(code(record('a.example.com', '192.0.2.1', { SetIdentifier: 'x' }))).toBe('InvalidInput');
    expect(faultOf(() => change(world)).code).toBe('InvalidInput');
  });

  test('rule 6: a change is pending, then in sync and served', () => {
    const world = prod();
    change(world, create(record('a.example.com', '192.0.2.1')));
    pass(world, 60);
    const { ChangeInfo } = change(world, {
      Action: 'UPSERT',
      ResourceRecordSet: record('a.example.com', '192.0.2.2'),
    });
    const status = () => route53.GetChange(world, { Id: ChangeInfo.Id }).ChangeInfo.Status;
    expect(ChangeInfo.Id).toMatch(/^\/change\/C[A-Z0-9]{20}$/);
    expect([ChangeInfo.Status, status(), resolve(world, 'a.example.com')]).toEqual([
      'PENDING',
      'PENDING',
      '192.0.2.1',
    ]);
    pass(world, 60);
    expect([status(), resolve(world, 'a.example.com')]).toEqual(['INSYNC', '192.0.2.2']);
  });

  test('rules 7 and 8: the site is answered for by the recovery Region when its own has no healthy target', () => {
    const world = prod();
    expect(targetsHealthy(world, loadBalancerHost)).toBe(true);
    expect(resolve(world, 'Morpheus.example.com')).toBe(loadBalancerHost);
    takeSiteDown(world);
    expect(targetsHealthy(world, loadBalancerHost)).toBe(false);
    // The pilot light has no node either: then the primary is answered.
    expect(resolve(world, dns.name)).toBe(loadBalancerHost);
    standUpRecovery(world);
    expect(resolve(world, dns.name)).toBe(recovery.loadBalancerHost);
  });

  test('rule 9: weights share out the answers', () => {
    const world = prod();
    const weighted = (id: string, Weight: number, more: Partial<ResourceRecordSet> = {}) =>
      create(record('w.example.com', `192.0.2.${Weight}`, { SetIdentifier: id, Weight, ...more }));
    change(world, weighted('a', 10), weighted('b', 30, { HealthCheckId: siteHealthCheck }), weighted('c', 0));
    pass(world, 60);
    const answers = (chances: number[]) => chances.map((chance) => resolve(world, 'w.example.com', chance));
    expect(answers([0, 0.24, 0.26, 0.99])).toEqual(['192.0.2.10', '192.0.2.10', '192.0.2.30', '192.0.2.30']);
    const check = first(world.route53.healthChecks);
    check.healthy = false;
    expect(answers([0, 0.99])).toEqual(['192.0.2.10', '192.0.2.10']);
  });

  test('rule 10: an endpoint is down after three failed checks, and up after three good ones', () => {
    const world = prod();
    const { targets } = first(world.loadBalancing.targetGroups);
    standUpRecovery(world);
    pass(world, 3600);
    expect(isHealthy(world, siteHealthCheck)).toBe(true);
    takeSiteDown(world);
    pass(world, 59);
    expect(isHealthy(world, siteHealthCheck)).toBe(true);
    pass(world, 32);
    expect(isHealthy(world, siteHealthCheck)).toBe(false);
    first(world.loadBalancing.targetGroups).targets = targets;
    pass(world, 59);
    expect([isHealthy(world, siteHealthCheck), resolve(world, dns.name)]).toEqual([
      false,
      recovery.loadBalancerHost,
    ]);
    pass(world, 32);
    expect([isHealthy(world, siteHealthCheck), resolve(world, dns.name)]).toEqual([true, loadBalancerHost]);
  });

  test('rule 11: disabled, inverted, and checks of alarms and of checks', () => {
    const world = prod();
    const state = first(world.route53.healthChecks);
    state.healthy = false;
    const update = (input: object) =>
      route53.UpdateHealthCheck(world, { HealthCheckId: siteHealthCheck, ...input });
    update({ Disabled: true });
    expect(isHealthy(world, siteHealthCheck)).toBe(true);
    update({ Inverted: true });
    expect(isHealthy(world, siteHealthCheck)).toBe(false);
    update({ Disabled: false });
    expect(isHealthy(world, siteHealthCheck)).toBe(true);
    const add = (Id: string, config: object) =>
      world.route53.healthChecks.push({
        ...structuredClone(state),
        check: {
          ...structuredClone(state.check),
          Id,
          HealthCheckConfig: { Type: 'CALCULATED', RequestInterval: 30, FailureThreshold: 3, ...config },
        },
      });
    const alarm = first(world.cloudWatch.alarms);
    const AlarmIdentifier = { Region: 'us-east-1', Name: alarm.AlarmName };
    add('alarm', { Type: 'CLOUDWATCH_METRIC', AlarmIdentifier });
    add('both', { ChildHealthChecks: ['alarm', siteHealthCheck], HealthThreshold: 2 });
    alarm.StateValue = 'OK';
    expect([isHealthy(world, 'alarm'), isHealthy(world, 'both')]).toEqual([true, true]);
    alarm.StateValue = 'ALARM';
    expect([isHealthy(world, 'alarm'), isHealthy(world, 'both')]).toEqual([false, false]);
  });

  test('rule 12: the status is what the checkers saw last', () => {
    const world = prod();
    const statuses = () =>
      new Set(
        route53
          .GetHealthCheckStatus(world, { HealthCheckId: siteHealthCheck })
          .HealthCheckObservations.map(({ StatusReport }) => StatusReport.Status),
      );
    expect(statuses()).toEqual(new Set(['Success: HTTP Status Code 200, OK']));
    takeSiteDown(world);
    pass(world, 31);
    expect(statuses()).toEqual(new Set(['Failure: HTTP Status Code 503, Service Unavailable']));
    expect(isHealthy(world, siteHealthCheck)).toBe(true);
  });

  test('rule 13: an update needs the current version', () => {
    const world = prod();
    const update = (HealthCheckVersion: number) =>
      route53.UpdateHealthCheck(world, {
        HealthCheckId: siteHealthCheck,
        HealthCheckVersion,
        FailureThreshold: 5,
      });
    expect(update(1).HealthCheck).toMatchObject({
      HealthCheckVersion: 2,
      HealthCheckConfig: { FailureThreshold: 5, ResourcePath: '/health' },
    });
    expect(faultOf(() => update(1)).code).toBe('HealthCheckVersionMismatch');
    expect(route53.ListHealthChecks(world, {}).HealthChecks).toMatchObject([{ Id: siteHealthCheck }]);
  });

  test('rule 14: a test answers what the name leads to', () => {
    const world = prod();
    const events = world.random.events;
    const ask = (RecordName: string, RecordType: 'A' | 'NS' = 'A') =>
      route53.TestDNSAnswer(world, { HostedZoneId, RecordName, RecordType });
    const before = ask(dns.name);
    expect(before).toMatchObject({ ResponseCode: 'NOERROR', RecordType: 'A', Protocol: 'UDP' });
    expect(before.RecordData).toHaveLength(3);
    expect(ask('example.com', 'NS').RecordData).toHaveLength(4);
    expect(ask('none.example.com')).toMatchObject({ ResponseCode: 'NXDOMAIN', RecordData: [] });
    standUpRecovery(world);
    takeSiteDown(world);
    expect(ask(dns.name).RecordData).not.toEqual(before.RecordData);
    expect(world.random.events).toBe(events);
  });

  test('rule 15: what is unknown is refused', () => {
    const world = prod();
    expect(faultOf(() => route53.GetHostedZone(world, { Id: 'Z0NONE' }))).toEqual({
      code: 'NoSuchHostedZone',
      message: 'No hosted zone found with ID: Z0NONE',
    });
    expect(faultOf(() => route53.GetChange(world, { Id: 'C0NONE' })).code).toBe('NoSuchChange');
    expect(faultOf(() => route53.GetHealthCheck(world, { HealthCheckId: 'none' })).code).toBe(
      'NoSuchHealthCheck',
    );
    const set = record('a.example.com', '192.0.2.1', { HealthCheckId: 'none' });
    expect(faultOf(() => change(world, create(set))).code).toBe('NoSuchHealthCheck');
    expect(resolve(world, 'www.example.org')).toBeUndefined();
    expect(resolve(world, 'none.example.com')).toBeUndefined();
  });
});
