import { expect, test } from 'vitest';
import * as z from 'zod';
import { debtsOf } from '../../../src/engine/run-state.ts';
import { runbook } from '../../../src/engine/runbook.ts';
import { markDrill, markerIn, noOtherDrill } from '../../../src/runbooks/parts/drill-marker.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { putParameter } from '../../../src/sandbox/services/ssm/put-parameter.ts';
import { elsewhere } from '../../../src/sandbox/world.ts';
import { leaving, rollBackFrom, runIn } from '../../helpers/sandbox-run.ts';

const marking = runbook({
  id: 'marking',
  title: 'Marking',
  whenToUse: 'A test',
  parameters: z.strictObject({}),
  forms: [{ title: 'Marking', parameters: {} }],
  safeToUndo: true,
  steps: () => [noOtherDrill, markDrill('drill')],
});
const setting = { runbook: marking, parameters: {} };

const theirs =
  (value: string) =>
  ({ world }: Sandbox) =>
    void putParameter(elsewhere(world, 'us-west-2'), {
      Name: '/morpheus/drill/under-way',
      Type: 'String',
      Value: value,
    });

const markersIn = ({ world }: Sandbox) =>
  elsewhere(world, 'us-west-2').systemsManager.parameters.filter(({ Name }) =>
    Name.startsWith('/morpheus/drill'),
  );

test('a drill marks the recovery Region with its run and its end, and takes the mark away again', async () => {
  const run = await runIn(setting);
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
  expect(run.writes).toEqual(['PutParameter']);
  const [marker] = markersIn(run.sandbox);
  expect(JSON.parse(marker?.Value ?? '')).toEqual({
    run: 'a-run-20260302-021000-abcd',
    mode: 'drill',
    since: expect.stringMatching(/^2026-03-02T02:10:0/),
    expires: expect.stringMatching(/^2026-03-02T10:10:0/),
  });
  expect(marker?.tags).toContainEqual({ Key: 'runbook:run', Value: 'a-run-20260302-021000-abcd' });
  const undone = await rollBackFrom(run, setting);
  expect(undone.end.outcome).toBe('rolled-back');
  expect(markersIn(undone.sandbox)).toEqual([]);
});

test.each([
  JSON.stringify({
    run: 'dr-drill-1',
    mode: 'failover',
    since: '2026-01-01T00:00:00.000Z',
    expires: '2026-01-01T08:00:00.000Z',
  }),
  'somebody wrote this by hand',
])('while %s stands there, another one is refused', async (value) => {
  const run = await runIn({ ...setting, prepare: theirs(value) });
  expect(run.end.outcome).toBe('refused');
  expect(run.end.state.error?.code).toBe('DRILL_UNDER_WAY');
  expect(run.end.state.error?.hint).toContain(`runbook rollback ${markerIn(value).run}`);
  expect(run.writes).toEqual([]);
});

test('of two that begin at the same moment one is told no by AWS, and leaves the mark of the other', async () => {
  const run = await runIn({
    ...setting,
    operator: leaving,
    observe(event, sandbox) {
      if (event.type === 'apply-started') theirs('theirs')(sandbox);
    },
  });
  expect(run.end.outcome).toBe('failed');
  expect(run.end.state.error?.code).toBe('DRILL_UNDER_WAY');
  expect(debtsOf(run.end.state)).toEqual([]);
  expect(markersIn(run.sandbox).map(({ Value }) => Value)).toEqual(['theirs']);
});

test('a mark that is not ours is left, whatever is undone', async () => {
  const run = await runIn(setting);
  const [marker] = markersIn(run.sandbox);
  const replaced = run.world.replaceAll('a-run-20260302-021000-abcd', 'b-run-20260302-021000-abcd');
  expect(replaced).not.toBe(run.world);
  const undone = await rollBackFrom({ ...run, world: replaced }, setting);
  expect(undone.end.outcome).toBe('rolled-back');
  expect(markersIn(undone.sandbox)).toHaveLength(marker === undefined ? 0 : 1);
});
