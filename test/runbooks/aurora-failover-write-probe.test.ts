import { describe, expect, test } from 'vitest';
import { environmentSchema } from '../../src/environment.ts';
import { reportOf } from '../../src/reports/run-report.ts';
import { auroraFailover } from '../../src/runbooks/aurora-failover.ts';
import type { ProbeAnswer } from '../../src/runbooks/parts/write-probe-answer.ts';
import { nodeIds } from '../../src/sandbox/morpheus-prod/names.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  leaving,
  type RunSetting,
  resumeFrom,
  rollBackFrom,
  runIn,
  type SandboxRun,
} from '../helpers/sandbox-run.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

const withProbe = (lasts: string) =>
  environmentSchema.parse({
    ...morpheusProdEnvironment,
    components: {
      ...morpheusProdEnvironment.components,
      database: {
        ...morpheusProdEnvironment.components.database,
        writeProbe: { command: 'morpheus-ctl db-watch --every 1s --for {seconds}s', lasts },
      },
    },
  }).components;

const components = withProbe('4m');

const probed = (more: Partial<RunSetting> = {}): RunSetting => ({
  runbook: auroraFailover,
  parameters: { baseline: '5s', steadyFor: '20s' },
  environment: { components },
  operator: leaving,
  ...more,
});

function outputOf<Output>({ events }: SandboxRun, step: string): Output {
  const done = events.findLast((event) => event.type === 'step-succeeded' && event.step === step);
  if (done?.type !== 'step-succeeded') throw new Error(`${step} did not succeed`);
  return done.output as Output;
}

const stays = [...nodeIds].sort()[0] ?? '';

const answerOf = (run: SandboxRun) => outputOf<ProbeAnswer>(run, 'write-probe-answer');
const measureOf = (run: SandboxRun, id: string) =>
  reportOf(run.events).measures.find(({ step }) => step === id);

standardRunbookTests('aurora-failover with a write probe', {
  runbook: auroraFailover,
  parameters: { baseline: '5s', steadyFor: '5s', every: '15s' },
  // Few looks, here as well.
  environment: { components: withProbe('1m') },
});

test('not configured: nothing is sent, and every step says so', async () => {
  const run = await runIn(probed({ environment: {} }));
  expect(run.end.outcome).toBe('succeeded');
  expect(run.writes).toEqual(['FailoverDBCluster']);
  expect(answerOf(run).notObserved).toBe('components.database.writeProbe is not configured');
  expect(measureOf(run, 'pooled-writes')?.missing).toBe('components.database.writeProbe is not configured');
});

describe('configured', () => {
  /** Milliseconds since RDS began: the pool that a node has now can write, and so can a new connection where the name leads. */
  const truthOf = ({ world }: Sandbox, id: string) => {
    const { events, clusters } = world.rds;
    const begun =
      events.findLast(({ Message }) => Message.startsWith('Started'))?.Date.getTime() ?? Number.NaN;
    const promoted = events.findLast(
      ({ SourceIdentifier, Message }) =>
        SourceIdentifier === 'morpheus-prod-2' && Message.startsWith('DB instance restarted'),
    );
    const moved = clusters[0]?.endpoint.next?.from.getTime() ?? Number.NaN;
    return {
      pooled: (world.ec2.nodes[id]?.application?.pool?.opened.getTime() ?? Number.NaN) - begun,
      fresh: Math.max(promoted?.Date.getTime() ?? Number.NaN, moved) - begun,
    };
  };

  test('what really happened lies inside the intervals of every node, over several seeds', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const run = await runIn(
        probed({
          prepare({ world }) {
            world.random.events = seed * 7919;
            world.random.calls = seed * 104_729;
          },
        }),
      );
      expect(run.end.state.error, `seed ${seed}`).toBeUndefined();
      expect(run.writes).toEqual(['SendCommand', 'FailoverDBCluster']);
      const { from, until } = outputOf<{ from: string; until: string }>(run, 'failover');
      const { nodes, lastBack } = answerOf(run);
      expect(nodes.map(({ node }) => node)).toEqual([...nodeIds].sort());
      expect(lastBack.length).toBeGreaterThan(0);
      const call = Date.parse(until) - Date.parse(from);
      for (const { node, ...told } of nodes) {
        const truth = truthOf(run.sandbox, node);
        for (const way of ['fresh', 'pooled'] as const) {
          const where = `seed ${seed}: ${way} on ${node}`;
          const { atLeast, atMost = Number.NaN, failed, last } = told[way] ?? { atLeast: Number.NaN };
          expect(truth[way], where).toBeGreaterThanOrEqual(atLeast);
          expect(truth[way], where).toBeLessThanOrEqual(atMost);
          expect(failed, where).toBeGreaterThan(0);
          expect(last, where).toBe('ok');
          // Two tries, the skew of the clocks to both sides, and the time that the call took.
          expect(atMost - atLeast, where).toBeLessThanOrEqual(2 * 1_000 + 2 * 1_000 + call);
        }
      }
      const slowest = Math.max(...nodes.map(({ pooled }) => pooled?.atMost ?? Number.NaN));
      expect(measureOf(run, 'pooled-writes')?.atMost).toBe(slowest);
    }
  });

  test('a pool that stays: its node is named, fresh writes work there, and the run fails', async () => {
    const { app, database } = components;
    if (app?.type !== 'auto-scaling-group' || database?.type !== 'aurora-cluster')
      throw new Error('no such part');
    const { healthUrl: _, ...unwatched } = app;
    const { longestOutage: __, ...unpromised } = database;
    const run = await runIn(
      probed({
        environment: { components: { ...components, app: unwatched, database: unpromised } },
        prepare: (sandbox) => sandbox.inject({ what: 'pool-stays', share: 0.3 }),
      }),
    );
    expect(run.end.state.error).toMatchObject({ code: 'POOLS_NOT_BACK' });
    expect(run.end.state.error?.message).toContain(stays);
    const told = answerOf(run).nodes.find(({ node }) => node === stays);
    expect(told?.pooled).toMatchObject({ last: '1290' });
    expect(told?.pooled?.atMost).toBeUndefined();
    expect(told?.fresh).toMatchObject({ last: 'ok', atMost: expect.any(Number) });
    expect(answerOf(run).lastBack).toEqual(['pooled writes']);
    const others = answerOf(run).nodes.filter(({ node }) => node !== stays);
    expect(others.map(({ pooled }) => pooled?.last)).toEqual(['ok', 'ok']);
    expect(measureOf(run, 'pooled-writes')?.atMost).toBeUndefined();
  });

  test('a pool that stays where the health URL finds it: the run waits in vain, and its message names the node', async () => {
    const run = await runIn(
      probed({ prepare: (sandbox) => sandbox.inject({ what: 'pool-stays', share: 0.3 }) }),
    );
    expect(run.end.state.error?.code).toBe('APPLICATION_NOT_BACK');
    expect(run.end.state.error?.message).toContain(
      `writes that failed to the end of the probe: pooled on ${stays} (1290)`,
    );
  });

  test('Systems Manager cannot reach a node: that is reported, and the failover is tested all the same', async () => {
    const run = await runIn(
      probed({
        prepare({ world }) {
          const node = world.ec2.nodes[nodeIds[1] ?? ''];
          if (node === undefined) throw new Error('no such node');
          // Its agent has not registered yet.
          node.instance.LaunchTime = new Date(world.now.getTime() + 3_600_000);
        },
      }),
    );
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(run.writes).toEqual(['FailoverDBCluster']);
    expect(answerOf(run).notObserved).toMatch(/^Systems Manager refused it: .*InvalidInstanceId/);
  });

  test('the right to send commands is missing: the run stops before the failover', async () => {
    const run = await runIn(
      probed({ prepare: (sandbox) => sandbox.inject({ what: 'access-denied', operation: 'SendCommand' }) }),
    );
    expect(run.end.outcome).not.toBe('succeeded');
    expect(run.end.state.steps.get('failover')).toBeUndefined();
  });

  test('the agent of one node is silent: it is named, and the others tell', async () => {
    const silent = nodeIds[1] ?? '';
    const run = await runIn(
      probed({ prepare: (sandbox) => sandbox.inject({ what: 'agent-offline', instance: silent }) }),
    );
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    const { nodes } = answerOf(run);
    expect(nodes.find(({ node }) => node === silent)?.missing).toMatch(/^the probe is /);
    expect(nodes.filter(({ pooled }) => pooled !== undefined)).toHaveLength(2);
  });

  test('cut off between the call and its answer: the probe is found again, and not sent twice', async () => {
    const whole = await runIn(probed({ keepMoments: true }));
    const called = whole.moments.find(({ events }) => {
      const last = events.at(-1);
      return last?.type === 'aws-called' && last.operation === 'SendCommand';
    });
    if (called === undefined) throw new Error('The probe was never sent');
    const resumed = await resumeFrom({ ...called, events: called.events.slice(0, -1) }, probed());
    expect(resumed.end.outcome).toBe('succeeded');
    expect(resumed.writes).toEqual(['SendCommand', 'FailoverDBCluster']);
    expect(resumed.sandbox.world.systemsManager.commands).toHaveLength(1);
    expect(answerOf(resumed).nodes).toHaveLength(3);
  });

  test('rolled back while it runs, it is ended', async () => {
    const whole = await runIn(probed({ keepMoments: true }));
    const begun = whole.moments.find(({ events }) => {
      const last = events.at(-1);
      return last?.type === 'step-succeeded' && last.step === 'write-probe';
    });
    if (begun === undefined) throw new Error('The probe was never started');
    const undone = await rollBackFrom(begun, probed());
    expect(undone.end.outcome).toBe('rolled-back');
    expect(undone.writes).toEqual(['SendCommand', 'CancelCommand']);
  });
});
