import type { RecoveryStack } from '../../environment/recovery-stack.ts';
import type { Component, Environment } from '../../environment.ts';
import { UsageError } from '../../errors.ts';
import { recoveryRegionOf } from './protected-components.ts';

/** Types of components that can be brought up in the recovery Region. */
type Kind = 'auto-scaling-group' | 'aurora-cluster' | 'file-system' | 'broker' | 'search-domain';
type Holding<Type extends Kind> = Extract<Component, { type: Type }>;
export type Recovered<Type extends Kind = Kind> = Holding<Type> & {
  readonly name: string;
  readonly recovery: NonNullable<Holding<Type>['recovery']>;
};

/** Those of a type that say how they are brought up in the recovery Region, in the order of runbook.yaml. */
export const recoveredOf = <Type extends Kind>(
  { components }: Pick<Environment, 'components'>,
  type: Type,
): readonly Recovered<Type>[] =>
  Object.entries(components).flatMap(([name, component]) =>
    component.type === type && 'recovery' in component && component.recovery !== undefined
      ? [{ ...component, name } as Recovered<Type>]
      : [],
  );

/** @throws UsageError where the configuration has changed since the list was made */
export function recoveredNamed<Type extends Kind>(
  environment: Environment,
  type: Type,
  name: string,
): Recovered<Type> {
  const component = environment.components[name];
  const [found] = component === undefined ? [] : recoveredOf({ components: { [name]: component } }, type);
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'COMPONENT_NOT_RECOVERED',
    message: `${environment.name} has no component ${name} of type ${type} that says how it is brought up in the recovery Region`,
    hint: `Add recovery: to components.${name} in runbook.yaml; docs/runbooks/dr-drill.md has an example`,
  });
}

/** What is prepared in the recovery Region. */
export function recoveryOf(environment: Environment): RecoveryStack & { readonly region: string } {
  if (environment.recovery !== undefined)
    return { ...environment.recovery, region: recoveryRegionOf(environment) };
  throw new UsageError({
    code: 'RECOVERY_NOT_CONFIGURED',
    message: `runbook.yaml does not say what is prepared in the recovery Region of ${environment.name}: nothing could be brought up there`,
    hint: `Add recovery: to ${environment.name}; docs/runbooks/dr-drill.md has an example`,
  });
}
