import type { InstanceStateChange, InstanceStateName, Tag } from '@aws-sdk/client-ec2';
import { fingerprint } from '../../fingerprint.ts';
import { ownMember, setMember } from '../../own-member.ts';
import { drawBetween, drawHex } from '../../random.ts';
import { schedule, secondsFrom } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { hasCapacity } from './capacity.ts';
import { nodesNamed } from './describe.ts';
import { limitExceeded, roomForInstances } from './instance-limit.ts';
import { imageOf, templateVersionOf } from './launch-templates.ts';
import { setNodeState } from './nodes.ts';
import type { Ec2Event, NodeState } from './state.ts';

/** Seconds that a passing state lasts. */
const takes: Readonly<Record<Ec2Event['from'], readonly [least: number, most: number]>> = {
  pending: [15, 35],
  stopping: [20, 60],
  'shutting-down': [20, 60],
};

const lasting = { pending: 'running', stopping: 'stopped', 'shutting-down': 'terminated' } as const;

function begin(world: World, { instance }: NodeState, from: Ec2Event['from']): void {
  setNodeState(world, instance.InstanceId, from);
  schedule(world, secondsFrom(world.now, drawBetween(world, ...takes[from])), {
    kind: 'node-settles',
    instance: instance.InstanceId,
    from,
    to: lasting[from],
  });
}

/** Moves those that are in one of the states, leaves those that are there already, and refuses the rest before anything moves. */
function change(
  world: World,
  ids: readonly string[] | undefined,
  {
    moves,
    settled,
    to,
  }: { moves: readonly InstanceStateName[]; settled: readonly InstanceStateName[]; to: Ec2Event['from'] },
): InstanceStateChange[] {
  if (ids === undefined || ids.length === 0)
    throw new AwsFault('MissingParameter', 'The request must contain the parameter InstanceId');
  const nodes = nodesNamed(world, ids);
  const unfit = nodes.find(
    ({ instance: { State } }) => ![...moves, ...settled].some((name) => name === State.Name),
  );
  if (unfit !== undefined)
    throw new AwsFault(
      'IncorrectInstanceState',
      `The instance '${unfit.instance.InstanceId}' is not in a state from which it can be ${to === 'pending' ? 'started' : to === 'stopping' ? 'stopped' : 'terminated'}.`,
    );
  return nodes.map((node) => {
    const PreviousState = { ...node.instance.State };
    if (moves.some((name) => name === PreviousState.Name)) begin(world, node, to);
    return {
      InstanceId: node.instance.InstanceId,
      PreviousState,
      CurrentState: { ...node.instance.State },
    };
  });
}

/** Instances by hand: Auto Scaling launches its own. Unlike there, an instance that is started again serves as soon as it has booted. */
export const instances = {
  RunInstances(world, input) {
    const { MinCount = 1, MaxCount = 1, ClientToken } = input;
    checkCounts(MinCount, MaxCount);
    const request = fingerprint({ ...input, ClientToken: undefined });
    const earlier = ClientToken === undefined ? undefined : ownMember(world.ec2.launchTokens, ClientToken);
    if (earlier !== undefined && earlier.request !== request)
      throw new AwsFault(
        'IdempotentParameterMismatch',
        'The client token has already been used with different parameters.',
      );
    const ids = earlier?.instances ?? launchedUpTo(world, input, { MinCount, MaxCount });
    if (ClientToken !== undefined)
      setMember(world.ec2.launchTokens, ClientToken, { request, instances: ids });
    return {
      ReservationId: ids[0]?.replace('i-', 'r-'),
      OwnerId: world.account,
      Instances: ids.flatMap((id) => world.ec2.nodes[id]?.instance ?? []),
    };
  },

  StartInstances: (world, { InstanceIds }) => {
    const StartingInstances = change(world, InstanceIds, {
      moves: ['stopped'],
      settled: ['pending', 'running'],
      to: 'pending',
    });
    for (const { InstanceId = '', PreviousState } of StartingInstances)
      if (PreviousState?.Name === 'stopped') boot(world, world.ec2.nodes[InstanceId]);
    return { StartingInstances };
  },

  StopInstances: (world, { InstanceIds }) => ({
    StoppingInstances: change(world, InstanceIds, {
      moves: ['running'],
      settled: ['stopping', 'stopped'],
      to: 'stopping',
    }),
  }),

  TerminateInstances: (world, { InstanceIds }) => ({
    TerminatingInstances: change(world, InstanceIds, {
      moves: ['pending', 'running', 'stopping', 'stopped'],
      settled: ['shutting-down', 'terminated'],
      to: 'shutting-down',
    }),
  }),

  RebootInstances(world, { InstanceIds }) {
    for (const node of nodesNamed(world, InstanceIds)) {
      if (node.instance.State.Name !== 'running')
        throw new AwsFault(
          'IncorrectInstanceState',
          `The instance '${node.instance.InstanceId}' is not in the 'running' state.`,
        );
      boot(world, node);
    }
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-ec2')>;

/** The software of its image begins to answer once it has booted, or never. */
function boot(world: World, node: NodeState | undefined): void {
  if (node === undefined) return;
  const boots = world.ec2.software[node.instance.ImageId]?.boots;
  delete node.servesFrom;
  if (boots === undefined) return;
  node.servesFrom = secondsFrom(world.now, drawBetween(world, ...boots));
  schedule(world, node.servesFrom, { kind: 'application-starts', instance: node.instance.InstanceId });
}

type Launch = Parameters<NonNullable<Operations<typeof import('@aws-sdk/client-ec2')>['RunInstances']>>[1];

function checkCounts(least: number, most: number): void {
  const refused = (message: string) => new AwsFault('InvalidParameterValue', message);
  if (!Number.isInteger(least) || least < 1)
    throw refused('Minimum instance count must be greater than zero');
  if (!Number.isInteger(most) || most < 1) throw refused('Maximum instance count must be greater than zero');
  if (least > most)
    throw new AwsFault(
      'InvalidParameterCombination',
      'Maximum instance count must not be smaller than minimum instance count',
    );
}

/** As many as the limit leaves room for, and none where that is too few. */
function launchedUpTo(
  world: World,
  input: Launch,
  { MinCount, MaxCount }: { MinCount: number; MaxCount: number },
): string[] {
  const count = Math.min(MaxCount, roomForInstances(world));
  if (count < MinCount) throw new AwsFault('InstanceLimitExceeded', limitExceeded(world, MinCount));
  return Array.from({ length: count }, () => launched(world, input).instance.InstanceId);
}

function launched(world: World, input: Launch): NodeState {
  const version = input.LaunchTemplate && templateVersionOf(world, input.LaunchTemplate);
  const ImageId = input.ImageId ?? (version && imageOf(world, version)) ?? '';
  if (ImageId === '')
    throw new AwsFault('MissingParameter', 'The request must contain the parameter ImageId');
  if (!world.ec2.images.some((image) => image.ImageId === ImageId))
    throw new AwsFault('InvalidAMIID.NotFound', `The image id '[${ImageId}]' does not exist`);
  const [face] = input.NetworkInterfaces ?? version?.LaunchTemplateData.NetworkInterfaces ?? [];
  if (face !== undefined && (input.SubnetId ?? input.SecurityGroupIds) !== undefined)
    throw new AwsFault(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request',
    );
  const wanted = input.SubnetId ?? face?.SubnetId;
  const subnet = world.ec2.subnets.find(({ SubnetId }) => wanted === undefined || SubnetId === wanted);
  if (subnet === undefined)
    throw new AwsFault('InvalidSubnetID.NotFound', `The subnet ID '${wanted}' does not exist`);
  const InstanceType = input.InstanceType ?? version?.LaunchTemplateData.InstanceType ?? 'm5.large';
  if (!hasCapacity(world, subnet.AvailabilityZone, InstanceType))
    throw new AwsFault(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${InstanceType} capacity in the Availability Zone you requested (${subnet.AvailabilityZone}). Our system will be working on provisioning additional capacity.`,
      { status: 500 },
    );
  const id = `i-0${drawHex(world, 16)}`;
  const node: NodeState = {
    instance: {
      InstanceId: id,
      ImageId,
      InstanceType,
      LaunchTime: world.now,
      Placement: { AvailabilityZone: subnet.AvailabilityZone, Tenancy: 'default' },
      PrivateIpAddress: `${subnet.CidrBlock.split('.').slice(0, 3).join('.')}.${drawBetween(world, 10, 250)}`,
      SecurityGroups: (
        face?.Groups ??
        input.SecurityGroupIds ??
        version?.LaunchTemplateData.SecurityGroupIds ??
        []
      ).map((GroupId) => ({ GroupId })),
      State: { Code: 0, Name: 'pending' },
      SubnetId: subnet.SubnetId,
      VpcId: subnet.VpcId,
      Tags: tagsFor(input),
    },
  };
  world.ec2.nodes[id] = node;
  boot(world, node);
  begin(world, node, 'pending');
  return node;
}

const tagsFor = ({ TagSpecifications = [] }: Launch): Tag[] =>
  TagSpecifications.filter(({ ResourceType }) => ResourceType === 'instance').flatMap(
    ({ Tags = [] }) => Tags,
  );
