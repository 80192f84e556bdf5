import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/engine/finding.ts';
import { type Environment, environmentSchema } from '../../../src/environment.ts';
import { UsageError } from '../../../src/errors.ts';
import { secretFinding } from '../../../src/runbooks/parts/recovery-evaluation-configuration.ts';
import {
  certificateFindings,
  recordFindings,
} from '../../../src/runbooks/parts/recovery-evaluation-entrance.ts';
import { imageFindings, typeFindings } from '../../../src/runbooks/parts/recovery-evaluation-nodes.ts';
import { permissionFindings } from '../../../src/runbooks/parts/recovery-evaluation-permissions.ts';
import {
  addressesNeeded,
  configurationFinding,
  domainFindings,
  subnetFindings,
} from '../../../src/runbooks/parts/recovery-evaluation-places.ts';
import { quotaFinding } from '../../../src/runbooks/parts/recovery-evaluation-quotas.ts';
import { databasePlace, recoveryPlan } from '../../../src/runbooks/parts/recovery-plan.ts';
import { morpheusProdEnvironment } from '../../../src/sandbox/morpheus-prod.ts';

const prod: Environment = { name: 'prod', ...environmentSchema.parse(morpheusProdEnvironment) };
const plan = recoveryPlan(prod);
const verdicts = (findings: readonly Finding[]) => findings.map(({ verdict }) => verdict);
const refusalOf = (environment: Environment) => {
  try {
    recoveryPlan(environment);
  } catch (error) {
    if (error instanceof UsageError) return error.code;
    throw error;
  }
  return undefined;
};

describe('the plan', () => {
  test('asks once for what a restore test uses as well', () => {
    const [database] = plan.databases;
    expect(database && databasePlace(database)).toEqual({
      subnetGroup: 'morpheus-prod-recovery',
      parameterGroup: 'morpheus-prod-aurora-mysql8',
      securityGroups: ['sg-0c3d5e7f90b123456'],
      instanceClasses: ['db.r5.xlarge', 'db.r6g.xlarge'],
    });
  });

  test('is refused where nothing says what is prepared, where, or how a database is restored', () => {
    const { app, database, ...others } = prod.components;
    if (database?.type !== 'aurora-cluster' || app === undefined) throw new Error('no database');
    expect(refusalOf({ ...prod, recovery: undefined })).toBe('RECOVERY_NOT_CONFIGURED');
    expect(refusalOf({ ...prod, recoveryRegion: undefined })).toBe('RECOVERY_REGION_MISSING');
    expect(refusalOf({ ...prod, components: others })).toBe('RECOVERY_NOT_CONFIGURED');
    const bare = { ...database, backup: undefined };
    expect(refusalOf({ ...prod, components: { app, database: bare } })).toBe('RECOVERY_NOT_CONFIGURED');
  });
});

test('an image is compared with that of production by when it was made', () => {
  const at = (CreationDate: string, Name = 'one') => ({
    ImageId: 'ami-1',
    State: 'available' as const,
    CreationDate,
    Name,
  });
  const seen = { id: 'ami-1', region: 'us-west-2', homeRegion: 'us-east-1' };
  const old = at('2026-01-01T00:00:00.000Z');
  const young = at('2026-01-08T00:00:00.000Z', 'two');
  expect(verdicts(imageFindings({ ...seen, image: young, home: { answer: old } }))).toEqual(['pass', 'pass']);
  const [, release] = imageFindings({ ...seen, image: old, home: { answer: young } });
  expect(release).toMatchObject({ verdict: 'fail', fact: expect.stringContaining('7 days older') });
  expect(verdicts(imageFindings({ ...seen, image: old, home: { silent: 'lost' } }))).toEqual([
    'pass',
    'warn',
  ]);
  expect(verdicts(imageFindings({ ...seen, image: old, home: { answer: undefined } }))).toEqual([
    'pass',
    'warn',
  ]);
  expect(
    verdicts(imageFindings({ ...seen, image: { ...old, State: 'pending' }, home: { answer: old } })),
  ).toEqual(['fail']);
  expect(verdicts(imageFindings({ ...seen, image: undefined, home: { answer: old } }))).toEqual(['fail']);
});

test('only the first instance type must be offered, and best in every zone', () => {
  const offers = (type: string, zones: string) =>
    zones.split('').map((Location) => ({ InstanceType: type, Location }));
  const found = typeFindings(['m5', 'm6', 'm7'], ['a', 'b'], [...offers('m5', 'a'), ...offers('m6', 'ab')]);
  expect(verdicts(found)).toEqual(['warn', 'pass', 'warn']);
  expect(verdicts(typeFindings(['m5'], ['a', 'b'], offers('m6', 'ab')))).toEqual(['fail']);
});

test('a quota leaves room for exactly as much as is needed, or fails', () => {
  const seen = { subject: 'vCPUs', needed: 12, raise: 'raise it' };
  expect(quotaFinding({ ...seen, used: 4, quota: 16 }).verdict).toBe('pass');
  expect(quotaFinding({ ...seen, used: 5, quota: 16 }).verdict).toBe('fail');
  expect(quotaFinding({ ...seen, used: 0, quota: undefined }).verdict).toBe('warn');
});

test('a subnet has addresses for all that may come up in it', () => {
  const [id = ''] = plan.stack.network.subnets;
  // Three nodes, a database, a mount target, a node of the broker, and three addresses for the data node of this zone.
  expect(addressesNeeded(plan, id)).toBe(9);
  expect(addressesNeeded(plan, 'subnet-00')).toBe(0);
  const free = (count: number) =>
    plan.stack.network.subnets.map((SubnetId) => ({ SubnetId, AvailableIpAddressCount: count }));
  expect(verdicts(subnetFindings(plan, free(9)))).toEqual(['pass', 'pass', 'pass', 'pass']);
  expect(verdicts(subnetFindings(plan, free(8)))).toEqual(['pass', 'fail', 'fail', 'fail']);
  expect(subnetFindings(plan, [])).toMatchObject([
    { verdict: 'fail', fact: expect.stringContaining('is not there') },
  ]);
});

test('a broker takes a configuration of its own version', () => {
  const of = (isFor: string | undefined) =>
    configurationFinding('x', { id: 'c-1', isFor, engineVersion: '3.13', region: 'us-west-2' }).verdict;
  expect([of('3.13'), of('3.13.7'), of('3.10'), of(undefined)]).toEqual(['pass', 'pass', 'fail', 'fail']);
});

test('a search domain has a subnet and a node for each zone', () => {
  const of = (more: object) =>
    verdicts(
      domainFindings({
        ...plan,
        searches: plan.searches.map((search) => ({ ...search, recovery: { ...search.recovery, ...more } })),
      }),
    );
  expect(of({})).toEqual([]);
  expect(of({ subnets: ['subnet-1', 'subnet-2'] })).toEqual(['fail']);
  expect(of({ instanceCount: 2 })).toEqual(['fail']);
  expect(of({ instanceCount: 2, zones: 2 })).toEqual([]);
});

test('a secret is a replica that is in sync', () => {
  const current = (id: string) => ({ VersionIdsToStages: { [id]: ['AWSCURRENT'], old: ['AWSPREVIOUS'] } });
  const replicas = (Status: 'InSync' | 'InProgress') => ({
    ReplicationStatus: [{ Region: 'us-west-2', Status }],
  });
  const seen = { secret: 'queue', region: 'us-west-2' };
  const of = (replica: object | undefined, answer: object | undefined) =>
    secretFinding({ ...seen, replica, home: { answer } }).verdict;
  expect(of(current('a'), { ...current('a'), ...replicas('InSync') })).toBe('pass');
  expect(of(current('a'), { ...current('b'), ...replicas('InSync') })).toBe('fail');
  expect(of(current('a'), { ...current('a'), ...replicas('InProgress') })).toBe('fail');
  expect(of(current('a'), current('a'))).toBe('fail');
  expect(of({ VersionIdsToStages: {} }, current('a'))).toBe('fail');
  expect(of({ ...current('a'), DeletedDate: new Date(0) }, current('a'))).toBe('fail');
  expect(secretFinding({ ...seen, replica: current('a'), home: { silent: 'lost' } }).verdict).toBe('warn');
});

test('a certificate is issued, covers the names, and has time left', () => {
  const now = new Date('2026-03-02T00:00:00Z');
  const ending = (days: number) => new Date(now.getTime() + days * 86_400_000);
  const of = (certificate: object | undefined, names = ['morpheus.example.com']) =>
    certificateFindings({
      arn: 'arn',
      certificate,
      names,
      listeners: [{ Certificates: [{ CertificateArn: 'arn' }] }],
      now,
      region: 'us-west-2',
    })[0];
  const good = { Status: 'ISSUED', NotAfter: ending(90), SubjectAlternativeNames: ['*.example.com'] };
  expect(of(good)?.verdict).toBe('pass');
  expect(of(good, ['example.com'])?.verdict).toBe('fail');
  expect(of(good, ['a.b.example.com'])?.verdict).toBe('fail');
  expect(of({ ...good, NotAfter: ending(29) })?.verdict).toBe('warn');
  expect(of({ ...good, RenewalSummary: { RenewalStatus: 'FAILED' } })?.verdict).toBe('warn');
  expect(of({ ...good, RenewalSummary: { RenewalStatus: 'PENDING_VALIDATION' } })?.verdict).toBe('warn');
  expect(of({ ...good, NotAfter: ending(-1) })?.fact).toContain('past its end');
  expect(of({ ...good, Status: 'PENDING_VALIDATION', NotAfter: undefined })?.fact).toBe(
    'it is PENDING_VALIDATION',
  );
  expect(of(undefined)?.verdict).toBe('fail');
});

test('a certificate beside the default one of a listener is in use as well', () => {
  const seen = {
    arn: 'arn',
    certificate: { Status: 'ISSUED' as const, InUseBy: ['balancer'] },
    names: [],
    now: new Date(),
    region: 'us-west-2',
  };
  const of = (LoadBalancerArn: string) =>
    certificateFindings({ ...seen, listeners: [{ LoadBalancerArn }] })[1]?.verdict;
  expect(of('balancer')).toBe('pass');
  expect(of('another')).toBe('fail');
});

test('the records are those that a failover switches', () => {
  const { dns } = plan.stack;
  if (dns === undefined) throw new Error('no records');
  const record = (SetIdentifier: string, more: object) => ({
    Name: 'x',
    Type: 'A' as const,
    SetIdentifier,
    ...more,
  });
  const alias = (host: string) => ({
    AliasTarget: { HostedZoneId: 'Z', DNSName: `dualstack.${host}.`, EvaluateTargetHealth: true },
  });
  const balancers = new Set(['there.elb']);
  const pair = [
    record('primary', { Failover: 'PRIMARY', ...alias('here.elb') }),
    record('secondary', { Failover: 'SECONDARY', ...alias('There.elb') }),
  ];
  const of = (records: object[] | undefined, more: object = {}) =>
    verdicts(
      recordFindings({ dns: { ...dns, ...more }, records: records as never, balancers, isChecked: false }),
    );
  expect(of(pair)).toEqual(['pass', 'pass', 'pass']);
  const plain = (more: object) => record('secondary', { ResourceRecords: [{ Value: 'there.elb' }], ...more });
  expect(of([...pair.slice(0, 1), plain({ Failover: 'SECONDARY' })])).toEqual([
    'pass',
    'pass',
    'fail',
    'pass',
  ]);
  expect(of([...pair.slice(0, 1), plain({ Failover: 'SECONDARY', HealthCheckId: 'h' })])).not.toContain(
    'fail',
  );
  expect(of(pair.slice(1))).toEqual(['fail']);
  expect(of(pair, { routing: 'weighted' })).toEqual(['fail']);
  expect(of(undefined)).toEqual(['fail']);
  expect(
    of([...pair.slice(0, 1), record('secondary', { Failover: 'SECONDARY', ...alias('old.elb') })]),
  ).toEqual(['pass', 'fail', 'pass']);
});

test('a denial says who denies', () => {
  const of = (more: object) =>
    permissionFindings('arn', [
      { EvalActionName: 'rds:X', EvalDecision: 'implicitDeny', ...more } as never,
    ])[0];
  expect(of({ EvalDecision: 'allowed' })?.verdict).toBe('pass');
  expect(of({})).toMatchObject({
    verdict: 'fail',
    subject: 'rds:X',
    fact: 'no policy allows it on every resource',
  });
  expect(of({ EvalDecision: 'explicitDeny' })?.fact).toBe('a policy denies it');
  expect(of({ OrganizationsDecisionDetail: { AllowedByOrganizations: false } })?.fact).toMatch(
    /organization/,
  );
  expect(of({ MissingContextValues: ['aws:sourceip'] })).toMatchObject({
    verdict: 'warn',
    fact: expect.stringContaining('aws:sourceip'),
  });
});
