import { beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { before, pastDrills, pastDrillsText } from '../../src/reports/past-drills.ts';
import { drDrill } from '../../src/runbooks/dr-drill.ts';
import { smallStack } from '../helpers/drill-environment.ts';
import { runIn } from '../helpers/sandbox-run.ts';

let events: readonly RunEvent[];

beforeAll(async () => {
  events = (await runIn({ runbook: drDrill, parameters: {}, ...smallStack('files') })).events;
});

/** The same run on another day. */
const on = (day: string, runId: string): readonly RunEvent[] =>
  events.map((event) =>
    event.type === 'run-started' ? { ...event, runId, at: `${day}T02:10:00.000Z` } : event,
  );

test('what earlier drills of the same environment measured, oldest first', () => {
  const all = pastDrills([on('2025-12-01', 'one'), on('2026-03-01', 'two'), on('2026-06-01', 'three')]);
  expect(all.map(({ runId }) => runId)).toEqual(['one', 'two', 'three']);
  const [started] = on('2026-03-01', 'two');
  if (started?.type !== 'run-started') throw new Error('no beginning');
  expect(before(all, 'two', started).map(({ runId }) => runId)).toEqual(['one']);
  expect(before(all, 'two', { ...started, environment: { ...started.environment, name: 'dev' } })).toEqual(
    [],
  );
  const text = pastDrillsText('Earlier drills', all.slice(0, 1), { width: 120, colour: false });
  expect(text).toMatch(
    /^Earlier drills\n {2}drill of prod \(sandbox\)\s+2025-12-01 02:10 UTC\s+RTO \d+m \d+s\s+RPO of files at most 57m \d+s\s+one$/,
  );
});

test('a bound is never said to be lower than it is', () => {
  const [drill] = pastDrills([on('2025-12-01', 'one')]);
  if (drill?.worst === undefined) throw new Error('nothing measured');
  const loss = { ...drill.worst.loss, atLeast: 0, atMost: 23 * 3_600_000 + 55 * 60_000 + 1000 };
  const text = pastDrillsText('Drills', [{ ...drill, worst: { store: 'files', loss } }], {
    width: 120,
    colour: false,
  });
  expect(text).toContain('RPO of files at most 23h 56m');
});

test('one that never came to measure, another runbook and a rehearsal tell nothing', () => {
  const [started, ...rest] = on('2026-03-01', 'two');
  if (started?.type !== 'run-started') throw new Error('no beginning');
  expect(pastDrills([[started]])).toEqual([]);
  expect(pastDrills([[{ ...started, runbook: 'backup-verify' }, ...rest]])).toEqual([]);
  expect(pastDrills([[{ ...started, mode: 'rehearsal' }, ...rest]])).toEqual([]);
});
