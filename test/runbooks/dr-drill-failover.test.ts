import { beforeAll, describe, expect, test } from 'vitest';
import { minutes } from '../../src/duration.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import type { ApprovalRequest } from '../../src/engine/step.ts';
import { drDrill } from '../../src/runbooks/dr-drill.ts';
import { leadingTo } from '../../src/runbooks/parts/switch-traffic.ts';
import { dns, nodeIds, recovery } from '../../src/sandbox/morpheus-prod/names.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { fileSystems } from '../../src/sandbox/services/efs/find.ts';
import { resolve } from '../../src/sandbox/services/route-53/resolve.ts';
import { parameterOperations } from '../../src/sandbox/services/ssm/parameter-operations.ts';
import { accountOf, snapshot } from '../../src/sandbox/world.ts';
import { recoveryWorld, smallStack } from '../helpers/drill-environment.ts';
import {
  leaving,
  type RunSetting,
  resumeFrom,
  rollBackFrom,
  runIn,
  type SandboxRun,
  yes,
} from '../helpers/sandbox-run.ts';

const small = smallStack('files');
const dnsOfStack = {
  zone: dns.zoneId,
  name: dns.name,
  routing: 'failover' as const,
  home: 'primary',
  recovery: 'secondary',
};
const withDns = {
  ...small.environment,
  ...(small.environment.recovery && { recovery: { ...small.environment.recovery, dns: dnsOfStack } }),
};

const failover: RunSetting = {
  runbook: drDrill,
  parameters: { mode: 'failover' },
  ...small,
  environment: withDns,
  keepMoments: true,
};

const leadsTo = ({ sandbox }: SandboxRun) => resolve(sandbox.world, dns.name);

describe('a failover', () => {
  const asked: ApprovalRequest[] = [];
  let run: SandboxRun;

  beforeAll(async () => {
    run = await runIn({
      ...failover,
      operator: {
        ...yes,
        async approve(request) {
          asked.push(request);
          return { approved: true, by: 'tester', reason: 'a test' };
        },
      },
    });
  });

  test('asks for the name of the environment and the word', () => {
    expect(asked).toMatchObject([{ typeToConfirm: 'prod failover', mustBeTyped: true }]);
  });

  test('sends users to the recovery Region, tears nothing down, and lists what stays', () => {
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(leadsTo(run)).toBe(recovery.loadBalancerHost);
    const { steps } = run.end.state;
    expect([...steps.keys()]).not.toContain('tear-down');
    expect(steps.get('in-place')?.summary).toMatch(/node i-\w+, .*file system fs-/);
    expect(fileSystems(recoveryWorld(run.sandbox))).toHaveLength(1);
  });

  test('writes its parameters where nodes always look, and no tag that sends them elsewhere', () => {
    const there = recoveryWorld(run.sandbox);
    expect(there.systemsManager.parameters.map(({ Name }) => Name)).toContain('/morpheus/prod/files/id');
    const tags = there.autoScaling.fleets[0]?.group.Tags?.map(({ Key }) => Key) ?? [];
    expect(tags).not.toContain('morpheus:parameters');
    expect(tags).toContain('runbook:serves-users');
    expect(tags).not.toContain('runbook:expires');
  });

  test('is over when users arrive: that counts, and is on the critical path', () => {
    const { steps } = run.end.state;
    expect(steps.get('critical-path')?.summary).toContain('sending users there');
    const arrived = steps.get(`traffic/${dns.name}/arrived`)?.endedAt ?? '';
    const declared = steps.get('declared')?.output as { at: string };
    expect(steps.get('rto')?.measured?.value).toBe(Date.parse(arrived) - Date.parse(declared.at));
  });

  test('undone, it sends users home where production serves, and touches nothing that they wrote', async () => {
    const undone = await rollBackFrom(run, failover);
    expect(undone.end.outcome).toBe('rollback-failed');
    expect(undone.end.state.error).toMatchObject({
      code: 'CANNOT_UNDO',
      message: expect.stringContaining('what they wrote there since is there alone'),
    });
    undone.sandbox.advanceTo(new Date(undone.sandbox.world.now.getTime() + minutes(2)));
    expect(leadsTo(undone)).not.toBe(recovery.loadBalancerHost);
    expect(fileSystems(recoveryWorld(undone.sandbox))).toHaveLength(1);
    expect(debtsOf(undone.end.state).length).toBeGreaterThan(3);
  });

  test('undone while production is down, it leaves users where they are served', async () => {
    const down = await openSandbox({ stored: run.world });
    for (const instance of nodeIds) down.inject({ what: 'node-unhealthy', instance });
    down.advanceTo(new Date(down.world.now.getTime() + minutes(2)));
    const undone = await rollBackFrom({ ...run, world: snapshot(accountOf(down.world)) }, failover);
    expect(undone.end.outcome).toBe('rollback-failed');
    expect(undone.end.state.error?.code).toBe('HOME_DOES_NOT_SERVE');
    expect(leadsTo(undone)).toBe(recovery.loadBalancerHost);
  });

  test('stopped around the switch and resumed, it switches once', async () => {
    const around = run.moments.filter(({ events }) => {
      const last = events.at(-1);
      return last !== undefined && 'step' in last && /^traffic\/.*\/(hand-over|switch)$/.test(last.step);
    });
    expect(around.length).toBeGreaterThan(6);
    for (const moment of around) {
      const resumed = await resumeFrom(moment, failover);
      const where = JSON.stringify(moment.events.at(-1));
      expect(resumed.end.outcome, where).toBe('succeeded');
      const switches = resumed.writes.filter((write) => write === 'ChangeResourceRecordSets');
      expect(switches, where).toHaveLength(1);
      expect(leadsTo(resumed), where).toBe(recovery.loadBalancerHost);
    }
  });
});

test('fails over although nothing in the home Region answers any more', async () => {
  const silent = ['sts', 'ssm', 'auto-scaling', 'rds', 'efs', 'ec2', 'backup', 'kms', 'secrets-manager'];
  const run = await runIn({
    ...failover,
    keepMoments: false,
    prepare(sandbox) {
      small.prepare(sandbox);
      for (const service of silent) sandbox.inject({ what: '503', service, region: 'us-east-1' });
    },
  });
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
  expect(leadsTo(run)).toBe(recovery.loadBalancerHost);
});

test('a dry run of the whole of it makes every read and no write', async () => {
  const rehearsed = await runIn({ runbook: drDrill, parameters: { mode: 'failover' } }, true);
  expect(rehearsed.end.outcome, JSON.stringify(rehearsed.end.state.error)).toBe('succeeded');
  expect(rehearsed.writes).toEqual([]);
});

describe('what stands there from before', () => {
  test('the tag of an earlier failover hands nothing over: undone, this one deletes nothing that users wrote', async () => {
    const again: RunSetting = {
      ...failover,
      keepMoments: false,
      prepare(sandbox) {
        small.prepare(sandbox);
        const [fleet] = recoveryWorld(sandbox).autoScaling.fleets;
        fleet?.group.Tags?.push({ Key: 'runbook:serves-users', Value: 'yes', PropagateAtLaunch: false });
      },
    };
    const run = await runIn(again);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    const undone = await rollBackFrom(run, again);
    expect(undone.end.state.error?.code).toBe('CANNOT_UNDO');
    expect(fileSystems(recoveryWorld(undone.sandbox))).toHaveLength(1);
  });

  test('a parameter that nodes read has its value again, also after a kill right behind the call', async () => {
    const name = '/morpheus/prod/files/id';
    const before = 'fs-of-an-earlier-time';
    const overwriting: RunSetting = {
      ...failover,
      prepare(sandbox) {
        small.prepare(sandbox);
        parameterOperations.PutParameter(recoveryWorld(sandbox), {
          Name: name,
          Type: 'String',
          Value: before,
          Overwrite: true,
        });
      },
    };
    const run = await runIn(overwriting);
    const behind = run.moments.find(({ events }) => {
      const last = events.at(-1);
      return (
        last?.type === 'aws-called' && last.operation === 'PutParameter' && last.step.endsWith('/parameter')
      );
    });
    if (behind === undefined) throw new Error('the parameter was not written');
    const undone = await rollBackFrom(behind, overwriting);
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    const left = recoveryWorld(undone.sandbox).systemsManager.parameters.find(({ Name }) => Name === name);
    expect(left?.Value).toBe(before);
  });

  test('a record that is missing: users are not sent where nothing leads, and it is said', async () => {
    const run = await runIn({
      ...failover,
      keepMoments: false,
      operator: leaving,
      observe(event, { world }) {
        if (event.type !== 'step-succeeded' || event.step !== `traffic/${dns.name}/hand-over`) return;
        for (const zone of world.route53.zones)
          zone.records = zone.records.filter(({ SetIdentifier }) => SetIdentifier !== 'secondary');
      },
    });
    expect(run.end.state.error?.code).toBe('RECORD_MISSING');
    expect(run.writes).not.toContain('ChangeResourceRecordSets');
  });
});

describe('record sets', () => {
  const set = (SetIdentifier: string, more: object) => ({
    Name: 'x.example.com.',
    Type: 'A' as const,
    SetIdentifier,
    ...more,
  });
  const routing = (policy: 'failover' | 'weighted') => ({ policy, home: 'one', recovery: 'two' });

  test('of a failover pair change their parts, the primary first out of the way', () => {
    const sets = [
      set('one', { Failover: 'PRIMARY', HealthCheckId: 'h' }),
      set('two', { Failover: 'SECONDARY' }),
    ];
    expect(leadingTo('recovery', sets, routing('failover'))).toEqual([
      { action: 'DELETE', set: sets[1] },
      { action: 'DELETE', set: sets[0] },
      { action: 'CREATE', set: set('two', { Failover: 'PRIMARY' }) },
      { action: 'CREATE', set: set('one', { Failover: 'SECONDARY', HealthCheckId: 'h' }) },
    ]);
    expect(leadingTo('home', sets, routing('failover'))).toEqual([]);
  });

  test('with weights get all or nothing', () => {
    const sets = [set('one', { Weight: 100 }), set('two', { Weight: 0 }), set('three', { Weight: 7 })];
    expect(leadingTo('recovery', sets, routing('weighted'))).toEqual([
      { action: 'UPSERT', set: set('two', { Weight: 100 }) },
      { action: 'UPSERT', set: set('one', { Weight: 0 }) },
    ]);
    expect(leadingTo('home', sets, routing('weighted'))).toEqual([]);
  });
});
