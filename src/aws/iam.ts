import type { EvaluationResult } from '@aws-sdk/client-iam';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { EvaluationResult };

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

/**
 * What the policies of a role or user say to each action on any resource: `allowed`, `implicitDeny` or `explicitDeny`. Nothing is
 * called. Policies of resources, and what an organization or a session takes away, count for less than in reality.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export const simulatePrincipal = awsFunction(
  ['iam:SimulatePrincipalPolicy'],
  async (aws: ReadClients, principal: string, actions: readonly string[]): Promise<EvaluationResult[]> => {
    const { SimulatePrincipalPolicyCommand } = await import('./sdk/iam.ts');
    return collectPages(async (Marker) => {
      const page = await aws.send(
        'iam',
        new SimulatePrincipalPolicyCommand({ PolicySourceArn: principal, ActionNames: [...actions], Marker }),
      );
      return { items: page.EvaluationResults, next: page.IsTruncated === true ? page.Marker : undefined };
    });
  },
);
