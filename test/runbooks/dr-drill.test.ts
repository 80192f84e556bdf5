import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { minutes } from '../../src/duration.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import { drDrill } from '../../src/runbooks/dr-drill.ts';
import { runOnNode } from '../../src/sandbox/application/hooks.ts';
import { outagesOf } from '../../src/sandbox/application/outages.ts';
import { dns, nodeIds, secrets } from '../../src/sandbox/morpheus-prod/names.ts';
import { unseal } from '../../src/sandbox/sealed.ts';
import { recoveryWorld } from '../helpers/drill-environment.ts';
import { runIn, type SandboxRun } from '../helpers/sandbox-run.ts';
import { timelineOf } from '../helpers/timeline.ts';
import { worldAsLeft } from '../helpers/world-as-left.ts';

const drill = (parameters: Record<string, unknown> = {}, more = {}) =>
  runIn({ runbook: drDrill, parameters, ...more });

const stepOf = ({ end }: SandboxRun, path: string) => end.state.steps.get(path);

const outputOf = (run: SandboxRun, path: string) => stepOf(run, path)?.output as Record<string, string>;

const measured = (run: SandboxRun, path: string) => stepOf(run, path)?.measured;

const time = (text: string | undefined): number => Date.parse(text ?? '');

test.each(['drill', 'failover'])(
  'a rehearsal of a %s reads what there is, and takes what there is not for missing',
  async (mode) => {
    const run = await runIn({ runbook: drDrill, parameters: { mode } }, true);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(run.writes).toEqual([]);
  },
);

describe('a drill', () => {
  let run: SandboxRun;
  /** What the recovery Region held while the drill stood, before it was taken down. */
  let standing: { readonly healthy: boolean; readonly cluster: string } | undefined;

  beforeAll(async () => {
    run = await drill(
      {},
      {
        observe: (event: { type: string; step?: string }, sandbox: SandboxRun['sandbox']) => {
          if (event.type !== 'step-started' || event.step !== 'tear-down') return;
          const there = recoveryWorld(sandbox);
          const [node] = Object.values(there.ec2.nodes).filter(
            ({ instance }) => instance.State.Name === 'running',
          );
          standing = {
            healthy: Object.keys(node?.application?.lost ?? { none: true }).length === 0,
            cluster: runOnNode(there, node?.instance.InstanceId ?? '', 'morpheus-ctl db-facts').stdout,
          };
        },
      },
    );
  });

  test('succeeds, and its application stood on restored data in the recovery Region', () => {
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(standing?.healthy).toBe(true);
    expect(standing?.cluster).toContain('cluster=a-run-20260302-021000-abcd-database');
  });

  test('measures the RTO from the declared start to sustained health, and names what it went into', () => {
    const begun = time(outputOf(run, 'declared')?.['at']);
    const since = time(outputOf(run, 'sustained')?.['since']);
    expect(measured(run, 'rto')).toMatchObject({ value: since - begun, verdict: 'pass' });
    const { output, summary } = stepOf(run, 'critical-path') ?? {};
    const { links } = output as { links: { name: string; took: number }[] };
    expect(links.reduce((sum, { took }) => sum + took, 0)).toBe(since - begun);
    const [longest] = links.toSorted((one, other) => other.took - one.took);
    expect(longest?.name).toMatch(/^restoring|^making/);
    expect(summary).toMatch(/^".+" was \d+ % of it/);
  });

  test('restores its stores side by side: together they take as long as the longest', () => {
    const spans = ['storage/files', 'databases/database', 'queues/queue', 'searches/search'].map((place) => {
      const steps = [...run.end.state.steps.values()].filter(({ path }) =>
        path.startsWith(`stores/${place}/`),
      );
      return [
        Math.min(...steps.map(({ startedAt }) => time(startedAt))),
        Math.max(...steps.map(({ endedAt }) => time(endedAt))),
      ] as const;
    });
    const all = Math.max(...spans.map(([, to]) => to)) - Math.min(...spans.map(([from]) => from));
    const longest = Math.max(...spans.map(([from, to]) => to - from));
    expect(all - longest).toBeLessThan(10_000);
    expect(spans.reduce((sum, [from, to]) => sum + to - from, 0)).toBeGreaterThan(2 * all);
  });

  test('measures what of each store is lost, within the bounds that the copy gives', () => {
    const newest = /newest-row=(\S+)/.exec(standing?.cluster ?? '')?.[1];
    const truth = time(outputOf(run, 'declared')?.['at']) - time(newest);
    const loss = measured(run, 'rpo/database/loss');
    expect(loss?.atLeast).toBeLessThanOrEqual(truth);
    expect(loss?.atMost).toBeGreaterThanOrEqual(truth);
    for (const store of ['files', 'database', 'queue', 'search'])
      expect(measured(run, `rpo/${store}/loss`)?.verdict, store).toBe('pass');
    expect(measured(run, 'skew')?.value).toBeGreaterThan(0);
  });

  test('leaves production untouched and serving, and nothing behind', async () => {
    expect(outagesOf(run.sandbox.world, dns.name)).toEqual([]);
    expect(debtsOf(run.end.state)).toEqual([]);
    const rehearsed = await runIn({ runbook: drDrill, parameters: {} }, true);
    expect(rehearsed.end.outcome, JSON.stringify(rehearsed.end.state.error)).toBe('succeeded');
    expect(rehearsed.writes).toEqual([]);
    expect(await worldAsLeft(run.world)).toEqual(await worldAsLeft(rehearsed.world));
  });

  test('writes no password anywhere', () => {
    const there = recoveryWorld(run.sandbox);
    const texts = JSON.stringify(run.events);
    for (const { name } of [secrets.queue, secrets.search]) {
      const secret = there.secretsManager.secrets.find((each) => each.name === name);
      const version = secret?.versions.find(({ stages }) => stages.includes('AWSCURRENT'));
      const { password } = JSON.parse(version?.text === undefined ? '{}' : unseal(there, version.text));
      expect(password.length).toBeGreaterThan(10);
      expect(texts).not.toContain(password);
    }
  });

  test('is drawn on its page as it went', () => {
    const drawn = timelineOf(run.end.state, [
      ['evaluation, approval', 'region'],
      ['files: restore, mount targets', 'stores/storage/'],
      ['database: restore, instance', 'stores/databases/'],
      ['queue: broker', 'stores/queues/'],
      ['search: domain', 'stores/searches/'],
      ['application: nodes, health', 'fleet/'],
      ['definitions, snapshot, files', 'on-nodes/'],
      ['acceptance probes', 'probe/'],
      ['stays healthy', 'sustained'],
      ['take down, the latest first', 'tear-down'],
    ]);
    const page = readFileSync(new URL('../../docs/runbooks/dr-drill.md', import.meta.url), 'utf8');
    expect(page, `docs/runbooks/dr-drill.md must have:\n${drawn}`).toContain(drawn);
  });

  test('has written a beacon into production, by its id', () => {
    const facts = runOnNode(run.sandbox.world, nodeIds[0] ?? '', 'morpheus-ctl db-facts').stdout;
    expect(facts).toContain('beacon=a-run-20260302-021000-abcd ');
  });
});

test('counts from the incident where that is told', async () => {
  const run = await drill({ incidentAt: '2026-03-02T01:40:00Z' });
  expect(run.end.outcome).toBe('failed');
  expect(run.end.state.error?.code).toBe('OBJECTIVE_MISSED');
  expect(measured(run, 'rto')?.verdict).toBe('fail');
  expect(measured(run, 'rpo/database/loss')?.atMost).toBeLessThan(minutes(45));
});
