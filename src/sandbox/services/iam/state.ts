import type { InstanceProfile, Policy, Role, Tag } from '@aws-sdk/client-iam';
import type { Known } from '../../known.ts';

type OneOrMore = string | string[];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMore>>;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  /** Values by context key, by operator. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** Replaced as a whole and never changed in place: what is derived from it is kept by the object. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export interface RoleState {
  role: Known<
    Omit<Role, 'AssumeRolePolicyDocument'>,
    'Path' | 'RoleName' | 'RoleId' | 'Arn' | 'CreateDate' | 'MaxSessionDuration'
  > & { Tags: Tag[] };
  trust: PolicyDocument;
  /** ARNs of managed policies. */
  attached: string[];
  inline: Record<string, PolicyDocument>;
}

export interface ManagedPolicy {
  policy: Known<Policy, 'Arn' | 'PolicyName' | 'DefaultVersionId' | 'CreateDate'>;
  versions: { VersionId: string; CreateDate: Date; document: PolicyDocument }[];
}

export interface IamState {
  roles: RoleState[];
  policies: ManagedPolicy[];
  /** `Roles` holds names. */
  instanceProfiles: (Known<
    Omit<InstanceProfile, 'Roles'>,
    'Path' | 'InstanceProfileName' | 'InstanceProfileId' | 'Arn' | 'CreateDate'
  > & { Roles: string[] })[];
}

export const emptyIam = (): IamState => ({ roles: [], policies: [], instanceProfiles: [] });
