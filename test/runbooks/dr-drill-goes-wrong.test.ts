import { describe, expect, test } from 'vitest';
import { minutes } from '../../src/duration.ts';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import { drDrill } from '../../src/runbooks/dr-drill.ts';
import { queue, recovery, recoveryConfigurationId } from '../../src/sandbox/morpheus-prod/names.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { GivenFault } from '../../src/sandbox/scenario.ts';
import { groupOperations } from '../../src/sandbox/services/auto-scaling/group-operations.ts';
import { fileSystems } from '../../src/sandbox/services/efs/find.ts';
import { parameterOperations } from '../../src/sandbox/services/ssm/parameter-operations.ts';
import { accountOf, snapshot } from '../../src/sandbox/world.ts';
import { prodEnvironment, recoveryWorld, smallStack } from '../helpers/drill-environment.ts';
import {
  leaving,
  type RunSetting,
  resumeFrom,
  rollBackFrom,
  runIn,
  type SandboxRun,
} from '../helpers/sandbox-run.ts';
import { scenario } from '../helpers/scenario.ts';
import { worldAsLeft } from '../helpers/world-as-left.ts';

const small = smallStack('files');

const setting = (more: Partial<RunSetting> = {}): RunSetting => ({
  runbook: drDrill,
  parameters: {},
  ...small,
  ...more,
});

/** The small stack, and faults that begin with it. */
const within = (...faults: GivenFault[]) => ({
  prepare(sandbox: Sandbox) {
    small.prepare(sandbox);
    for (const fault of faults) sandbox.inject(fault);
  },
});

const failureOf = ({ events }: SandboxRun) =>
  events.find((event): event is Extract<RunEvent, { type: 'step-failed' }> => event.type === 'step-failed');

const outcomeOf = (run: SandboxRun) => `${run.end.outcome} ${run.end.state.error?.code ?? ''}`.trim();

const noCapacity = (instanceType: string): GivenFault[] =>
  recovery.zones.map((zone) => ({ what: 'zone-without-capacity', zone, instanceType }));

describe('before anything is restored', () => {
  const impatient = (rpo: number) => {
    const { files } = small.environment.components ?? {};
    if (files?.type !== 'file-system' || files.backup === undefined) throw new Error('no files');
    const components = {
      ...small.environment.components,
      files: { ...files, backup: { ...files.backup, rpo } },
    };
    return { environment: { ...small.environment, components } };
  };

  test('a copy that is too old stops it, with nothing changed', async () => {
    const run = await runIn(setting(impatient(minutes(30))));
    expect(outcomeOf(run)).toBe('failed EVALUATION_FAILS');
    expect(run.writes).toEqual([]);
  });

  test('for practice it goes on with the old copy, and fails at its end for what it missed', async () => {
    const run = await runIn(setting({ ...impatient(minutes(30)), parameters: { forPractice: true } }));
    expect(outcomeOf(run)).toBe('failed FINDINGS_FAIL');
    expect(run.end.state.steps.get('set')?.findings).toMatchObject([{ subject: 'files', verdict: 'warn' }]);
    expect(run.end.state.steps.get('rpo/files/loss')?.measured?.verdict).not.toBe('pass');
    expect(run.end.state.steps.get('nothing-left')?.status).toBe('succeeded');
  });

  test('a copy that is missing stops even what is done for practice', async () => {
    const run = await runIn(
      setting({ ...within({ what: 'copy-missing' }), parameters: { forPractice: true } }),
    );
    expect(failureOf(run)).toMatchObject({ step: 'set', error: { code: 'NO_RECOVERY_POINT' } });
    expect(run.writes).toEqual([]);
  });

  test('a drill that is under way refuses a second one, whatever it is for', async () => {
    const marked = ({ world }: Sandbox) =>
      void parameterOperations.PutParameter(recoveryWorld({ world }), {
        Name: '/morpheus/drill/under-way',
        Type: 'String',
        Value: JSON.stringify({
          run: 'dr-drill-other',
          mode: 'drill',
          since: '2026-03-02T01:00:00.000Z',
          expires: '2026-03-02T09:00:00.000Z',
        }),
      });
    const run = await runIn(setting({ prepare: marked, parameters: { forPractice: true } }));
    expect(outcomeOf(run)).toBe('refused DRILL_UNDER_WAY');
    expect(run.end.state.error?.hint).toContain('runbook rollback dr-drill-other');
    expect(run.writes).toEqual([]);
  });
});

describe('half-way', () => {
  test('one restore fails: the others come to rest, and undoing leaves nothing', async () => {
    const wrong = setting({
      ...smallStack('files', 'queue'),
      prepare: (sandbox) => {
        smallStack('files', 'queue').prepare(sandbox);
        sandbox.inject({ what: 'restore-fails', resourceType: 'EFS', message: 'The key is not usable' });
      },
    });
    const before = await worldAsLeft((await runIn(wrong, true)).world);
    const run = await runIn(wrong);
    expect(failureOf(run)).toMatchObject({
      step: 'stores/storage/files/files/restored',
      error: { code: 'RESTORE_FAILED', message: expect.stringContaining('The key is not usable') },
    });
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('rolled-back');
    expect(await worldAsLeft(run.world)).toEqual(before);
  });

  test('no capacity for the first instance type: the next one is launched, reported, and taken back', async () => {
    const run = await runIn(setting(within(...noCapacity('m5.xlarge'))));
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    const { steps } = run.end.state;
    expect(steps.get('fleet/app/instance-type/m5.xlarge/launched')?.summary).toMatch(
      /^no capacity for m5\.xlarge: We currently do not have sufficient m5\.xlarge capacity/,
    );
    const next = 'fleet/app/instance-type/m5.xlarge/next/m5a.xlarge';
    expect(steps.get(`${next}/launched`)?.summary).toBe('3 nodes are launched');
    expect([...steps.keys()].filter((path) => path.startsWith(`${next}/next`))).toEqual([]);
    expect(steps.get('fleet/app/nodes')?.summary).toBe('3, m5a.xlarge');
    expect(debtsOf(run.end.state)).toEqual([]);
    const template = recoveryWorld(run.sandbox).ec2.templates[0];
    expect(template?.versions).toHaveLength(1);
  });

  test('no capacity for any: says so, with what can be done', async () => {
    const types = ['m5.xlarge', 'm5a.xlarge', 'm6i.xlarge'];
    const run = await runIn(setting({ ...within(...types.flatMap(noCapacity)), operator: leaving }));
    expect(failureOf(run)).toMatchObject({
      step: 'fleet/app/nodes',
      error: { code: 'NO_CAPACITY', message: expect.stringContaining('m5.xlarge, m5a.xlarge, m6i.xlarge') },
    });
    expect(run.end.outcome).toBe('failed-with-changes');
    const undone = await rollBackFrom(run, setting());
    expect(undone.end.outcome).toBe('rolled-back');
  });

  test('killed right behind scaling, with no capacity for any node: undone, the fleet is told to have none again', async () => {
    const types = ['m5.xlarge', 'm5a.xlarge', 'm6i.xlarge'];
    const without = setting({ ...within(...types.flatMap(noCapacity)), operator: leaving });
    const run = await runIn({ ...without, keepMoments: true });
    const behind = run.moments.find(({ events }) => {
      const last = events.at(-1);
      return last?.type === 'aws-called' && last.operation === 'SetDesiredCapacity';
    });
    if (behind === undefined) throw new Error('the fleet was not scaled');
    const resumed = await resumeFrom(behind, without);
    for (const undone of [await rollBackFrom(behind, without), await rollBackFrom(resumed, without)]) {
      expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
      expect(recoveryWorld(undone.sandbox).autoScaling.fleets[0]?.group.DesiredCapacity).toBe(0);
    }
  });

  test('somebody scales the recovery fleet meanwhile: its nodes would not be those of the drill, and it says so', async () => {
    const run = await runIn(
      setting({
        observe(event, sandbox) {
          if (event.type !== 'step-succeeded' || event.step !== 'parameters') return;
          groupOperations.SetDesiredCapacity(recoveryWorld(sandbox), {
            AutoScalingGroupName: 'morpheus-prod-app-recovery',
            DesiredCapacity: 3,
          });
        },
      }),
    );
    expect(failureOf(run)).toMatchObject({
      step: 'fleet/app/point',
      error: { code: 'RECOVERY_FLEET_IN_USE' },
    });
    expect(run.end.outcome).toBe('rolled-back');
    expect(recoveryWorld(run.sandbox).autoScaling.fleets[0]?.group.DesiredCapacity).toBe(3);
  });

  test('the broker is made with the configuration that is kept for it, and no older one is deleted with it', async () => {
    const stack = smallStack('queue');
    const kept = setting({
      ...stack,
      parameters: { keep: '2h' },
      prepare(sandbox) {
        stack.prepare(sandbox);
        const there = recoveryWorld(sandbox);
        const [prepared] = there.mq.configurations;
        if (prepared === undefined) throw new Error('nothing is prepared');
        const older = structuredClone(prepared);
        Object.assign(older.configuration, { Id: 'c-0', Name: `${queue.name}-recovery-configuration` });
        older.configuration.Created = new Date(there.now.getTime() - minutes(60));
        there.mq.configurations.push(older);
      },
    });
    const run = await runIn(kept);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    const [broker] = recoveryWorld(run.sandbox).mq.brokers;
    expect(broker?.described.Configurations?.Current?.Id).toBe(recoveryConfigurationId);
    const undone = await rollBackFrom(run, kept);
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    const { brokers, configurations } = recoveryWorld(undone.sandbox).mq;
    expect(brokers).toEqual([]);
    expect(configurations.map(({ configuration }) => configuration.Id)).toEqual([
      recoveryConfigurationId,
      'c-0',
    ]);
  });

  test('a parameter leads to the old Region: found before a node reads it', async () => {
    const { files } = small.environment.components ?? {};
    if (files?.type !== 'file-system' || files.recovery === undefined) throw new Error('no files');
    const wrong = { name: 'files/id', value: '{id}.efs.us-east-1.amazonaws.com' };
    const components = {
      ...small.environment.components,
      files: { ...files, recovery: { ...files.recovery, parameters: [wrong] } },
    };
    const run = await runIn(setting({ environment: { ...small.environment, components } }));
    expect(failureOf(run)).toMatchObject({
      step: 'parameters',
      error: {
        code: 'PARAMETER_LEADS_HOME',
        message: expect.stringMatching(/files\/id = .*us-east-1.* use production/),
      },
    });
    expect(run.end.outcome).toBe('rolled-back');
  });

  test('an application that never becomes healthy: says what was last seen, and undoes', async () => {
    const run = await runIn(
      setting({
        prepare(sandbox) {
          small.prepare(sandbox);
          // Its application never starts.
          recoveryWorld(sandbox).ec2.software[recovery.image] = {};
        },
      }),
    );
    expect(failureOf(run)?.error).toMatchObject({
      code: 'WAIT_TIMED_OUT',
      message: expect.stringContaining('0 of 3 targets of morpheus-prod-app-recovery are healthy'),
    });
    expect(run.end.outcome).toBe('rolled-back');
  });

  test('the session expires: the run pauses with what to do, and goes on where it was', async () => {
    const expiring = setting({
      ...within({ what: 'expired-credentials', from: minutes(15), to: minutes(40) }),
    });
    const paused = await runIn(expiring);
    expect(paused.end.outcome).toBe('interrupted');
    expect(paused.end.state.error?.hint).toMatch(/^Log in again, then: runbook resume /);
    expect(paused.events.some(({ type }) => type === 'step-failed' || type === 'undo-started')).toBe(false);
    const wake = new Date(paused.sandbox.world.now.getTime() + minutes(40));
    const resumed = await resumeFrom(paused, { ...expiring, wake });
    expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).not.toBe('interrupted');
    expect(resumed.end.state.steps.get('nothing-left')?.status).toBe('succeeded');
  });

  test('a broker of the name that nobody made for this stands there: it is neither used nor deleted', async () => {
    const own = smallStack('files', 'queue');
    const run = await runIn(
      setting({
        ...own,
        parameters: { forPractice: true },
        prepare(sandbox) {
          own.prepare(sandbox);
          const [broker] = sandbox.world.mq.brokers;
          if (broker === undefined) throw new Error('no broker');
          const described = {
            ...structuredClone(broker.described),
            BrokerName: 'morpheus-rabbitmq-recovery',
            Tags: {},
          };
          recoveryWorld(sandbox).mq.brokers.push({ ...structuredClone(broker), described });
        },
      }),
    );
    expect(failureOf(run)?.error.code).toBe('NAME_IN_USE');
    expect(run.end.outcome).toBe('rolled-back');
    expect(recoveryWorld(run.sandbox).mq.brokers).toHaveLength(1);
  });
});

describe('at its end', () => {
  test('one resource cannot be deleted: named with its command, and gone once that is allowed', async () => {
    const denied = setting({
      ...within({ what: 'access-denied', service: 'efs', operation: 'DeleteFileSystem' }),
      operator: leaving,
    });
    const run = await runIn(denied);
    expect(failureOf(run)).toMatchObject({
      step: 'tear-down',
      error: { code: 'NOT_DELETED', hint: expect.stringContaining('aws efs delete-file-system') },
    });
    expect(run.end.outcome).toBe('failed-with-changes');
    run.sandbox.heal(1);
    const healed = { ...run, world: snapshot(accountOf(run.sandbox.world)) };
    const resumed = await resumeFrom(healed, denied);
    expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('succeeded');
    expect(debtsOf(resumed.end.state)).toEqual([]);
  });

  test('kept for a while: everything stands, a reminder says until when, and a rollback takes it down', async () => {
    const kept = setting({ parameters: { keep: '2h' } });
    const run = await runIn(kept);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    const { summary, output, findings } = run.end.state.steps.get('kept') ?? {};
    const { until, left } = output as { until: string; left: string[] };
    const moment = `${until.slice(0, 19).replace('T', ' ')} UTC`;
    expect(summary).toBe(`REMINDER: take it down by ${moment}`);
    expect(findings).toMatchObject([
      {
        fact: left.join(', '),
        rule: `taken down by ${moment}`,
        toDo: `runbook rollback ${run.end.state.started.runId}`,
      },
    ]);
    const { fileSystem } = recoveryWorld(run.sandbox).efs.fileSystems[0] ?? {};
    expect(fileSystem?.Tags).toContainEqual({ Key: 'runbook:expires', Value: expect.stringMatching(/Z$/) });
    const undone = await rollBackFrom(run, kept);
    expect(undone.end.outcome).toBe('rolled-back');
    expect(fileSystems(recoveryWorld(undone.sandbox))).toEqual([]);
  });

  test('what was not approved stays, and is owed', async () => {
    const run = await runIn(
      setting({
        operator: {
          ...leaving,
          approve: async ({ question }) =>
            question.startsWith('Take down')
              ? { approved: false, by: 'tester', because: 'look at it first' }
              : { approved: true, by: 'tester', reason: 'a test' },
        },
      }),
    );
    expect(run.end.outcome).toBe('failed-with-changes');
    expect(debtsOf(run.end.state).length).toBeGreaterThan(3);
  });
});

test('an incident that is yet to begin is refused before anybody is asked: a time until then would be negative', async () => {
  const run = await runIn(setting({ parameters: { incidentAt: '2026-03-02T20:10:00-08:00' } }));
  expect(outcomeOf(run)).toBe('failed INCIDENT_IN_THE_FUTURE');
  expect(run.events.some(({ type }) => type === 'approval-asked')).toBe(false);
  expect(run.writes).toEqual([]);
});

describe('what is typed', () => {
  test.each([
    [{ mode: 'failover', keep: '2h' }, 'KEEP_WITHOUT_DRILL'],
    [{ evaluateOnly: true, keep: '2h' }, 'KEEP_WITHOUT_DRILL'],
    [{ keep: '9h' }, 'KEPT_TOO_LONG'],
  ])('%j is refused: %s', (typed, code) => {
    const parameters = drDrill.parameters.parse(typed);
    expect(() => drDrill.validate?.(parameters, prodEnvironment())).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('scenarios', () => {
  test.each(['recovery-capacity', 'recovery-session-expires'])('%s ends as it is said to', async (name) => {
    const { good } = scenario(name);
    const played = { runbook: drDrill, parameters: {}, scenario: name };
    const run = await runIn(played);
    expect(good?.outcomes, JSON.stringify(run.end.state.error)).toContain(run.end.outcome);
    if (run.end.outcome !== 'interrupted') return;
    const wake = new Date(run.sandbox.world.now.getTime() + minutes(40));
    const resumed = await resumeFrom(run, { ...played, wake });
    expect(resumed.end.state.steps.get('nothing-left')?.status).toBe('succeeded');
  });
});
