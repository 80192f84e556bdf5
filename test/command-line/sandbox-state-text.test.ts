import { expect, test } from 'vitest';
import { serviceLines, stateLines } from '../../src/command-line/sandbox-state-text.ts';
import { minutes, seconds } from '../../src/duration.ts';
import { textOf } from '../../src/reports/layout.ts';
import { stateByPlace, summaryOf } from '../../src/sandbox/http-server/state-summary.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { accountOf } from '../../src/sandbox/world.ts';

const narrow = { width: 80, colour: false };

async function state() {
  const sandbox = await openSandbox();
  sandbox.inject({ what: 'zone-outage', zone: 'us-east-1a', lasts: minutes(20) });
  sandbox.inject({ what: 'slow', by: seconds(20), from: minutes(24 * 60) });
  sandbox.inject({ what: 'replica-lag', by: seconds(20), after: 'FailoverDBCluster' });
  sandbox.advanceTo(new Date(sandbox.clock.now().getTime() + minutes(5)));
  return JSON.parse(
    JSON.stringify({
      now: sandbox.clock.now(),
      speed: 60,
      scenario: sandbox.scenario,
      faults: sandbox.faults(),
      environments: sandbox.overview(),
      summary: summaryOf(stateByPlace(accountOf(sandbox.world))),
    }),
  );
}

test('time, scenario and faults with their ends come first, then each environment, and counts last', async () => {
  const text = textOf(stateLines(await state(), narrow), narrow);
  expect(text).toMatch(
    /^Time +2026-03-02T02:15:00.000Z, 60 virtual seconds in a second\nScenario +calm: Nothing goes wrong\n/,
  );
  expect(text).toContain(`Faults in force or to come
  1  zone-outage zone=us-east-1a
     in force since 02:10:00 UTC, until 02:30:00 UTC
  2  slow by=20s
     to come: from 2026-03-03 02:10:00 UTC, until somebody ends it
  3  replica-lag by=20s
     to come: after the first FailoverDBCluster that succeeds
`);
  const order = [
    'Faults in force',
    '\nprod',
    'Group morpheus-prod-app',
    'Cluster morpheus-prod',
    'Alarms:',
    '\ndev',
    'Resources in',
  ];
  const places = order.map((each) => text.indexOf(each));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('nothing is broken within a word at 80 columns, neither of all services nor of one', async () => {
  const answer = await state();
  const words = (text: string) => new Set(text.split(/\s+/));
  for (const lines of [stateLines(answer, narrow), serviceLines(answer)]) {
    const wide = words(textOf(lines, { width: 10_000, colour: false }));
    const text = textOf(lines, narrow);
    expect([...words(text)].filter((word) => !wide.has(word))).toEqual([]);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  }
});
