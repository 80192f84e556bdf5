import type { World } from '../../world.ts';
import type { NamedPolicy } from './evaluate.ts';
import type { ManagedPolicy, PolicyDocument, RoleState } from './state.ts';

export const roleNamed = (world: World, name: string): RoleState | undefined =>
  world.iam.roles.find(({ role }) => role.RoleName === name);

export const managedPolicy = (world: World, arn: string): ManagedPolicy | undefined =>
  world.iam.policies.find(({ policy }) => policy.Arn === arn);

export const inForceIn = ({ policy, versions }: ManagedPolicy): PolicyDocument | undefined =>
  versions.find(({ VersionId }) => VersionId === policy.DefaultVersionId)?.document;

/** What a role may do: its managed policies, then those that are its own. */
export const policiesOf = (world: World, { attached, inline }: RoleState): NamedPolicy[] => [
  ...attached.flatMap((arn) => {
    const managed = managedPolicy(world, arn);
    const document = managed && inForceIn(managed);
    return document === undefined ? [] : [{ id: managed?.policy.PolicyName ?? arn, document }];
  }),
  ...Object.entries(inline).map(([id, document]) => ({ id, document })),
];
