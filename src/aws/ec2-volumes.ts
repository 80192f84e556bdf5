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
 * The volumes that are attached to the instances with this tag, running or stopped, with or without those that they boot from. A
 * terminated instance has none.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
export const volumesOfTagged = awsFunction(
  ['ec2:DescribeInstances', 'ec2:DescribeVolumes'],
  async (
    aws: ReadClients,
    {
      tag,
      value,
      rootVolumes,
    }: { readonly tag: string; readonly value: string; readonly rootVolumes: boolean },
  ): Promise<Volume[]> => {
    const { DescribeInstancesCommand } = await sdk();
    const reservations = await collectPages(async (NextToken) => {
      const page = await aws.send(
        'ec2',
        new DescribeInstancesCommand({ Filters: [{ Name: `tag:${tag}`, Values: [value] }], NextToken }),
      );
      return { items: page.Reservations, next: page.NextToken };
    });
    const instances = reservations.flatMap(({ Instances = [] }) => Instances);
    const roots = new Map(instances.map(({ InstanceId, RootDeviceName }) => [InstanceId, RootDeviceName]));
    const ids = instances.flatMap(({ InstanceId }) => InstanceId ?? []);
    const found = await volumesBy(aws, 'attachment.instance-id', ids);
    const isRoot = ({ Attachments = [] }: Volume): boolean =>
      Attachments.some(({ InstanceId, Device }) => Device === roots.get(InstanceId));
    return found.filter((volume) => rootVolumes || !isRoot(volume));
  },
);
