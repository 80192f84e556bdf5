import { expect, test } from 'vitest';
import * as z from 'zod';
import { describeGroup } from '../../src/aws/auto-scaling.ts';
import { describeTargetHealth } from '../../src/aws/elastic-load-balancing-v2.ts';
import { seconds } from '../../src/duration.ts';
import { runbook } from '../../src/engine/runbook.ts';
import { lane, observe } from '../../src/engine/step.ts';
import { fleetOf } from '../../src/runbooks/parts/fleet-watch.ts';
import { runIn } from '../helpers/sandbox-run.ts';

const health = lane({
  name: 'health URL',
  every: seconds(1),
  sees: z.string(),
  async ask({ http, signal, environment }) {
    const answer = await http.get(fleetOf(environment, undefined).healthUrl ?? '', seconds(5), signal);
    return 'status' in answer ? String(answer.status) : answer.failed;
  },
});

const group = lane({
  name: 'group',
  every: seconds(5),
  sees: z.int(),
  async ask({ aws, environment }) {
    return (await describeGroup(aws, fleetOf(environment, undefined).group))?.Instances?.length ?? 0;
  },
});

const watch = observe<void>({
  id: 'watch',
  title: 'A minute is over',
  uses: [describeGroup, describeTargetHealth],
  lanes: [health, group],
  timeout: seconds(120),
  until: ({ now, runStartedAt }) =>
    now.getTime() - runStartedAt.getTime() >= seconds(60)
      ? { ready: true }
      : { ready: false, because: 'not yet a minute' },
});

const watching = runbook({
  id: 'watching',
  title: 'Watching',
  whenToUse: 'In tests',
  parameters: z.object({}),
  steps: () => [watch],
  forms: [],
  safeToUndo: true,
});

test('in the sandbox, with its clients and its clock: every lane on its schedule, whatever the others take', async () => {
  const { end, events } = await runIn({ runbook: watching, parameters: {} });
  expect(end.outcome).toBe('succeeded');
  const begun = events.find(({ type }) => type === 'observing')?.at ?? '';
  const looks = events.filter((event) => event.type === 'observed');
  const missed = looks.filter(({ missing }) => missing !== undefined);
  expect(missed).toEqual([]);
  for (const { name, every } of [health, group]) {
    const lines = looks.filter((look) => look.lane === name);
    const count = lines.reduce((sum, line) => sum + line.looks, 0);
    expect(count).toBeGreaterThanOrEqual(seconds(60) / every);
    for (const { asked } of lines) {
      // Calls of other lanes make time pass that nobody slept through.
      expect((Date.parse(asked) - Date.parse(begun)) % every).toBeLessThan(seconds(0.5));
    }
  }
});
