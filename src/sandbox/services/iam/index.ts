import type { Role } from '@aws-sdk/client-iam';
import { AwsFault, type Service } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { marked } from './marked-page.ts';
import { managedPolicy, roleNamed } from './policies.ts';
import { encodedPolicy } from './policy-text.ts';
import { simulatePrincipalPolicy } from './simulation.ts';
import type { ManagedPolicy, RoleState } from './state.ts';

const noSuchEntity = (message: string) => new AwsFault('NoSuchEntityException', message);

function knownRole(world: World, name = ''): RoleState {
  const found = roleNamed(world, name);
  if (found === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return found;
}

function knownPolicy(world: World, arn = ''): ManagedPolicy {
  const found = managedPolicy(world, arn);
  if (found === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
  return found;
}

const described = ({ role, trust }: RoleState): Role => ({
  ...role,
  AssumeRolePolicyDocument: encodedPolicy(trust),
});

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html: without tags, boundary and last use. */
function listed(role: RoleState): Role {
  const { Tags: _tags, RoleLastUsed: _lastUsed, ...rest } = described(role);
  return rest;
}

export const iamOperations = {
  GetRole: (world, { RoleName }) => ({ Role: described(knownRole(world, RoleName)) }),

  ListRoles(world, { PathPrefix = '/', ...paging }) {
    const found = world.iam.roles
      .filter(({ role }) => role.Path.startsWith(PathPrefix))
      .toSorted((one, other) => (one.role.RoleName < other.role.RoleName ? -1 : 1));
    const { items, ...rest } = marked(found, paging);
    return { Roles: items.map(listed), ...rest };
  },

  ListAttachedRolePolicies(world, { RoleName, ...paging }) {
    const { items, ...rest } = marked(knownRole(world, RoleName).attached, paging);
    return {
      AttachedPolicies: items.map((PolicyArn) => ({
        PolicyArn,
        PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
      })),
      ...rest,
    };
  },

  ListRolePolicies(world, { RoleName, ...paging }) {
    const { items, ...rest } = marked(Object.keys(knownRole(world, RoleName).inline).toSorted(), paging);
    return { PolicyNames: items, ...rest };
  },

  GetRolePolicy(world, { RoleName, PolicyName = '' }) {
    const { inline } = knownRole(world, RoleName);
    const document = Object.hasOwn(inline, PolicyName) ? inline[PolicyName] : undefined;
    if (document === undefined)
      throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
    return { RoleName, PolicyName, PolicyDocument: encodedPolicy(document) };
  },

  GetPolicy(world, { PolicyArn }) {
    const { policy } = knownPolicy(world, PolicyArn);
    const AttachmentCount = world.iam.roles.filter(({ attached }) => attached.includes(policy.Arn)).length;
    return { Policy: { ...policy, AttachmentCount, PermissionsBoundaryUsageCount: 0, IsAttachable: true } };
  },

  GetPolicyVersion(world, { PolicyArn, VersionId }) {
    const { policy, versions } = knownPolicy(world, PolicyArn);
    const found = versions.find((version) => version.VersionId === VersionId);
    if (found === undefined)
      throw noSuchEntity(`Policy ${policy.Arn} version ${VersionId} does not exist or is not attachable.`);
    return {
      PolicyVersion: {
        VersionId: found.VersionId,
        CreateDate: found.CreateDate,
        IsDefaultVersion: found.VersionId === policy.DefaultVersionId,
        Document: encodedPolicy(found.document),
      },
    };
  },

  GetInstanceProfile(world, { InstanceProfileName }) {
    const found = world.iam.instanceProfiles.find(
      (profile) => profile.InstanceProfileName === InstanceProfileName,
    );
    if (found === undefined) throw noSuchEntity(`Instance Profile ${InstanceProfileName} cannot be found.`);
    return {
      InstanceProfile: {
        ...found,
        Roles: found.Roles.map((name) => listed(knownRole(world, name))),
      },
    };
  },

  SimulatePrincipalPolicy: simulatePrincipalPolicy,
} satisfies Operations<typeof import('@aws-sdk/client-iam')>;

export const iam: Service = { name: 'iam', operations: iamOperations };
