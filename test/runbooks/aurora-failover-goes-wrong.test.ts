import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import { reportOf } from '../../src/reports/run-report.ts';
import { auroraFailover } from '../../src/runbooks/aurora-failover.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  leaving,
  type RunSetting,
  resumeFrom,
  rollBackFrom,
  runIn,
  type SandboxRun,
} from '../helpers/sandbox-run.ts';
import { worldAsLeft } from '../helpers/world-as-left.ts';

const setting = (more: Partial<RunSetting> = {}): RunSetting => ({
  runbook: auroraFailover,
  parameters: { baseline: '6s', ...more.parameters },
  operator: leaving,
  ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'parameters')),
});

const failOver = (more: Partial<RunSetting> = {}): Promise<SandboxRun> => runIn(setting(more));

const failureOf = ({ events }: SandboxRun) =>
  events.findLast(
    (event): event is Extract<RunEvent, { type: 'step-failed' }> => event.type === 'step-failed',
  );

function clusterOf({ world }: Sandbox) {
  const [cluster] = world.rds.clusters;
  if (cluster === undefined) throw new Error('The sandbox has no cluster');
  return cluster;
}

function memberOf(sandbox: Sandbox, index: number) {
  const member = clusterOf(sandbox).instances[index];
  if (member === undefined) throw new Error(`The cluster has no instance ${index}`);
  return member;
}

function addThirdMember(sandbox: Sandbox): void {
  const third = structuredClone(memberOf(sandbox, 1));
  Object.assign(third.instance, {
    DBInstanceIdentifier: 'morpheus-prod-3',
    AvailabilityZone: 'us-east-1c',
    PromotionTier: 3,
  });
  Object.assign(third.instance.Endpoint ?? {}, {
    Address: 'morpheus-prod-3.c7xk2p9q4r1s.us-east-1.rds.amazonaws.com',
  });
  clusterOf(sandbox).instances.push(third);
}

describe('what stands in the way is found before anything is changed', () => {
  test.each<[what: string, step: string, code: string, says: RegExp, more: Partial<RunSetting>]>([
    [
      'the cluster is gone',
      'cluster',
      'CLUSTER_MISSING',
      /morpheus-prod does not exist/,
      {
        prepare({ world }) {
          world.rds.clusters = [];
        },
      },
    ],
    [
      'the cluster is being modified',
      'cluster',
      'CLUSTER_NOT_WHOLE',
      /is modifying; one writer \(morpheus-prod-1\)/,
      {
        prepare(sandbox) {
          clusterOf(sandbox).cluster.Status = 'modifying';
        },
      },
    ],
    [
      'the reader is being rebooted',
      'cluster',
      'CLUSTER_NOT_WHOLE',
      /morpheus-prod-2 is rebooting/,
      {
        prepare(sandbox) {
          memberOf(sandbox, 1).instance.DBInstanceStatus = 'rebooting';
        },
      },
    ],
    [
      'the reader stands in the zone of the writer',
      'target',
      'NO_READER_ELSEWHERE',
      /morpheus-prod-2 reads in us-east-1a, available/,
      {
        prepare(sandbox) {
          memberOf(sandbox, 1).instance.AvailabilityZone = 'us-east-1a';
        },
      },
    ],
    [
      'the target is the writer',
      'target',
      'TARGET_NOT_PROMOTABLE',
      /morpheus-prod-1 is the writer already/,
      { parameters: { target: 'morpheus-prod-1' } },
    ],
    [
      'the target is no member',
      'target',
      'TARGET_NOT_PROMOTABLE',
      /morpheus-prod-9 is no member/,
      { parameters: { target: 'morpheus-prod-9' } },
    ],
    [
      'the last failover was minutes ago',
      'last-failover',
      'FAILOVER_TOO_RECENT',
      /failed over 10m ago .* asks for 1h/,
      {
        prepare({ world }) {
          world.rds.events.push({
            SourceIdentifier: 'morpheus-prod',
            SourceType: 'db-cluster',
            Message: 'Completed failover to DB instance: morpheus-prod-1',
            EventCategories: ['failover'],
            Date: new Date(world.now.getTime() - 600_000),
          });
        },
      },
    ],
    [
      'the backup window opens meanwhile',
      'nothing-due',
      'BACKUP_DUE',
      /backup window 02:15-02:45 UTC/,
      {
        prepare(sandbox) {
          clusterOf(sandbox).cluster.PreferredBackupWindow = '02:15-02:45';
        },
      },
    ],
    [
      'the maintenance window is open',
      'nothing-due',
      'MAINTENANCE_DUE',
      /mon:02:00-mon:02:30 UTC of morpheus-prod-2/,
      {
        prepare(sandbox) {
          memberOf(sandbox, 1).instance.PreferredMaintenanceWindow = 'mon:02:00-mon:02:30';
        },
      },
    ],
    [
      'a change waits',
      'nothing-due',
      'CHANGE_PENDING',
      /morpheus-prod-2 waits to change its DBInstanceClass/,
      {
        prepare(sandbox) {
          memberOf(sandbox, 1).instance.PendingModifiedValues = { DBInstanceClass: 'db.r6g.large' };
        },
      },
    ],
    [
      'the reader lags behind',
      'lag',
      'LAG_TOO_HIGH',
      /lagged behind by up to 9s .*lagLimit is 1s/,
      {
        prepare(sandbox) {
          sandbox.inject({ what: 'replica-lag', by: 9000 });
          sandbox.advanceTo(new Date(sandbox.world.now.getTime() + 240_000));
        },
      },
    ],
    [
      'a node is unhealthy',
      'users',
      'TARGETS_NOT_HEALTHY',
      /2 of 3 targets/,
      {
        environment: { alarms: { blocking: [], stop: [], success: [] } },
        prepare(sandbox) {
          sandbox.inject({ what: 'node-unhealthy', instance: 'i-0a4c1e7d90b3f2581' });
          sandbox.advanceTo(new Date(sandbox.world.now.getTime() + 60_000));
        },
      },
    ],
  ])('%s', async (_what, step, code, says, more) => {
    const run = await failOver(more);
    expect(run.end.outcome).toMatch(/^(failed|refused)$/);
    expect(failureOf(run)).toMatchObject({ step, error: { code, message: expect.stringMatching(says) } });
    expect(run.writes).toEqual([]);
  });

  test('a recent failover is no obstacle to who says why, and the reason is shown to whoever approves', async () => {
    let evidence: readonly { label: string; value: string }[] = [];
    const run = await failOver({
      parameters: { acknowledgeRecent: 'the first drill found a bug' },
      prepare({ world }) {
        world.rds.events.push({
          SourceIdentifier: 'morpheus-prod',
          SourceType: 'db-cluster',
          Message: 'Completed failover to DB instance: morpheus-prod-1',
          EventCategories: ['failover'],
          Date: new Date(world.now.getTime() - 600_000),
        });
      },
      observe(event) {
        if (event.type === 'approval-asked') evidence = event.evidence;
      },
    });
    expect(run.end.outcome).toBe('succeeded');
    expect(evidence).toContainEqual(
      expect.objectContaining({ label: 'Last failover', value: expect.stringContaining('found a bug') }),
    );
  });

  test('an application that is not steady: said so, before anything is done', async () => {
    const run = await failOver({
      prepare({ world }) {
        // One of three nodes holds connections to an instance that refuses writes.
        const [node] = Object.values(world.ec2.nodes);
        const { pool } = node?.application ?? {};
        if (node?.application !== undefined && pool !== undefined)
          node.application.pool = { ...pool, instance: 'morpheus-prod-2', readOnly: true };
      },
    });
    expect(failureOf(run)).toMatchObject({ step: 'steady', error: { code: 'APPLICATION_NOT_STEADY' } });
    expect(run.end.outcome).toBe('failed');
    expect(run.writes).toEqual([]);
  });

  test('what changed while the approval waited', async () => {
    const run = await failOver({
      observe(event, sandbox) {
        if (event.type === 'approval-given') clusterOf(sandbox).writer = 'morpheus-prod-2';
      },
    });
    expect(failureOf(run)).toMatchObject({ step: 'ready', error: { code: 'CLUSTER_CHANGED' } });
    expect(run.writes).toEqual([]);
  });
});

describe('a failover that is accepted and does not happen', () => {
  test('ends with what was seen; resumed, it tells when RDS gave up; nothing is left to undo', async () => {
    const run = await failOver({ scenario: 'failover-stuck' });
    expect(run.end.outcome).toBe('failed-with-changes');
    expect(failureOf(run)).toMatchObject({
      step: 'served',
      error: {
        code: 'FAILOVER_STUCK',
        message: expect.stringMatching(/accepted the failover .* morpheus-prod-1 still writes/),
        hint: expect.stringContaining('resume'),
      },
    });
    const resumed = await resumeFrom(run, setting());
    expect(failureOf(resumed)).toMatchObject({ error: { code: 'FAILOVER_FAILED' } });
    expect(resumed.writes).toEqual(['FailoverDBCluster']);
    const undone = await rollBackFrom(resumed, setting());
    expect(undone.end.outcome).toBe('rolled-back');
    expect(undone.writes).toEqual(['FailoverDBCluster']);
  });
});

test('another node than was asked for is promoted: said who writes, and a rollback brings the former one back', async () => {
  const run = await failOver({
    prepare(sandbox) {
      addThirdMember(sandbox);
      sandbox.inject({ what: 'failover-elsewhere', instance: 'morpheus-prod-3', lasts: 120_000 });
    },
  });
  expect(run.end.outcome).toBe('failed-with-changes');
  expect(failureOf(run)).toMatchObject({
    step: 'served',
    error: {
      code: 'ANOTHER_PROMOTED',
      message: expect.stringMatching(/^morpheus-prod-3 writes now, not morpheus-prod-2/),
    },
  });
  const later = new Date(run.sandbox.world.now.getTime() + 180_000);
  const undone = await rollBackFrom(run, setting({ wake: later }));
  expect(undone.end.outcome).toBe('rolled-back');
  expect(clusterOf(undone.sandbox).writer).toBe('morpheus-prod-1');
});

test('the reader does not come back: users are served, and it is said that nobody could take over now', async () => {
  const run = await failOver({ scenario: 'reader-lost', parameters: { timeout: '3m' } });
  expect(run.end.outcome).toBe('failed-with-changes');
  expect(failureOf(run)).toMatchObject({
    step: 'served',
    error: { code: 'MEMBER_NOT_BACK', message: expect.stringContaining('morpheus-prod-1 is rebooting') },
  });
});

test('the application stays broken: the lane is named, and how to recycle the pools', async () => {
  const run = await failOver({ scenario: 'pools-stay', parameters: { timeout: '4m' } });
  expect(run.end.outcome).toBe('failed-with-changes');
  expect(failureOf(run)).toMatchObject({
    step: 'served',
    error: {
      code: 'APPLICATION_NOT_BACK',
      message: expect.stringMatching(
        /the health URL (fails: 500|answers, not yet).*; 40 connections lead to morpheus-prod-1/,
      ),
      hint: expect.stringMatching(/1290.*runbook run rolling-update --env prod/),
    },
  });
});

test('a second failover by somebody else is noticed', async () => {
  const run = await failOver({ scenario: 'second-failover' });
  expect(run.end.outcome).toBe('failed-with-changes');
  expect(failureOf(run)).toMatchObject({
    step: 'served',
    error: { code: 'SECOND_FAILOVER', hint: expect.stringContaining('cloudtrail lookup-events') },
  });
  expect(run.writes).toEqual(['FailoverDBCluster']);
});

describe('the objective', () => {
  const outage = (run: SandboxRun) => reportOf(run.events).measures.find(({ step }) => step === 'outage');
  const database = (longestOutage: number) => ({
    components: {
      app: {
        type: 'auto-scaling-group' as const,
        group: 'morpheus-prod-app',
        targetGroup: 'morpheus-prod-app',
        healthUrl: 'https://morpheus.example.com/health',
      },
      database: {
        type: 'aurora-cluster' as const,
        cluster: 'morpheus-prod',
        lagLimit: 1000,
        failoverGap: 0,
        longestOutage,
      },
    },
  });

  test('met: exit code 0, and phases, objective and verdict as data', async () => {
    const run = await failOver();
    expect(run.end.outcome).toBe('succeeded');
    expect(outage(run)).toMatchObject({ objective: { atMost: 120_000 }, verdict: 'pass' });
    expect(reportOf(run.events).measures.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['detect', 'promote', 'dns', 'reconnect', 'healthy', 'whole']),
    );
  });

  test('missed', async () => {
    const run = await failOver({ environment: database(1000) });
    expect(run.end.outcome).toBe('failed-with-changes');
    expect(run.end.state.error?.code).toBe('OBJECTIVE_MISSED');
    expect(outage(run)?.verdict).toBe('fail');
  });

  test('straddled by what is known: nobody can tell, and that is no success', async () => {
    const { atLeast = 0, atMost = 0 } = outage(await failOver()) ?? {};
    const run = await failOver({ environment: database(Math.round((atLeast + atMost) / 2)) });
    expect(outage(run)?.verdict).toBe('cannot tell');
    expect(run.end.state.error?.code).toBe('OBJECTIVE_UNCERTAIN');
  });

  test('without a health URL nobody can tell either', async () => {
    const { components } = database(120_000);
    const { healthUrl: _, ...app } = components.app;
    const run = await failOver({ environment: { components: { ...components, app } } });
    expect(outage(run)).toMatchObject({ atLeast: 0, verdict: 'cannot tell' });
    expect(run.end.state.error?.code).toBe('OBJECTIVE_UNCERTAIN');
  });
});

test('the answer to the call is lost: the failover under way is adopted, and never asked for twice', async () => {
  const run = await failOver({
    prepare: (sandbox) => sandbox.inject({ what: 'answer-lost', operation: 'FailoverDBCluster', calls: [1] }),
  });
  expect(run.end.outcome).toBe('succeeded');
  expect(run.events).toContainEqual(
    expect.objectContaining({ type: 'step-succeeded', step: 'failover', applied: 'adopted' }),
  );
  expect(clusterOf(run.sandbox).writer).toBe('morpheus-prod-2');
});

test('described calls are throttled: it goes on, with wider intervals', async () => {
  const run = await failOver({
    prepare: (sandbox) =>
      sandbox.inject({ what: 'throttle', operation: 'DescribeDB*', from: 30_000, lasts: 15_000 }),
  });
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
  const { lanes } = reportOf(run.events);
  const missed = lanes.find(({ step, lane }) => step === 'served' && lane === 'RDS control plane')?.missed;
  expect(missed).toBeGreaterThan(0);
});

test('after a rollback the former writer writes, and the world is as it was', async () => {
  const run = await failOver();
  const undone = await rollBackFrom(run, setting());
  expect(undone.end.outcome).toBe('rolled-back');
  expect(debtsOf(undone.end.state)).toEqual([]);
  const before = await runIn(setting(), true);
  expect(await worldAsLeft(undone.world)).toEqual(await worldAsLeft(before.world));
});
