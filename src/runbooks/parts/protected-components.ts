import * as z from 'zod';
import type { Component, Environment } from '../../environment.ts';
import { UsageError } from '../../errors.ts';

type Kind = 'aurora-cluster' | 'file-system';
type Holding<Type extends Kind> = Extract<Component, { type: Type }>;
export type Protected<Type extends Kind = Kind> = Holding<Type> & {
  readonly name: string;
  readonly backup: NonNullable<Holding<Type>['backup']>;
};

export const protectedItem = z.object({ name: z.string() });

const isProtected = (component: Component): component is Holding<Kind> & Pick<Protected, 'backup'> =>
  'backup' in component && component.backup !== undefined;

/** The components that have a backup policy, or the one that was asked for. */
export function protectedComponents(
  environment: Environment,
  wanted: string | undefined,
): readonly Protected[] {
  const all = Object.entries(environment.components).flatMap(([name, component]) =>
    isProtected(component) ? [{ ...component, name } as Protected] : [],
  );
  const names = all.map(({ name }) => name).join(', ');
  if (all.length === 0) {
    throw new UsageError({
      code: 'NOTHING_PROTECTED',
      message: `No component of ${environment.name} says in runbook.yaml what must be true of its backups`,
      hint: 'Add backup: to a component of type aurora-cluster or file-system; docs/runbooks/backup-verify.md has an example',
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

/** @throws UsageError where the configuration has changed since the list was made */
export function protectedComponent<Type extends Kind>(
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

/** Where copies lie. The configuration is refused where it asks for copies and names no Region for them. */
export function recoveryRegionOf({ name, recoveryRegion }: Environment): string {
  if (recoveryRegion !== undefined) return recoveryRegion;
  throw new UsageError({
    code: 'RECOVERY_REGION_MISSING',
    message: `${name} wants its recovery points copied, and runbook.yaml does not say where to`,
    hint: 'Add recoveryRegion to the environment, or copied: false to the backup policy',
  });
}
