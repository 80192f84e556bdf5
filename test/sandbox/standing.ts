import type { World } from '../../src/sandbox/world.ts';

/**
 * What must be as before once every change is undone: the settings, and the nodes by zone, version and state. Not what
 * happening itself leaves behind: ids, times, activities, and numbers that are never used again.
 */
export const standing = (world: World): unknown => ({
  groups: world.autoScaling.fleets.map(({ group, hooks, policies, scheduledActions }) => ({
    ...group,
    SuspendedProcesses: group.SuspendedProcesses.map(({ ProcessName }) => ProcessName).sort(),
    Instances: group.Instances.map(({ InstanceId, ...rest }) => JSON.stringify(rest)).sort(),
    hooks,
    policies,
    scheduledActions,
  })),
  running: Object.values(world.ec2.nodes)
    .filter(({ terminatedAt }) => terminatedAt === undefined)
    .map(
      ({ instance }) => `${instance.ImageId} ${instance.Placement.AvailabilityZone} ${instance.State.Name}`,
    )
    .sort(),
  templates: world.ec2.templates.map(({ template, versions }) => ({ template, versions })),
  images: world.ec2.images,
  targetGroups: world.loadBalancing.targetGroups.map(({ targetGroup, attributes, targets }) => ({
    targetGroup,
    attributes,
    targets: targets
      .map(({ id, port, drainingUntil }) => {
        const zone = world.ec2.nodes[id]?.instance.Placement.AvailabilityZone;
        return `${zone} ${port} ${drainingUntil === undefined ? 'registered' : 'draining'}`;
      })
      .sort(),
  })),
  alarms: world.cloudWatch.alarms.map(({ AlarmName, StateValue }) => `${AlarmName} ${StateValue}`),
  parameters: world.systemsManager.parameters,
});
