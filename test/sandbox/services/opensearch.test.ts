import { describe, expect, test } from 'vitest';
import { type Login, loginIn } from '../../../src/sandbox/morpheus-prod/login-in.ts';
import { search, secrets, securityGroups, subnetIds } from '../../../src/sandbox/morpheus-prod/names.ts';
import {
  connectToSearch,
  lastSnapshot,
  setSearchPassword,
} from '../../../src/sandbox/services/opensearch/connections.ts';
import { openSearchOperations } from '../../../src/sandbox/services/opensearch/index.ts';
import { accountOf, snapshot, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, passUntil, prod } from './stack.ts';

const aws = openSearchOperations;
const name = { DomainName: search.domain };
const login: Login = { user: search.user, password: 'A-password-of-tests-1' };
const bigger = { ...name, ClusterConfig: { InstanceType: 'r6g.xlarge.search' as const } };
const later = { ...name, SnapshotOptions: { AutomatedSnapshotStartHour: 5 } };

function stack(): World {
  const world = prod();
  setSearchPassword(world, search.host, login);
  return world;
}

const connect = (world: World, with_ = login) => connectToSearch(world, search.host, with_);
const status = (world: World, DomainName: string = search.domain) => {
  const { DomainStatus } = aws.DescribeDomain(world, { DomainName });
  if (DomainStatus === undefined) throw new Error('no status');
  return DomainStatus;
};
const untilActive = (world: World, DomainName?: string) =>
  passUntil(world, () => status(world, DomainName).Processing === false, { every: 30, atMost: 3 * 3600 });
const health = (world: World) => aws.DescribeDomainHealth(world, name);
const nodes = (world: World) => aws.DescribeDomainNodes(world, name).DomainNodesStatusList ?? [];
const progress = (world: World) => aws.DescribeDomainChangeProgress(world, name).ChangeProgressStatus;
const kindOf = (world: World, change: object) =>
  aws.UpdateDomainConfig(world, { ...name, ...change, DryRun: true }).DryRunResults?.DeploymentType;

const lose = (world: World, ...zones: string[]) => {
  world.faults = zones.map((zone) => ({ what: 'zone-outage', zone }));
};

describe('OpenSearch Service', () => {
  test('rule 1: unknown domains', () => {
    const world = stack();
    expect(faultOf(() => status(world, 'nothing'))).toEqual({
      code: 'ResourceNotFoundException',
      message: 'Domain not found: nothing',
    });
    expect(faultOf(() => status(world, 'Nothing')).message).toContain('regular expression pattern');
    expect(faultOf(() => status(world, search.arn)).message).toContain('less than or equal to 28');
    expect(
      aws.DescribeDomains(world, { DomainNames: ['nothing', search.domain] }).DomainStatusList,
    ).toMatchObject([
      {
        DomainName: 'morpheus-logs',
        EngineVersion: 'OpenSearch_2.5',
        Processing: false,
        DomainProcessingStatus: 'Active',
      },
    ]);
    expect(aws.DescribeDomains(world, { DomainNames: [] }).DomainStatusList).toEqual([]);
    expect(aws.ListDomainNames(world, {}).DomainNames).toEqual([{ ...name, EngineType: 'OpenSearch' }]);
    expect(aws.ListDomainNames(world, { EngineType: 'Elasticsearch' }).DomainNames).toEqual([]);
  });

  test('rules 2 and 3: health and nodes as zones are lost', () => {
    const world = stack();
    expect(health(world)).toMatchObject({
      DomainState: 'Active',
      ClusterHealth: 'Green',
      DataNodeCount: '3',
      AvailabilityZoneCount: '3',
      MasterNode: 'Available',
      TotalShards: '126',
      TotalUnAssignedShards: '0',
    });
    expect(nodes(world).map(({ NodeStatus }) => NodeStatus)).toEqual(['Active', 'Active', 'Active']);
    lose(world, 'us-east-1b');
    expect(health(world)).toMatchObject({
      ClusterHealth: 'Yellow',
      ActiveAvailabilityZoneCount: '2',
      TotalUnAssignedShards: '42',
    });
    expect(connect(world)).toEqual({ ok: true });
    expect(nodes(world)[1]).toMatchObject({ AvailabilityZone: 'us-east-1b', NodeStatus: 'NotAvailable' });
    lose(world, 'us-east-1a', 'us-east-1b');
    expect(health(world)).toMatchObject({ ClusterHealth: 'Red', MasterNode: 'UnAvailable' });
    expect(connect(world)).toHaveProperty('error', expect.stringContaining('503'));
  });

  test('rule 4: versions and where one may go from them', () => {
    const world = stack();
    expect(aws.ListVersions(world, {}).Versions).toContain('OpenSearch_2.5');
    const { CompatibleVersions } = aws.GetCompatibleVersions(world, name);
    const { SourceVersion, TargetVersions } = first(CompatibleVersions);
    expect(SourceVersion).toBe('OpenSearch_2.5');
    expect(TargetVersions).toContain('OpenSearch_2.7');
    expect(TargetVersions).not.toContain('OpenSearch_2.5');
    const all = aws.GetCompatibleVersions(world, {}).CompatibleVersions ?? [];
    const from = (version: string) => all.find((each) => each.SourceVersion === version)?.TargetVersions;
    expect(from('OpenSearch_1.3')).toContain('OpenSearch_2.19');
    expect(from('OpenSearch_1.2')).toEqual(['OpenSearch_1.3']);
  });

  test('rule 5: a change is shown until it is made', () => {
    const world = stack();
    const { DomainConfig } = aws.UpdateDomainConfig(world, bigger);
    expect(DomainConfig?.ClusterConfig).toMatchObject({
      Options: { InstanceType: 'r6g.xlarge.search', InstanceCount: 3 },
      Status: { State: 'Processing', UpdateVersion: 2 },
    });
    expect(DomainConfig?.EBSOptions?.Status?.State).toBe('Active');
    expect(status(world)).toMatchObject({
      Processing: true,
      DomainProcessingStatus: 'Modifying',
      ClusterConfig: { InstanceType: 'r6g.large.search' },
      ChangeProgressDetails: { ConfigChangeStatus: 'Validating', InitiatedBy: 'CUSTOMER' },
      ModifyingProperties: [
        {
          Name: 'ClusterConfig.InstanceType',
          ActiveValue: 'r6g.large.search',
          PendingValue: 'r6g.xlarge.search',
          ValueType: 'PLAIN_TEXT',
        },
      ],
    });
    expect(connect(world)).toEqual({ ok: true });
    untilActive(world);
    expect(status(world)).toMatchObject({
      ClusterConfig: { InstanceType: 'r6g.xlarge.search' },
      ModifyingProperties: [],
      ChangeProgressDetails: { ConfigChangeStatus: 'Completed' },
    });
    const after = aws.DescribeDomainConfig(world, name).DomainConfig?.ClusterConfig?.Status;
    expect(after).toMatchObject({ State: 'Active', UpdateVersion: 2 });
  });

  test('rule 6: which changes need new nodes', () => {
    const world = stack();
    const [audit] = [{ AUDIT_LOGS: { CloudWatchLogsLogGroupArn: 'arn:aws:logs:x', Enabled: true } }];
    const blueGreen = [
      { ClusterConfig: { InstanceType: 'r6g.xlarge.search' } },
      { ClusterConfig: { InstanceCount: 6 } },
      { ClusterConfig: { DedicatedMasterEnabled: true } },
      { EBSOptions: { EBSEnabled: true, VolumeSize: 100 } },
      { AdvancedOptions: { 'indices.fielddata.cache.size': '40' } },
      { VPCOptions: { SubnetIds: subnetIds, SecurityGroupIds: [securityGroups.app] } },
      { LogPublishingOptions: audit },
    ];
    for (const change of blueGreen) expect(kindOf(world, change)).toBe('Blue/Green');
    const dynamic = [
      { EBSOptions: { EBSEnabled: true, VolumeSize: 400 } },
      { AccessPolicies: '{}' },
      { SnapshotOptions: { AutomatedSnapshotStartHour: 5 } },
      { DomainEndpointOptions: { TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' } },
      {
        AdvancedSecurityOptions: {
          MasterUserOptions: { MasterUserName: 'a', MasterUserPassword: login.password },
        },
      },
    ];
    for (const change of dynamic) expect(kindOf(world, change)).toBe('DynamicUpdate');
  });

  test('rule 6: new nodes take tens of minutes, a change to the running ones takes minutes', () => {
    const took = (change: object) => {
      const world = stack();
      const begun = world.now.getTime();
      const before = nodes(world).map(({ NodeId }) => NodeId);
      aws.UpdateDomainConfig(world, { ...name, ...change });
      const counts = new Set<string | undefined>();
      passUntil(
        world,
        () => {
          counts.add(health(world).DataNodeCount);
          return status(world).Processing === false;
        },
        { every: 30 },
      );
      const same =
        nodes(world)
          .map(({ NodeId }) => NodeId)
          .join() === before.join();
      return { minutes: (world.now.getTime() - begun) / 60_000, counts: [...counts], same };
    };
    const blueGreen = took(bigger);
    expect(blueGreen.minutes).toBeGreaterThan(20);
    expect(blueGreen).toMatchObject({ counts: ['3', '6'], same: false });
    const dynamic = took(later);
    expect(dynamic.minutes).toBeLessThan(12);
    expect(dynamic).toMatchObject({ counts: ['3'], same: true });
  });

  test('rule 7: the stages of a change', () => {
    const world = stack();
    expect(progress(world)).toBeUndefined();
    aws.UpdateDomainConfig(world, bigger);
    const begun = progress(world);
    expect(begun).toMatchObject({
      Status: 'PROCESSING',
      TotalNumberOfStages: 8,
      PendingProperties: ['ClusterConfig'],
    });
    expect(begun?.ChangeProgressStages?.map(({ Status }) => Status).slice(0, 2)).toEqual([
      'PROCESSING',
      'PENDING',
    ]);
    expect(begun?.ChangeProgressStages?.[1]).not.toHaveProperty('LastUpdated');
    const ChangeId = begun?.ChangeId;
    untilActive(world);
    expect(progress(world)).toMatchObject({
      ChangeId,
      Status: 'COMPLETED',
      CompletedProperties: ['ClusterConfig'],
    });
    expect(progress(world)?.ChangeProgressStages?.every(({ Status }) => Status === 'COMPLETED')).toBe(true);
    expect(faultOf(() => aws.DescribeDomainChangeProgress(world, { ...name, ChangeId: 'x' })).code).toBe(
      'ValidationException',
    );
  });

  test('rule 8: one change at a time', () => {
    const world = stack();
    aws.UpdateDomainConfig(world, later);
    expect(faultOf(() => aws.UpdateDomainConfig(world, bigger))).toEqual({
      code: 'ValidationException',
      message:
        'A change/update is in progress. Please wait for it to complete before requesting another change.',
    });
    untilActive(world);
    expect(aws.UpdateDomainConfig(world, bigger)).toHaveProperty('DomainConfig');
  });

  test('rule 18: a domain has 80 instances at most', () => {
    const world = stack();
    for (const InstanceCount of [81, 100_000_000]) {
      const ClusterConfig = { InstanceCount };
      for (const ask of [
        () => aws.CreateDomain(world, { DomainName: 'large', ClusterConfig }),
        () => aws.UpdateDomainConfig(world, { ...name, ClusterConfig }),
      ])
        expect(faultOf(ask).code).toBe('LimitExceededException');
    }
    for (const InstanceCount of [0, -1, 1.5])
      expect(
        faultOf(() => aws.CreateDomain(world, { DomainName: 'none', ClusterConfig: { InstanceCount } })).code,
      ).toBe('ValidationException');
    expect(world.openSearch.domains.map(({ described }) => described.DomainName)).not.toContain('large');
  });

  test('rule 9: a dry run and a request for nothing change nothing', () => {
    const world = stack();
    const { DryRunResults } = aws.UpdateDomainConfig(world, { ...bigger, DryRun: true });
    expect(DryRunResults).toEqual({
      DeploymentType: 'Blue/Green',
      Message: 'This change will require a blue/green deployment.',
    });
    expect(kindOf(world, { SnapshotOptions: { AutomatedSnapshotStartHour: 0 } })).toBe('None');
    aws.UpdateDomainConfig(world, { ...name, SnapshotOptions: { AutomatedSnapshotStartHour: 0 } });
    expect(status(world).Processing).toBe(false);
  });

  test('rule 10: encryption and access control stay on, and instance types exist', () => {
    const world = stack();
    const code = (change: object) =>
      faultOf(() => aws.UpdateDomainConfig(world, { ...name, ...change })).code;
    expect(code({ EncryptionAtRestOptions: { Enabled: false } })).toBe('DisabledOperationException');
    expect(code({ AdvancedSecurityOptions: { Enabled: false } })).toBe('DisabledOperationException');
    expect(code({ ClusterConfig: { InstanceType: 'large' } })).toBe('InvalidTypeException');
  });

  test('rule 11: a software update', () => {
    const world = stack();
    const { NewVersion } = status(world).ServiceSoftwareOptions ?? {};
    expect(aws.StartServiceSoftwareUpdate(world, name).ServiceSoftwareOptions?.UpdateStatus).toBe(
      'IN_PROGRESS',
    );
    expect(status(world).DomainProcessingStatus).toBe('UpdatingServiceSoftware');
    untilActive(world);
    expect(status(world).ServiceSoftwareOptions).toMatchObject({
      CurrentVersion: NewVersion,
      UpdateAvailable: false,
      UpdateStatus: 'COMPLETED',
    });
    expect(faultOf(() => aws.StartServiceSoftwareUpdate(world, name)).code).toBe('ValidationException');
  });

  test('rules 12 and 13: a domain is made and deleted', () => {
    const world = stack();
    const order = {
      DomainName: 'second',
      EngineVersion: 'OpenSearch_2.19',
      ClusterConfig: {
        InstanceType: 'r6g.large.search' as const,
        InstanceCount: 3,
        ZoneAwarenessEnabled: true,
      },
      VPCOptions: { SubnetIds: subnetIds, SecurityGroupIds: [securityGroups.search] },
      AdvancedSecurityOptions: {
        Enabled: true,
        InternalUserDatabaseEnabled: true,
        MasterUserOptions: { MasterUserName: login.user, MasterUserPassword: login.password },
      },
    };
    expect(JSON.stringify(aws.CreateDomain(world, order))).not.toContain(login.password);
    expect(faultOf(() => aws.CreateDomain(world, order)).code).toBe('ResourceAlreadyExistsException');
    expect(status(world, 'second')).toMatchObject({ Processing: true, DomainProcessingStatus: 'Creating' });
    expect(status(world, 'second')).not.toHaveProperty('Endpoints');
    expect(aws.DescribeDomainHealth(world, { DomainName: 'second' }).ClusterHealth).toBe('NotAvailable');
    const begun = world.now.getTime();
    untilActive(world, 'second');
    expect(world.now.getTime() - begun).toBeGreaterThan(12 * 60_000);
    const host = status(world, 'second').Endpoints?.['vpc'] ?? '';
    expect(host).toMatch(/^vpc-second-[0-9a-f]{26}\.us-east-1\.es\.amazonaws\.com$/);
    expect(connectToSearch(world, host, login)).toEqual({ ok: true });

    aws.DeleteDomain(world, { DomainName: 'second' });
    expect(status(world, 'second')).toMatchObject({ Deleted: true, DomainProcessingStatus: 'Deleting' });
    expect(connectToSearch(world, host, login)).toHaveProperty('error');
    pass(world, 960);
    expect(faultOf(() => status(world, 'second')).code).toBe('ResourceNotFoundException');
    expect(faultOf(() => aws.CreateDomain(world, { ...order, EngineVersion: 'OpenSearch_9' })).code).toBe(
      'ValidationException',
    );
  });

  test('rule 14: the master user', () => {
    const world = stack();
    const next = { ...login, password: 'Another-password-2' };
    const change = (options: object) =>
      aws.UpdateDomainConfig(world, { ...name, AdvancedSecurityOptions: { MasterUserOptions: options } });
    const weak = faultOf(() => change({ MasterUserName: login.user, MasterUserPassword: 'onlylowercase' }));
    expect(weak.code).toBe('ValidationException');
    expect(weak.message).toContain('at least one uppercase letter');
    expect(weak.message).not.toContain('onlylowercase');
    expect(faultOf(() => change({ MasterUserName: login.user })).code).toBe('ValidationException');
    change({ MasterUserName: next.user, MasterUserPassword: next.password });
    expect(connect(world)).toEqual({ ok: true });
    expect(connect(world, next)).toHaveProperty('error');
    untilActive(world);
    expect(connect(world, next)).toEqual({ ok: true });
    expect(connect(world)).toEqual({ error: '401 Unauthorized' });
    expect(snapshot(accountOf(world))).not.toContain(next.password);
    expect(status(world).AdvancedSecurityOptions).not.toHaveProperty('MasterUserOptions');
  });

  test('rule 15: a password that is set in the domain itself holds at once', () => {
    const world = stack();
    const next = { ...login, password: 'other' };
    expect(connect(world, next)).toEqual({ error: '401 Unauthorized' });
    setSearchPassword(world, search.host, next);
    expect(connect(world, next)).toEqual({ ok: true });
    expect(connectToSearch(world, 'vpc-x.us-east-1.es.amazonaws.com', next)).toHaveProperty('error');
  });

  test('rule 15: the domain of the stack knows the password that the secret holds', () => {
    const world = prod();
    const known = loginIn(world, secrets.search.name);
    expect(Object.keys(first(world.openSearch.domains).logins)).toEqual(
      known === undefined ? [] : [known.user],
    );
    if (known !== undefined) expect(connect(world, known)).toEqual({ ok: true });
  });

  test('rule 16: the last snapshot is of this hour', () => {
    expect(lastSnapshot(stack()).toISOString()).toBe('2026-03-02T02:00:00.000Z');
  });

  test('rule 16: a domain that has been red for 36 hours has missed its snapshots, and its metric says so', () => {
    const world = stack();
    const failures = () =>
      world.cloudWatch.series[`AWS/ES AutomatedSnapshotFailure ${search.domain}`]?.samples.at(-1);
    const loseFor = (hours: number, ...zones: string[]) => {
      const from = new Date(world.now.getTime() - hours * 3_600_000);
      world.faults = zones.map((zone) => ({ what: 'zone-outage', zone, from }));
      pass(world, 120);
    };
    expect(failures()).toBe(0);
    loseFor(40, 'us-east-1a');
    expect(failures()).toBe(0);
    loseFor(35, 'us-east-1a', 'us-east-1b');
    expect(failures()).toBe(0);
    loseFor(36, 'us-east-1a', 'us-east-1b');
    expect(failures()).toBe(1);
  });

  test('rule 17: tags come and go', () => {
    const world = stack();
    const arn = { ARN: search.arn };
    aws.AddTags(world, { ...arn, TagList: [{ Key: 'Component', Value: 'logs' }] });
    aws.RemoveTags(world, { ...arn, TagKeys: ['Name', 'Project'] });
    expect(aws.ListTags(world, arn).TagList).toEqual([
      { Key: 'Environment', Value: 'prod' },
      { Key: 'Component', Value: 'logs' },
    ]);
    expect(faultOf(() => aws.ListTags(world, { ARN: 'arn:x' })).code).toBe('ValidationException');
  });
});
