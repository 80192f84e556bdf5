import { describe, expect, test } from 'vitest';
import { exerciseOf } from '../../src/command-line/exercise-of.ts';
import { UsageError } from '../../src/errors.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { parseScenario, type Scenario } from '../../src/scenarios/read-scenario.ts';

const scenarioOf = (text: string): Scenario => ({
  id: 'mine',
  ...parseScenario(`title: A title\nstory: A story.\nbrief: A brief.\n${text}`, './mine.yaml'),
});

async function complaint(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof UsageError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('expected a UsageError, nothing was thrown');
}

describe('an exercise that cannot be carried out is told with line, column and key', () => {
  test.each([
    [
      'a runbook that there is not',
      'exercise: { runbook: rolling-updates }\n',
      './mine.yaml:4:22 exercise.runbook: there is no runbook rolling-updates, did you mean rolling-update?',
    ],
    [
      'an unknown parameter',
      'exercise:\n  runbook: rolling-update\n  parameters: { batsh: 2 }\n',
      './mine.yaml:6:17 exercise.parameters.batsh: unknown key, did you mean batch?',
    ],
    [
      'a parameter that is wrong',
      'exercise:\n  runbook: rolling-update\n  parameters:\n    canary: many\n',
      './mine.yaml:7:13 exercise.parameters.canary: expected a number; found "many"',
    ],
    [
      'a step that the procedure has not',
      'exercise: { runbook: rolling-update }\ngood:\n  skips: [lowest-healthy, lowest-helthy]\n',
      './mine.yaml:6:27 good.skips[1]: rolling-update has no step lowest-helthy, did you mean lowest-healthy?',
    ],
  ])('%s', async (_, text, expected) => {
    const said = await complaint(() => exerciseOf(scenarioOf(text)));
    expect(said).toMatch(/^SCENARIO_INVALID \.\/mine\.yaml has a problem:\n/);
    expect(said).toContain(expected);
  });

  test('a step that is repeated for each node may be named, by itself or by its path', () => {
    const text =
      'exercise: { runbook: rolling-update, parameters: { strategy: node-by-node } }\ngood: { skips: [drained, batches/canary/nodes/i-1/drained] }\n';
    expect(exerciseOf(scenarioOf(text)).runbook.id).toBe('rolling-update');
  });
});

describe('a scenario that cannot begin is told with line, column and key', () => {
  test.each([
    [
      'a service that there is not',
      'before:\n  - { service: autoscaling, operation: X }\n',
      '5:16 before[0].service: the sandbox has no service autoscaling, did you mean auto-scaling?',
    ],
    [
      'an operation that there is not',
      'during:\n  - { at: 1m, service: rds, operation: FailOverDBClusters }\n',
      "5:40 during[0].operation: the sandbox's rds has no such operation, did you mean FailoverDBCluster?",
    ],
    [
      'a parameter that is missing in a list',
      'before:\n  - service: elastic-load-balancing-v2\n    operation: RegisterTargets\n    input:\n      TargetGroupArn: a\n      Targets:\n        - { Id: i-1 }\n        - { Port: 80 }\n',
      '11:11 before[0].input.Targets[1].Id: the parameter Targets.2.Id of elastic-load-balancing-v2 RegisterTargets is missing',
    ],
    [
      'a call that AWS refuses',
      'before:\n  - { service: sts, operation: GetCallerIdentity }\n  - service: auto-scaling\n    operation: SetDesiredCapacity\n    input: { AutoScalingGroupName: nope, DesiredCapacity: 1 }\n',
      '6:5 before[1]: auto-scaling SetDesiredCapacity: AWS refuses it: ValidationError: ',
    ],
    [
      'a fault of something that there is not',
      'faults:\n  - { what: zone-outage, zone: us-east-9x }\n',
      '5:5 faults[0]: ',
    ],
    [
      'a change that no service knows',
      'exercise: { runbook: rolling-update }\ngood:\n  changes: [StartInstanceRefresh, SuspendProceses]\n',
      '6:35 good.changes[1]: no service of the sandbox has the operation SuspendProceses, did you mean SuspendProcesses?',
    ],
  ])('%s', async (_, text, expected) => {
    const said = await complaint(() => openSandbox({ scenario: scenarioOf(text) }));
    expect(said).toContain(`SCENARIO_INVALID ./mine.yaml has a problem:\n  ./mine.yaml:${expected}`);
    expect(said).not.toContain('SDK');
  });
});
