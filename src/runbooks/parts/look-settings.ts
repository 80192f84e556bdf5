import type { FilesLook } from '../../environment/restore-test.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { protectedComponent } from './protected-components.ts';

const missing = (name: string, what: string): OperatorError =>
  new OperatorError({
    code: 'LOOK_MISSING',
    message: `components.${name}.backup.restoreTest.${what} is gone`,
    hint: 'Put it back into runbook.yaml, then: runbook resume. Or delete what was restored: runbook rollback',
  });

/** @throws OperatorError where it was taken out of the configuration since the run began */
export function lookOf(environment: Environment, name: string): FilesLook {
  const look = protectedComponent(environment, name, 'file-system').backup.restoreTest?.look;
  if (look === undefined) throw missing(name, 'look');
  return look;
}

export function securityGroupsOfLook(
  environment: Environment,
  name: string,
  inRecoveryRegion: boolean,
): readonly string[] {
  if (!inRecoveryRegion) return lookOf(environment, name).securityGroups;
  const there = protectedComponent(environment, name, 'file-system').backup.restoreTest?.recovery;
  if (there === undefined) throw missing(name, 'recovery');
  return there.securityGroups;
}
