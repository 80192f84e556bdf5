import { expect, test } from 'vitest';
import { rotateSecrets } from '../../src/runbooks/rotate-secrets.ts';
import { standsFirm } from '../helpers/rotation-setting.ts';
import { runIn } from '../helpers/sandbox-run.ts';
import { scenario } from '../helpers/scenario.ts';

test.each<[name: string, outcome: string, code: string]>([
  ['rotation-function-fails', 'rolled-back', 'ROTATION_FUNCTION_FAILED'],
  ['node-keeps-credential', 'rolled-back', 'NODE_NOT_ON_NEW_VERSION'],
  ['password-not-taken', 'rolled-back', 'LOGIN_REFUSED'],
])('%s ends as %s, with %s, and component, stages and nodes as before', async (name, outcome, code) => {
  const { exercise, good } = scenario(name);
  expect(exercise?.runbook).toBe('rotate-secrets');
  const run = await runIn({ runbook: rotateSecrets, scenario: name, parameters: exercise?.parameters ?? {} });
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe(outcome);
  expect(good?.outcomes).toContain(outcome);
  const codes = run.events.flatMap((event) => (event.type === 'step-failed' ? [event.error.code] : []));
  expect(codes).toContain(code);
  const changes = new Set(run.writes.filter((write) => write !== 'SendCommand'));
  for (const write of changes) expect(good?.changes).toContain(write);
  expect(standsFirm(run.sandbox, name === 'rotation-function-fails' ? 'database-master' : 'queue')).toBe(
    true,
  );
});
