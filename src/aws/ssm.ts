import type { InstanceInformation, Parameter } from '@aws-sdk/client-ssm';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { InstanceInformation, Parameter };

/**
 * A parameter of Parameter Store, `undefined` where there is none of that name. A SecureString stays encrypted.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export const getParameter = awsFunction(
  ['ssm:GetParameter'],
  async (aws: ReadClients, name: string): Promise<Parameter | undefined> => {
    const { GetParameterCommand } = await import('./sdk/ssm.ts');
    const answer = await absentWhen(['ParameterNotFound'], () =>
      aws.send('ssm', new GetParameterCommand({ Name: name, WithDecryption: false })),
    );
    return answer?.Parameter;
  },
);

/**
 * The nodes of these ids (a hundred at most) that Systems Manager manages; `PingStatus` is `Online` where the agent was heard of lately.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
 */
export const managedNodes = awsFunction(
  ['ssm:DescribeInstanceInformation'],
  async (aws: ReadClients, nodes: readonly string[]): Promise<InstanceInformation[]> => {
    // Without ids it would be all of the account.
    if (nodes.length === 0) return [];
    const { DescribeInstanceInformationCommand } = await import('./sdk/ssm.ts');
    return collectPages<InstanceInformation>(async (NextToken) => {
      const page = await aws.send(
        'ssm',
        new DescribeInstanceInformationCommand({
          Filters: [{ Key: 'InstanceIds', Values: [...nodes] }],
          NextToken,
        }),
      );
      return { items: page.InstanceInformationList, next: page.NextToken };
    });
  },
);
