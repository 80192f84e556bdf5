import type { SecurityGroup, Subnet } from '@aws-sdk/client-ec2';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { SecurityGroup, Subnet };

const sdk = () => import('./sdk/ec2.ts');

/**
 * The subnets of a VPC, none where there is no such VPC. `AvailableIpAddressCount` is what is free in each.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
 */
export const subnetsOf = awsFunction(
  ['ec2:DescribeSubnets'],
  async (aws: ReadClients, vpc: string): Promise<Subnet[]> => {
    const { DescribeSubnetsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        'ec2',
        new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }], NextToken }),
      );
      return { items: page.Subnets, next: page.NextToken };
    });
  },
);

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
export const securityGroupsOf = awsFunction(
  ['ec2:DescribeSecurityGroups'],
  async (aws: ReadClients, vpc: string): Promise<SecurityGroup[]> => {
    const { DescribeSecurityGroupsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(
        'ec2',
        new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }], NextToken }),
      );
      return { items: page.SecurityGroups, next: page.NextToken };
    });
  },
);
