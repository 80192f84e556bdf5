import type { Filter, Volume } from '@aws-sdk/client-ec2';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { Volume };

const sdk = () => import('./sdk/ec2.ts');

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html */
const valuesPerFilter = 200;

async function volumesBy(aws: ReadClients, name: string, values: readonly string[]): Promise<Volume[]> {
  const { DescribeVolumesCommand } = await sdk();
  const found: Volume[] = [];
  // No values would mean every volume of the account.
  for (let from = 0; from < values.length; from += valuesPerFilter) {
    const Filters: Filter[] = [{ Name: name, Values: values.slice(from, from + valuesPerFilter) }];
    found.push(
      ...(await collectPages<Volume>(async (NextToken) => {
        const page = await aws.send('ec2', new DescribeVolumesCommand({ Filters, NextToken }));
        return { items: page.Volumes, next: page.NextToken };
      })),
    );
  }
  return found;
}

/** Those of these volumes that there are. */
export const describeVolumes = awsFunction(
  ['ec2:DescribeVolumes'],
  (aws: ReadClients, ids: readonly string[]): Promise<Volume[]> => volumesBy(aws, 'volume-id', ids),
);

/**
 * The volumes that are attached to the instances with this tag, running or stopped. A terminated instance has none.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
export const volumesOfTagged = awsFunction(
  ['ec2:DescribeInstances', 'ec2:DescribeVolumes'],
  async (
    aws: ReadClients,
    { tag, value }: { readonly tag: string; readonly value: string },
  ): Promise<Volume[]> => {
    const { DescribeInstancesCommand } = await sdk();
    const reservations = await collectPages(async (NextToken) => {
      const page = await aws.send(
        'ec2',
        new DescribeInstancesCommand({ Filters: [{ Name: `tag:${tag}`, Values: [value] }], NextToken }),
      );
      return { items: page.Reservations, next: page.NextToken };
    });
    const ids = reservations.flatMap(({ Instances = [] }) =>
      Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
    );
    return volumesBy(aws, 'attachment.instance-id', ids);
  },
);
