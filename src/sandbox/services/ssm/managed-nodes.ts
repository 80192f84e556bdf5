import type { InstanceInformation } from '@aws-sdk/client-ssm';
import { minutes, seconds } from '../../../duration.ts';
import { beginOf, inForce } from '../../faults/fault.ts';
import { ownMember } from '../../own-member.ts';
import { later } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { NodeState } from '../ec2/state.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';

/** From launch until the agent has registered itself. */
const registersAfter = seconds(60);
/** https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html */
const pingsEvery = minutes(5);

const isAlive = ({ instance }: NodeState): boolean =>
  instance.State.Name !== 'terminated' && instance.State.Name !== 'shutting-down';

/** Nodes whose agent has registered, whether it answers now or not. */
export const managedNodes = (world: World): NodeState[] =>
  Object.values(world.ec2.nodes).filter(
    (node) => isAlive(node) && later(node.instance.LaunchTime, registersAfter) <= world.now,
  );

export const managedNode = (world: World, id: string): NodeState | undefined =>
  managedNodes(world).find(({ instance }) => instance.InstanceId === id);

/** Since when the agent does not answer; `undefined` where it does. */
function silentSince(world: World, node: NodeState): Date | undefined {
  const { InstanceId, Placement, State } = node.instance;
  if (node.agentHangs || State.Name !== 'running') return lastPing(world, node);
  const faults = [
    ...inForce(world, 'agent-offline').filter(
      ({ instance, zone }) =>
        (instance ?? InstanceId) === InstanceId &&
        (zone ?? Placement.AvailabilityZone) === Placement.AvailabilityZone,
    ),
    ...inForce(world, 'zone-outage').filter(({ zone }) => zone === Placement.AvailabilityZone),
  ];
  const [fault] = faults;
  return fault && (beginOf(world, fault) ?? world.now);
}

export const answers = (world: World, node: NodeState): boolean => silentSince(world, node) === undefined;

function lastPing(world: World, { instance }: NodeState, until = world.now): Date {
  const first = later(instance.LaunchTime, registersAfter);
  const passed = Math.max(0, until.getTime() - first.getTime());
  return later(first, Math.floor(passed / pingsEvery) * pingsEvery);
}

function describe(world: World, node: NodeState): InstanceInformation {
  const { InstanceId, PrivateIpAddress = '' } = node.instance;
  const silent = silentSince(world, node);
  return {
    InstanceId,
    PingStatus: silent === undefined ? 'Online' : 'ConnectionLost',
    LastPingDateTime: lastPing(world, node, silent),
    AgentVersion: '3.3.2299.0',
    IsLatestVersion: true,
    PlatformType: 'Linux',
    PlatformName: 'Amazon Linux',
    PlatformVersion: '2023',
    ResourceType: 'EC2Instance',
    IPAddress: PrivateIpAddress,
    ComputerName: `ip-${PrivateIpAddress.replaceAll('.', '-')}.${world.region === 'us-east-1' ? 'ec2' : `${world.region}.compute`}.internal`,
    SourceId: InstanceId,
    SourceType: 'AWS::EC2::Instance',
  };
}

/** By the names of both kinds of filter. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformationStringFilter.html */
const texts: Readonly<Record<string, (described: InstanceInformation) => string | undefined>> = {
  InstanceIds: ({ InstanceId }) => InstanceId,
  PingStatus: ({ PingStatus }) => PingStatus,
  PlatformTypes: ({ PlatformType }) => PlatformType,
  AgentVersion: ({ AgentVersion }) => AgentVersion,
  ResourceType: ({ ResourceType }) => ResourceType,
};

export function hasTag({ instance }: NodeState, key: string, values: readonly string[]): boolean {
  return (instance.Tags ?? []).some(({ Key, Value }) => Key === key && values.includes(Value ?? ''));
}

function passes(
  node: NodeState,
  described: InstanceInformation,
  { key, values }: { key: string; values: readonly string[] },
): boolean {
  if (key.startsWith('tag:')) return hasTag(node, key.slice(4), values);
  if (key === 'tag-key') return (node.instance.Tags ?? []).some(({ Key }) => values.includes(Key ?? ''));
  const read = ownMember(texts, key);
  if (read === undefined)
    throw new AwsFault('InvalidFilterKey', `The following filter key is not valid: ${key}.`);
  return values.includes(read(described) ?? '');
}

export const managedNodeOperations = {
  DescribeInstanceInformation(world, input) {
    const { InstanceInformationFilterList = [], Filters = [], MaxResults, NextToken } = input;
    const filters = [
      ...InstanceInformationFilterList.map(({ key = '', valueSet = [] }) => ({
        key: String(key),
        values: valueSet,
      })),
      ...Filters.map(({ Key = '', Values = [] }) => ({ key: Key, values: Values })),
    ];
    const found = managedNodes(world)
      .map((node) => ({ node, described: describe(world, node) }))
      .filter(({ node, described }) => filters.every((filter) => passes(node, described, filter)));
    const page = pageOf(found, MaxResults ?? 50, NextToken, 'InvalidNextToken');
    return {
      InstanceInformationList: page.items.map(({ described }) => described),
      NextToken: page.next,
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ssm')>;
