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

/** Ids that one call takes as a filter. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformationStringFilter.html */
const mostIds = 100;

/**
 * Those of these nodes that Systems Manager manages; `PingStatus` is `Online` where the agent was heard of lately.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
 */
export const managedNodes = awsFunction(
  ['ssm:DescribeInstanceInformation'],
  async (aws: ReadClients, nodes: readonly string[]): Promise<InstanceInformation[]> => {
    const { DescribeInstanceInformationCommand } = await import('./sdk/ssm.ts');
    const found: InstanceInformation[] = [];
    // Without ids it would be all of the account.
    for (let from = 0; from < nodes.length; from += mostIds) {
      const Filters = [{ Key: 'InstanceIds', Values: nodes.slice(from, from + mostIds) }];
      const some = await collectPages<InstanceInformation>(async (NextToken) => {
        const page = await aws.send('ssm', new DescribeInstanceInformationCommand({ Filters, NextToken }));
        return { items: page.InstanceInformationList, next: page.NextToken };
      });
      found.push(...some);
    }
    return found;
  },
);
