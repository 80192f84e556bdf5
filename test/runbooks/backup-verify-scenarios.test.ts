import { expect, test } from 'vitest';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { runIn } from '../helpers/sandbox-run.ts';
import { scenario } from '../helpers/scenario.ts';

test.each<[name: string, outcome: string, code: string]>([
  ['off-site-copy', 'failed', 'FINDINGS_FAIL'],
  ['short-copy', 'failed', 'FINDINGS_FAIL'],
  ['definitions-not-copied', 'failed', 'FINDINGS_FAIL'],
  ['untagged-volume', 'failed', 'FINDINGS_FAIL'],
  ['recovery-key-disabled', 'failed', 'KEY_NOT_USABLE'],
  ['quota-reached', 'failed', 'QUOTA_REACHED'],
  ['restore-fails', 'rolled-back', 'RESTORE_FAILED'],
  ['restore-without-permission', 'rollback-failed', 'NOT_DELETED'],
])('%s ends as %s, with %s', async (name, outcome, code) => {
  const { exercise, good } = scenario(name);
  expect(exercise?.runbook).toBe('backup-verify');
  const run = await runIn({
    runbook: backupVerify,
    scenario: name,
    stack: exercise?.environment ?? 'prod',
    parameters: exercise?.parameters ?? {},
  });
  expect(run.end.outcome).toBe(outcome);
  expect(good?.outcomes).toContain(outcome);
  const codes = run.events.flatMap((event) =>
    event.type === 'step-failed' || event.type === 'run-finished' ? [event.error?.code] : [],
  );
  expect(codes).toContain(code);
  for (const write of run.writes) expect(good?.changes).toContain(write);
});
