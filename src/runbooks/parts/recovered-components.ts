import type { RecoveryStack } from '../../environment/recovery-stack.ts';
import type { Environment } from '../../environment.ts';
import { UsageError } from '../../errors.ts';
import { type Kind, type Recovered, recoveredOf, recoveryPlan } from './recovery-plan.ts';

export { recoveredOf } from './recovery-plan.ts';

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
  const { stack, region } = recoveryPlan(environment);
  return { ...stack, region };
}
