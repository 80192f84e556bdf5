import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Bug } from '../../src/errors.ts';
import { reportOf } from '../../src/reports/run-report.ts';
import { textReport } from '../../src/reports/text-report.ts';
import { accountOf, snapshot } from '../../src/sandbox/world.ts';
import { asActiveMq, configured, rotating, withoutFunction } from '../helpers/rotation-setting.ts';
import { type RunSetting, resumeFrom, rollBackFrom, runIn, type SandboxRun } from '../helpers/sandbox-run.ts';
import { placesWith, secretsIn } from '../helpers/secrets-in-world.ts';

/** Everything that a run leaves, but for what is sealed in its account. */
const leftBy = ({ events, end, world }: SandboxRun): Record<string, string> => ({
  journal: events.map((event) => JSON.stringify(event)).join('\n'),
  'state of the run': inspect(end, {
    depth: 12,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  }),
  report: textReport(reportOf(events), { width: 200, colour: false }),
  'stored account': world,
});

async function expectNothingSaid(run: SandboxRun, more: Record<string, string> = {}): Promise<void> {
  const secrets = await secretsIn(run.world);
  expect(secrets.length).toBeGreaterThan(20);
  expect(placesWith(secrets, { ...leftBy(run), ...more })).toEqual([]);
}

test('a canary that was said somewhere would be noticed', async () => {
  const { world } = await runIn(rotating('queue'));
  const secrets = await secretsIn(world);
  for (const secret of secrets.slice(0, 3)) {
    const texts = { here: `so it is: ${secret}!`, there: 'nothing' };
    expect(placesWith(secrets, texts)).toEqual([expect.stringMatching(/^here has/)]);
  }
});

describe('no value of any secret is in anything that a run leaves', () => {
  test.each<[what: string, setting: RunSetting]>([
    ['on success, by a command', rotating('queue')],
    ['on success, by a function', rotating('database,database-master,search')],
    [
      'on success, by the APIs of AWS',
      rotating('database-master,search', {
        prepare(sandbox) {
          withoutFunction(sandbox, 'database-master');
          withoutFunction(sandbox, 'search');
        },
        environment: {
          secrets: {
            ...configured('database-master', { rotationFunction: undefined }).secrets,
            search: configured('search', { rotationFunction: undefined }).secrets['search'] as never,
          },
        },
      }),
    ],
    [
      'on success, by UpdateUser',
      rotating('queue', { prepare: asActiveMq, environment: configured('queue', { set: undefined }) }),
    ],
    [
      'when the component refuses the password',
      rotating('database-master', {
        prepare: (sandbox) => withoutFunction(sandbox, 'database-master'),
        environment: configured('database-master', { rotationFunction: undefined, password: { length: 64 } }),
      }),
    ],
    [
      'when the test fails',
      rotating('queue', { prepare: ({ world }) => world.faults.push({ what: 'password-not-taken' }) }),
    ],
    [
      'when calls fail on the way',
      rotating('queue', {
        prepare: ({ world }) =>
          world.faults.push(
            { what: 'access-denied', operation: 'PutSecretValue' },
            { what: 'reset', operation: 'GetSecretValue', calls: [1, 2] },
          ),
      }),
    ],
  ])('%s, and after it was put back', async (_, setting) => {
    const run = await runIn(setting);
    await expectNothingSaid(run);
    const undone = await rollBackFrom(run, setting).catch((error: Error & { code?: string }) => {
      if (error.code === 'NOTHING_TO_UNDO') return undefined;
      throw error;
    });
    if (undone !== undefined) await expectNothingSaid(undone);
  });

  test('in a dry run', async () => {
    await expectNothingSaid(await runIn(rotating('queue'), true));
  });

  test.each(['GetRandomPassword', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'])(
    'when this tool itself breaks right after %s, with a value in memory',
    async (operation) => {
      const setting = rotating('queue');
      let thrown: unknown;
      const run = await runIn({
        ...setting,
        observe(event) {
          if (event.type === 'aws-called' && event.operation === operation)
            throw new Bug(`broken after ${operation}`);
        },
      }).catch((error: unknown) => {
        thrown = error;
        return undefined;
      });
      const dump = inspect(thrown, { depth: 12, showHidden: true });
      if (run === undefined) {
        const { world } = await runIn(setting);
        expect(placesWith(await secretsIn(world), { dump })).toEqual([]);
        return;
      }
      expect(run.end.outcome).toBe('fault');
      await expectNothingSaid(run, { dump });
      const resumed = await resumeFrom({ ...run, world: snapshot(accountOf(run.sandbox.world)) }, setting);
      expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('succeeded');
      await expectNothingSaid(resumed);
    },
  );
});
