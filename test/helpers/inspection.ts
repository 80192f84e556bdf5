import type { Finding } from '../../src/engine/finding.ts';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { type RunSetting, runIn, type SandboxRun } from './sandbox-run.ts';

export const inspecting = (more: Partial<RunSetting> = {}, parameters: Record<string, unknown> = {}) =>
  runIn({ runbook: backupVerify, parameters, ...more });

export const foundOf = ({ end }: SandboxRun, component: string): readonly Finding[] =>
  end.state.steps.get(`inspection/${component}/inspect`)?.findings ?? [];

/** The verdicts that are no pass, by what they are of. */
export const notPassed = (run: SandboxRun, component: string): Record<string, string> =>
  Object.fromEntries(
    foundOf(run, component)
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ subject, verdict }) => [subject, verdict]),
  );
