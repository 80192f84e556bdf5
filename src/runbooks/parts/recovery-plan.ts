import type { RecoveryStack } from '../../environment/recovery-stack.ts';
import type { Component, Environment } from '../../environment.ts';
import { UsageError } from '../../errors.ts';
import { recoveryRegionOf } from './protected-components.ts';

/** Every type whose schema says how it is brought up elsewhere. */
export type Kind = Extract<Component, { recovery?: unknown }>['type'];
type Holding<Type extends Kind> = Extract<Component, { type: Type }>;

/** A component that is brought up in the recovery Region. */
export type Recovered<Type extends Kind = Kind> = Holding<Type> & {
  readonly name: string;
  readonly recovery: NonNullable<Holding<Type>['recovery']>;
};

/** What runbook.yaml says of a recovery, all in one place. */
export interface RecoveryPlan {
  readonly region: string;
  readonly stack: RecoveryStack;
  readonly fleets: readonly Recovered<'auto-scaling-group'>[];
  readonly databases: readonly Recovered<'aurora-cluster'>[];
  readonly files: readonly Recovered<'file-system'>[];
  readonly brokers: readonly Recovered<'broker'>[];
  readonly searches: readonly Recovered<'search-domain'>[];
}

/** @throws UsageError where there is nothing to recover with */
export function recoveryPlan(environment: Environment): RecoveryPlan {
  const { recovery: stack, name } = environment;
  if (stack === undefined) {
    throw notConfigured(
      `${name} does not say in runbook.yaml what is prepared in its recovery Region`,
      'Add recovery: to the environment; docs/runbooks/dr-drill.md has an example',
    );
  }
  const plan = {
    region: recoveryRegionOf(environment),
    stack,
    fleets: recoveredOf(environment, 'auto-scaling-group'),
    databases: recoveredOf(environment, 'aurora-cluster'),
    files: recoveredOf(environment, 'file-system'),
    brokers: recoveredOf(environment, 'broker'),
    searches: recoveredOf(environment, 'search-domain'),
  };
  if (plan.fleets.length === 0) {
    throw notConfigured(
      `No fleet of ${name} says in runbook.yaml how it is brought up in the recovery Region: nothing would serve`,
      'Add recovery: to a component of type auto-scaling-group; docs/runbooks/dr-drill.md has an example',
    );
  }
  for (const database of plan.databases) databasePlace(database);
  return plan;
}

/** Those of a type that say how they are brought up in the recovery Region, in the order of runbook.yaml. */
export function recoveredOf<Type extends Kind>(
  { components }: Pick<Environment, 'components'>,
  type: Type,
): readonly Recovered<Type>[] {
  return Object.entries(components).flatMap(([name, component]) =>
    component.type === type && 'recovery' in component && component.recovery !== undefined
      ? [{ ...component, name } as unknown as Recovered<Type>]
      : [],
  );
}

export interface DatabasePlace {
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
  readonly parameterGroup: string;
  readonly instanceClasses: readonly string[];
}

/**
 * Where a database is restored. What a restore test uses there as well is not asked for twice.
 * @throws UsageError where neither says it
 */
export function databasePlace({ name, recovery, backup }: Recovered<'aurora-cluster'>): DatabasePlace {
  const test = backup?.restoreTest;
  const subnetGroup = recovery.subnetGroup ?? test?.recovery?.subnetGroup;
  const parameterGroup = recovery.parameterGroup ?? test?.parameterGroup;
  const missing = subnetGroup === undefined ? 'subnetGroup' : 'parameterGroup';
  if (subnetGroup === undefined || parameterGroup === undefined) {
    throw notConfigured(
      `runbook.yaml does not say with which ${missing} ${name} is restored in the recovery Region`,
      `Add ${missing} to components.${name}.recovery`,
    );
  }
  const { securityGroups, instanceClasses } = recovery;
  return { subnetGroup, parameterGroup, securityGroups, instanceClasses };
}

const notConfigured = (message: string, hint: string): UsageError =>
  new UsageError({ code: 'RECOVERY_NOT_CONFIGURED', message, hint });
