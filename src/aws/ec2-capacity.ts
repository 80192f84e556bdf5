import type { Instance, InstanceTypeInfo, InstanceTypeOffering } from '@aws-sdk/client-ec2';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { Instance, InstanceTypeInfo, InstanceTypeOffering };

const sdk = () => import('./sdk/ec2.ts');

/**
 * Which of these instance types each Availability Zone offers at all. Whether there is capacity now, nothing tells but trying.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html
 */
export const typesOffered = awsFunction(
  ['ec2:DescribeInstanceTypeOfferings'],
  async (aws: ReadClients, types: readonly string[]): Promise<InstanceTypeOffering[]> => {
    const { DescribeInstanceTypeOfferingsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        'ec2',
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: 'availability-zone',
          Filters: [{ Name: 'instance-type', Values: [...types] }],
          NextToken,
        }),
      );
      return { items: page.InstanceTypeOfferings, next: page.NextToken };
    });
  },
);

/**
 * What a type has, such as its vCPUs. A type that the Region does not know is left out.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
 */
export const describeInstanceType = awsFunction(
  ['ec2:DescribeInstanceTypes'],
  async (aws: ReadClients, type: string): Promise<InstanceTypeInfo | undefined> => {
    const { DescribeInstanceTypesCommand } = await sdk();
    const answer = await absentWhen(['InvalidInstanceType'], () =>
      // biome-ignore lint/suspicious/noExplicitAny: AWS has types that the SDK's list does not know yet
      aws.send('ec2', new DescribeInstanceTypesCommand({ InstanceTypes: [type as any] })),
    );
    return answer?.InstanceTypes?.[0];
  },
);

/**
 * The instances that run in the Region, or are about to. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
export const instancesRunning = awsFunction(
  ['ec2:DescribeInstances'],
  async (aws: ReadClients): Promise<Instance[]> => {
    const { DescribeInstancesCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        'ec2',
        new DescribeInstancesCommand({
          Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }],
          NextToken,
        }),
      );
      return { items: page.Reservations?.flatMap(({ Instances = [] }) => Instances), next: page.NextToken };
    });
  },
);
