import { describe, expect, test } from 'vitest';
import { environmentSchema } from '../../src/environment.ts';
import { briefingText } from '../../src/reports/briefing.ts';

const environment = {
  name: 'prod',
  ...environmentSchema.parse({
    account: '111122223333',
    region: 'us-east-1',
    objectives: { rto: '4h', errorRate: 0.1 },
    alarms: { stop: ['morpheus-prod-5xx'] },
    components: {},
  }),
};
const briefing = {
  brief: 'Bring the fleet to the newest version.',
  environment,
  runbook: { id: 'rolling-update', title: 'Rolling update of app nodes' },
  now: new Date('2026-03-02T02:10:00Z'),
  isAsked: true,
  pace: 60,
};
const plain = { width: 100, colour: false };

describe('the briefing', () => {
  test('says what is asked, where, and what helps to look around', () => {
    expect(briefingText(briefing, plain)).toBe(
      `Exercise: Rolling update of app nodes

  Bring the fleet to the newest version.

  Environment  prod in a sandbox, account 111122223333, us-east-1
  Procedure    Rolling update of app nodes (rolling-update)
  Objectives   back within 4h; at most 0.1 % of the requests failed
  Stop alarms  morpheus-prod-5xx
  It is        2026-03-02 02:10 UTC, in virtual time

To look around
  runbook show rolling-update  every step, and what it needs
  runbook runs show last       in a second terminal: all that this run has seen and written
  At every choice you can look back at what the run has seen. Ctrl-C stops it: it can be resumed.
  While you think, the world goes on at your own speed; while the run works, 60 times as fast.`,
    );
  });

  test('says that the flags answer where nobody is asked', () => {
    const text = briefingText({ ...briefing, isAsked: false, pace: undefined }, plain);
    expect(text).toContain('the flags answer');
    expect(text).not.toContain('While you think');
  });

  test('says so where nothing is promised and nothing watches', () => {
    const { account, region } = environment;
    const bare = { name: 'dev', ...environmentSchema.parse({ account, region, components: {} }) };
    const text = briefingText({ ...briefing, environment: bare }, plain);
    expect(text).toContain('Objectives   none are set');
    expect(text).toContain('Stop alarms  none');
  });
});
