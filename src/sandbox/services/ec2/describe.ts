import type { InstanceStatusSummary } from '@aws-sdk/client-ec2';
import { beginOf, inForce } from '../../faults/fault.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { filtered } from './filters.ts';
import type { NodeState } from './state.ts';

/** One EC2 error names all ids that are missing, in brackets where there are several. */
export function missing(code: string, what: string, ids: readonly string[]): AwsFault {
  return ids.length === 1
    ? new AwsFault(code, `The ${what} ID '${ids[0]}' does not exist`)
    : new AwsFault(code, `The ${what} IDs '${ids.join(', ')}' do not exist`);
}

export function chosen<Resource>(
  all: readonly Resource[],
  ids: readonly string[] | undefined,
  idOf: (resource: Resource) => string,
  absent: (ids: string[]) => AwsFault,
): Resource[] {
  if (ids === undefined || ids.length === 0) return [...all];
  const unknown = ids.filter((id) => !all.some((resource) => idOf(resource) === id));
  if (unknown.length > 0) throw absent(unknown);
  return all.filter((resource) => ids.includes(idOf(resource)));
}

/** Eight digits, or seventeen since 2016: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
const isInstanceId = (id: string) => /^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id);

export function nodesNamed(world: World, ids: readonly string[] | undefined): NodeState[] {
  const malformed = ids?.find((id) => !isInstanceId(id));
  if (malformed !== undefined)
    throw new AwsFault('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
  return chosen(
    Object.values(world.ec2.nodes),
    ids,
    ({ instance }) => instance.InstanceId,
    (unknown) => missing('InvalidInstanceID.NotFound', 'instance', unknown),
  );
}

const instancesOf = (world: World, ids: readonly string[] | undefined) =>
  nodesNamed(world, ids).map(({ instance }) => instance);

/** Both status checks pass about a minute after launch. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html */
const checksTake = 60_000;

function reachability(world: World, { instance }: NodeState): InstanceStatusSummary {
  const outage = inForce(world, 'zone-outage').find(
    ({ zone }) => zone === instance.Placement.AvailabilityZone,
  );
  if (outage !== undefined) {
    const ImpairedSince = new Date(Math.max(Number(beginOf(world, outage)), Number(instance.LaunchTime)));
    return { Status: 'impaired', Details: [{ Name: 'reachability', Status: 'failed', ImpairedSince }] };
  }
  const settled = world.now.getTime() - instance.LaunchTime.getTime() >= checksTake;
  return {
    Status: settled ? 'ok' : 'initializing',
    Details: [{ Name: 'reachability', Status: settled ? 'passed' : 'initializing' }],
  };
}

export const describing = {
  DescribeInstances(world, { InstanceIds, Filters, MaxResults, NextToken }) {
    const found = filtered(instancesOf(world, InstanceIds), Filters, {
      'instance-id': (instance) => instance.InstanceId,
      'instance-state-name': (instance) => instance.State.Name,
      'image-id': (instance) => instance.ImageId,
      'availability-zone': (instance) => instance.Placement.AvailabilityZone,
      'subnet-id': (instance) => instance.SubnetId,
    });
    const page = pageOf(found, MaxResults ?? 1000, NextToken, 'InvalidNextToken');
    return {
      Reservations: page.items.map((instance) => ({
        ReservationId: instance.InstanceId.replace('i-', 'r-'),
        OwnerId: world.account,
        Instances: [instance],
      })),
      NextToken: page.next,
    };
  },

  DescribeInstanceStatus(world, { InstanceIds, IncludeAllInstances, MaxResults, NextToken }) {
    const shown = instancesOf(world, InstanceIds).filter(
      (instance) => IncludeAllInstances === true || instance.State.Name === 'running',
    );
    const page = pageOf(shown, MaxResults ?? 1000, NextToken, 'InvalidNextToken');
    return {
      InstanceStatuses: page.items.flatMap((instance) => {
        const node = world.ec2.nodes[instance.InstanceId];
        if (node === undefined) return [];
        const status: InstanceStatusSummary =
          instance.State.Name === 'running' ? reachability(world, node) : { Status: 'not-applicable' };
        return {
          InstanceId: instance.InstanceId,
          AvailabilityZone: instance.Placement.AvailabilityZone,
          InstanceState: instance.State,
          InstanceStatus: status,
          SystemStatus: status,
        };
      }),
      NextToken: page.next,
    };
  },

  DescribeImages(world, { ImageIds, Filters }) {
    for (const id of ImageIds ?? [])
      if (!/^ami-[0-9a-f]{8,17}$/.test(id))
        throw new AwsFault('InvalidAMIID.Malformed', `Invalid id: "${id}"`);
    const images = chosen(
      world.ec2.images,
      ImageIds,
      (image) => image.ImageId,
      (unknown) =>
        new AwsFault(
          'InvalidAMIID.NotFound',
          unknown.length === 1
            ? `The image id '[${unknown[0]}]' does not exist`
            : `The image ids '[${unknown.join(', ')}]' do not exist`,
        ),
    );
    return {
      Images: filtered(images, Filters, {
        'image-id': (image) => image.ImageId,
        name: (image) => image.Name,
        state: (image) => image.State,
        'owner-id': (image) => image.OwnerId,
      }),
    };
  },

  DescribeSubnets(world, { SubnetIds, Filters, MaxResults, NextToken }) {
    const subnets = chosen(
      world.ec2.subnets,
      SubnetIds,
      (subnet) => subnet.SubnetId,
      (unknown) => missing('InvalidSubnetID.NotFound', 'subnet', unknown),
    );
    const found = filtered(subnets, Filters, {
      'subnet-id': (subnet) => subnet.SubnetId,
      'vpc-id': (subnet) => subnet.VpcId,
      'availability-zone': (subnet) => subnet.AvailabilityZone,
    });
    const page = pageOf(found, MaxResults ?? 1000, NextToken, 'InvalidNextToken');
    return { Subnets: page.items, NextToken: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ec2')>;
