import * as z from 'zod';
import type { Milliseconds } from '../../duration.ts';
import type { ProbeInstance } from '../../environment/restore-test.ts';
import type { Environment } from '../../environment.ts';
import { UsageError } from '../../errors.ts';
import { type Protected, protectedComponent } from './protected-components.ts';
import type { RestoreChoice } from './restore-point.ts';

export interface RestoreSettings extends RestoreChoice {
  readonly restoreTimeout: Milliseconds;
}

/** Who asks what was restored: a node of the stack, an instance that the test launches, or nobody. */
export const asker = z.enum(['node', 'probe', 'nobody']);
export type Asker = z.output<typeof asker>;

type TestOf<Type extends 'aurora-cluster' | 'file-system'> = NonNullable<
  Protected<Type>['backup']['restoreTest']
>;

export type DatabaseTest = TestOf<'aurora-cluster'> & { readonly probe?: ProbeInstance | undefined };

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
export function filesTest(environment: Environment, name: string): TestOf<'file-system'> {
  const test = protectedComponent(environment, name, 'file-system').backup.restoreTest;
  if (test !== undefined) return test;
  throw new UsageError({
    code: 'RESTORE_TEST_NOT_CONFIGURED',
    message: `runbook.yaml does not say what a restored ${name} must hold`,
    hint: `Add backup.restoreTest to components.${name}`,
  });
}

const askerIn = (
  fromRecoveryRegion: boolean,
  question: object | undefined,
  probe: ProbeInstance | undefined,
): Asker => {
  if (question === undefined) return 'nobody';
  if (!fromRecoveryRegion) return 'node';
  return probe === undefined ? 'nobody' : 'probe';
};

export const databaseAsker = (environment: Environment, name: string, fromRecoveryRegion: boolean): Asker => {
  const { query, probe } = databaseTest(environment, name, fromRecoveryRegion);
  return askerIn(fromRecoveryRegion, query, probe);
};

export const filesAsker = (environment: Environment, name: string, fromRecoveryRegion: boolean): Asker => {
  const { look, recovery } = filesTest(environment, name);
  return askerIn(fromRecoveryRegion, look, recovery?.probe);
};

/** @throws UsageError where the fleet whose node is to ask is none */
export function mustBeFleet({ name: environment, components }: Environment, of: string, fleet: string): void {
  if (components[fleet]?.type === 'auto-scaling-group') return;
  throw new UsageError({
    code: 'FLEET_UNKNOWN',
    message: `The restore test of ${of} is to ask from a node of ${fleet}, and ${environment} has no fleet of that name`,
    hint: `Name a component of type auto-scaling-group in backup.restoreTest of components.${of}`,
  });
}
