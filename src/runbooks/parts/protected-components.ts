import * as z from 'zod';
import { isRestoreTested, type RestoreTestedType } from '../../environment/restore-tested.ts';
import type { Component, Environment } from '../../environment.ts';
import { UsageError } from '../../errors.ts';

/** Every type whose schema has a backup policy. */
type Kind = Extract<Component, { backup?: unknown }>['type'];
type Holding<Type extends Kind> = Extract<Component, { type: Type }>;
type WithPolicy<Type extends Kind> = Holding<Type> & {
  readonly name: string;
  readonly backup: NonNullable<Holding<Type>['backup']>;
};

/** A component that says what must be true of its backups. */
export type Inspected<Type extends Kind = Kind> = Type extends Kind ? WithPolicy<Type> : never;
/** One of those of which a restore test can be made. */
export type Protected<Type extends RestoreTestedType = RestoreTestedType> = WithPolicy<Type>;

export const protectedItem = z.object({ name: z.string() });

/** The components that have a backup policy, or the one that was asked for. */
export function inspectedComponents(
  environment: Environment,
  wanted: string | undefined,
): readonly Inspected[] {
  const all = Object.entries(environment.components).flatMap(([name, component]) =>
    'backup' in component && component.backup !== undefined ? [{ ...component, name } as Inspected] : [],
  );
  const names = all.map(({ name }) => name).join(', ');
  if (all.length === 0) {
    throw new UsageError({
      code: 'NOTHING_PROTECTED',
      message: `No component of ${environment.name} says in runbook.yaml what must be true of its backups`,
      hint: 'Add backup: to a component, such as the database; docs/runbooks/backup-verify.md has an example for each type',
    });
  }
  const chosen = all.filter(({ name }) => name === (wanted ?? name));
  if (chosen.length > 0) return chosen;
  throw new UsageError({
    code: 'COMPONENT_NOT_PROTECTED',
    message: `${environment.name} has no component ${wanted} with a backup policy; it has ${names}`,
    hint: `--component ${all[0]?.name}`,
  });
}

/**
 * Those among them of which a restore test can be made.
 * @throws UsageError where there are none: nothing that was asked for is silently passed over
 */
export function protectedComponents(
  environment: Environment,
  wanted: string | undefined,
): readonly Protected[] {
  const inspected = inspectedComponents(environment, wanted);
  const testable = inspected.filter(isRestoreTested);
  if (testable.length > 0) return testable;
  const others = inspected.map(({ name, type }) => `${name} (${type})`).join(', ');
  throw new UsageError({
    code: 'RESTORE_TEST_NOT_POSSIBLE',
    message: `This tool makes no restore test of ${others}`,
    hint: `Restore by hand: docs/runbooks/backup-verify.md, "Restore for real". Without --restore their backups are inspected: runbook run backup-verify --env ${environment.name}${wanted === undefined ? '' : ` --component ${wanted}`}`,
  });
}

/** What a run with `--restore` looks at and does not restore. */
export const notRestored = (environment: Environment, wanted: string | undefined): readonly Inspected[] =>
  inspectedComponents(environment, wanted).filter((component) => !isRestoreTested(component));

/** @throws UsageError where the configuration has changed since the list was made */
export function protectedComponent<Type extends RestoreTestedType>(
  environment: Environment,
  name: string,
  type: Type,
): Protected<Type> {
  const [found] = protectedComponents(environment, name);
  if (found?.type === type) return found as Protected<Type>;
  throw new UsageError({
    code: 'COMPONENT_NOT_PROTECTED',
    message: `${name} is no component of type ${type}`,
  });
}

/** Whether the policy says that something of it must be in the recovery Region. */
export function isCopied(component: Inspected): boolean {
  switch (component.type) {
    case 'aurora-cluster':
    case 'file-system':
    case 'rds-instance':
    case 'ebs-volumes':
      return component.backup.copied;
    case 'broker': {
      const { definitions, recoveryConfiguration } = component.backup;
      return definitions.copyBucket !== undefined || recoveryConfiguration !== undefined;
    }
    case 'search-domain': {
      const { snapshots, configuration } = component.backup;
      return snapshots.copyBucket !== undefined || configuration?.copyBucket !== undefined;
    }
    default:
      return component satisfies never;
  }
}

/** Where copies lie. The configuration is refused where it asks for copies and names no Region for them. */
export function recoveryRegionOf({ name, recoveryRegion }: Environment): string {
  if (recoveryRegion !== undefined) return recoveryRegion;
  throw new UsageError({
    code: 'RECOVERY_REGION_MISSING',
    message: `${name} wants its recovery points copied, and runbook.yaml does not say where to`,
    hint: 'Add recoveryRegion to the environment; or copied: false to the backup policy, and no copyBucket or recoveryConfiguration',
  });
}
