import type { EvaluationResult, InstanceProfile } from '@aws-sdk/client-iam';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { EvaluationResult, InstanceProfile };

/** The ARN of a role by its name: that of a session lacks the role's path. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
export const roleArn = awsFunction(
  ['iam:GetRole'],
  async (aws: ReadClients, name: string): Promise<string | undefined> => {
    const { GetRoleCommand } = await import('./sdk/iam.ts');
    const answer = await absentWhen(['NoSuchEntity', 'NoSuchEntityException'], () =>
      aws.send('iam', new GetRoleCommand({ RoleName: name })),
    );
    return answer?.Role?.Arn;
  },
);

/** `undefined` where there is none of that name. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html */
export const describeInstanceProfile = awsFunction(
  ['iam:GetInstanceProfile'],
  async (aws: ReadClients, name: string): Promise<InstanceProfile | undefined> => {
    const { GetInstanceProfileCommand } = await import('./sdk/iam.ts');
    const answer = await absentWhen(['NoSuchEntity', 'NoSuchEntityException'], () =>
      aws.send('iam', new GetInstanceProfileCommand({ InstanceProfileName: name })),
    );
    return answer?.InstanceProfile;
  },
);

/**
 * What the policies of a role or user say to each action on every resource, or on those that are named: `allowed`, `implicitDeny` or `explicitDeny`. Nothing is
 * called. Policies of resources, and what an organization or a session takes away, count for less than in reality.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export const simulatePrincipal = awsFunction(
  ['iam:SimulatePrincipalPolicy'],
  async (
    aws: ReadClients,
    {
      principal,
      actions,
      resources,
    }: { principal: string; actions: readonly string[]; resources?: readonly string[] },
  ): Promise<EvaluationResult[]> => {
    const { SimulatePrincipalPolicyCommand } = await import('./sdk/iam.ts');
    if (actions.length === 0) return [];
    return collectPages(async (Marker) => {
      const page = await aws.send(
        'iam',
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: principal,
          ActionNames: [...actions],
          ...(resources !== undefined && { ResourceArns: [...resources] }),
          Marker,
        }),
      );
      return { items: page.EvaluationResults, next: page.IsTruncated === true ? page.Marker : undefined };
    });
  },
);
