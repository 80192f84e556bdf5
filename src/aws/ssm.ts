import type { InstanceInformation, Parameter } from '@aws-sdk/client-ssm';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
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

/**
 * Every parameter below a prefix, at whatever depth. A SecureString stays encrypted.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
 */
export const parametersBelow = awsFunction(
  ['ssm:GetParametersByPath'],
  async (aws: ReadClients, prefix: string): Promise<Parameter[]> => {
    const { GetParametersByPathCommand } = await import('./sdk/ssm.ts');
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        'ssm',
        new GetParametersByPathCommand({ Path: prefix, Recursive: true, WithDecryption: false, NextToken }),
      );
      return { items: page.Parameters, next: page.NextToken };
    });
  },
);

/**
 * Makes a parameter of type String. One of that name is not replaced: `ParameterAlreadyExists`.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
export const createParameter = awsFunction(
  ['ssm:PutParameter', 'ssm:AddTagsToResource'],
  async (
    aws: ChangeClients,
    { name, value, tags }: { name: string; value: string; tags: Readonly<Record<string, string>> },
  ): Promise<void> => {
    const { PutParameterCommand } = await import('./sdk/ssm.ts');
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await aws.send(
      'ssm',
      new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: false, Tags }),
    );
  },
);

/** Sets the value of a parameter that there is. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export const setParameter = awsFunction(
  ['ssm:PutParameter'],
  async (
    aws: ChangeClients,
    { name, value }: { readonly name: string; readonly value: string },
  ): Promise<void> => {
    const { PutParameterCommand } = await import('./sdk/ssm.ts');
    await aws.send('ssm', new PutParameterCommand({ Name: name, Value: value, Overwrite: true }));
  },
);

/** Fine where it is gone already. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
export const deleteParameter = awsFunction(
  ['ssm:DeleteParameter'],
  async (aws: ChangeClients, name: string): Promise<void> => {
    const { DeleteParameterCommand } = await import('./sdk/ssm.ts');
    await absentWhen(['ParameterNotFound'], () =>
      aws.send('ssm', new DeleteParameterCommand({ Name: name })),
    );
  },
);
