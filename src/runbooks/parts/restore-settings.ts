import type { Milliseconds } from '../../duration.ts';
import type { Environment } from '../../environment.ts';
import { UsageError } from '../../errors.ts';
import { type Protected, protectedComponent } from './protected-components.ts';
import type { RestoreChoice } from './restore-point.ts';

export interface RestoreSettings extends RestoreChoice {
  readonly restoreTimeout: Milliseconds;
}

export type DatabaseTest = NonNullable<Protected<'aurora-cluster'>['backup']['restoreTest']>;

/** @throws UsageError where runbook.yaml does not say how to make a test there */
export function databaseTest(
  environment: Environment,
  name: string,
  fromRecoveryRegion: boolean,
): DatabaseTest {
  const test = protectedComponent(environment, name, 'aurora-cluster').backup.restoreTest;
  const place = fromRecoveryRegion ? test?.recovery : test;
  if (test !== undefined && place !== undefined) return { ...test, ...place };
  throw new UsageError({
    code: 'RESTORE_TEST_NOT_CONFIGURED',
    message: `runbook.yaml does not say where ${name} may be restored${fromRecoveryRegion ? ' in the recovery Region' : ''}: nothing of production is used for it`,
    hint: `Add backup.restoreTest${fromRecoveryRegion ? '.recovery' : ''} to components.${name}`,
  });
}

/** @throws UsageError where runbook.yaml does not say what to expect of it */
export function filesTest(environment: Environment, name: string) {
  const test = protectedComponent(environment, name, 'file-system').backup.restoreTest;
  if (test !== undefined) return test;
  throw new UsageError({
    code: 'RESTORE_TEST_NOT_CONFIGURED',
    message: `runbook.yaml does not say what a restored ${name} must hold`,
    hint: `Add backup.restoreTest to components.${name}`,
  });
}
