import { drawBetween, drawHex } from '../../random.ts';
import { schedule } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { hasCapacity } from '../ec2/capacity.ts';
import { limitExceeded, roomForInstances } from '../ec2/instance-limit.ts';
import { imageOf, templateVersionOf } from '../ec2/launch-templates.ts';
import type { NodeState, TemplateVersion } from '../ec2/state.ts';
import { beginActivity, finishActivity } from './activities.ts';
import { drawnTime, memberEvent } from './events.ts';
import { launchTemplateOf } from './refresh-goal.ts';
import type { FleetState } from './state.ts';

/** Seconds until EC2 has an instance running, at least and at most. */
const startTakes = [20, 35] as const;

/** @returns the id of the new instance, `undefined` where the launch failed: the activity then says why */
export function launch(
  world: World,
  fleet: FleetState,
  zone: string,
  cause: readonly string[],
): string | undefined {
  const activity = beginActivity(world, fleet, {
    description: 'Launching a new EC2 instance',
    cause,
    zone,
    status: 'PreInService',
  });
  const source = launchSource(world, fleet, zone);
  if ('refused' in source) {
    const message = `${source.refused} Launching EC2 instance failed.`;
    finishActivity(world, fleet, activity.ActivityId, { status: 'Failed', message });
    return undefined;
  }
  const id = `i-0${drawHex(world, 16)}`;
  activity.Description += `: ${id}`;
  startNode(world, fleet, { id, zone, ...source });
  fleet.group.Instances.push({
    InstanceId: id,
    InstanceType: source.version.LaunchTemplateData.InstanceType,
    AvailabilityZone: zone,
    LifecycleState: 'Pending',
    HealthStatus: 'Healthy',
    LaunchTemplate: {
      LaunchTemplateId: source.version.LaunchTemplateId,
      LaunchTemplateName: source.version.LaunchTemplateName,
      Version: String(source.version.VersionNumber),
    },
    ProtectedFromScaleIn: fleet.group.NewInstancesProtectedFromScaleIn ?? false,
  });
  fleet.facts[id] = { activity: activity.ActivityId };
  schedule(world, drawnTime(world, startTakes), memberEvent(fleet, 'instance-running', id));
  return id;
}

type LaunchSource = { version: TemplateVersion; image: string } | { refused: string };

function launchSource(world: World, fleet: FleetState, zone: string): LaunchSource {
  let version: TemplateVersion;
  try {
    version = templateVersionOf(world, launchTemplateOf(fleet));
  } catch (error) {
    if (error instanceof AwsFault) return { refused: error.message };
    throw error;
  }
  const image = imageOf(world, version);
  if (!world.ec2.images.some(({ ImageId, State }) => ImageId === image && State === 'available'))
    return { refused: `The image id '[${image}]' does not exist.` };
  if (roomForInstances(world) < 1) return { refused: limitExceeded(world, 1) };
  const type = version.LaunchTemplateData.InstanceType;
  if (hasCapacity(world, zone, type)) return { version, image };
  const others = fleet.group.AvailabilityZones.filter((other) => hasCapacity(world, other, type));
  return {
    refused:
      `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). ` +
      'Our system will be working on provisioning additional capacity.' +
      (others.length === 0
        ? ''
        : ` You can currently get ${type} capacity by not specifying an Availability Zone in your request or choosing ${others.join(', ')}.`),
  };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html#tag-lifecycle */
function propagated({ group }: FleetState): { Key: string; Value: string }[] {
  const tags = (group.Tags ?? [])
    .filter(({ PropagateAtLaunch }) => PropagateAtLaunch === true)
    .map(({ Key = '', Value = '' }) => ({ Key, Value }));
  const isNamed = tags.some(({ Key }) => Key === 'Name');
  return isNamed ? tags : [{ Key: 'Name', Value: group.AutoScalingGroupName }, ...tags];
}

function startNode(
  world: World,
  fleet: FleetState,
  { id, zone, version, image }: { id: string; zone: string; version: TemplateVersion; image: string },
): void {
  const subnet = world.ec2.subnets.find(({ AvailabilityZone }) => AvailabilityZone === zone);
  const boots = world.ec2.software[image]?.boots;
  const node: NodeState = {
    instance: {
      InstanceId: id,
      ImageId: image,
      InstanceType: version.LaunchTemplateData.InstanceType,
      LaunchTime: world.now,
      Placement: { AvailabilityZone: zone, Tenancy: 'default' },
      PrivateIpAddress: `${(subnet?.CidrBlock ?? '10.20.0.0').split('.').slice(0, 3).join('.')}.${drawBetween(world, 10, 250)}`,
      SecurityGroups: (version.LaunchTemplateData.SecurityGroupIds ?? []).map((GroupId) => ({ GroupId })),
      State: { Code: 0, Name: 'pending' },
      SubnetId: subnet?.SubnetId ?? '',
      VpcId: subnet?.VpcId,
      Tags: [
        { Key: 'aws:autoscaling:groupName', Value: fleet.group.AutoScalingGroupName },
        { Key: 'aws:ec2launchtemplate:id', Value: version.LaunchTemplateId },
        { Key: 'aws:ec2launchtemplate:version', Value: String(version.VersionNumber) },
        ...propagated(fleet),
      ],
    },
  };
  world.ec2.nodes[id] = node;
  if (boots === undefined) return;
  node.servesFrom = drawnTime(world, boots);
  schedule(world, node.servesFrom, { kind: 'application-starts', instance: id });
}
