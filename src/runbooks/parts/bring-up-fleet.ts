import * as z from 'zod';
import {
  type Activity,
  type AutoScalingGroup,
  describeGroup,
  describeScalingActivities,
  setDesiredCapacity,
  setLaunchTemplate,
  tagGroup,
  untagGroup,
} from '../../aws/auto-scaling.ts';
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersion,
  describeLaunchTemplate,
  describeLaunchTemplateVersions,
} from '../../aws/ec2.ts';
import { describeTargetGroup, describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import {
  type Change,
  change,
  type ForEach,
  forEach,
  type ListEntry,
  type StepReference,
  type Wait,
  wait,
} from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { type Mode, parameterPrefix, tagsFor } from './drill-mode.ts';
import { eachRecovered } from './each-recovered.ts';
import { groupIsGone } from './fleet-watch.ts';
import { resolveVersion } from './launch-template.ts';
import { recoveredNamed, recoveryOf } from './recovered-components.ts';
import type { Recovered } from './recovery-plan.ts';

/** Scales every recovery fleet from zero, and waits until it serves through its load balancer. */
export const bringUpFleets = (mode: Mode): ForEach<{ name: string }> =>
  eachRecovered('auto-scaling-group', {
    id: 'fleet',
    title: 'Scale each recovery fleet from zero, and have it serve',
    example: 'app',
    steps: (name) => bringUpFleet(name, mode),
  });

const fleetIn = ({ environment }: Pick<ReadContext, 'environment'>, name: string) => ({
  ...(recoveredNamed(environment, 'auto-scaling-group', name) satisfies Recovered),
  region: recoveryOf(environment).region,
});

async function groupIn({ aws, environment }: ReadContext, name: string): Promise<AutoScalingGroup> {
  const { recovery, region } = fleetIn({ environment }, name);
  const group = await describeGroup(aws.in(region), recovery.group);
  if (group === undefined) throw groupIsGone(recovery.group);
  return group;
}

const inService = ({ Instances = [] }: AutoScalingGroup): number =>
  Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length;

function bringUpFleet(name: string, mode: Mode): readonly ListEntry[] {
  const pointing = pointToParameters(name, mode);
  const scaled = scaleFromZero(name, pointing);
  return [
    pointing,
    scaled,
    forEach({
      id: 'instance-type',
      title: 'Have the group launch an instance type that AWS has capacity for',
      item: typeItem,
      items: async ({ environment }) => firstOf(fleetIn({ environment }, name).recovery.instanceTypes),
      key: ({ type }) => type,
      steps: (item) => tryInstanceType(name, item, scaled),
      example: { type: 'm5.xlarge', further: ['m5a.xlarge'] },
    }),
    everyNodeRuns(name, scaled),
    fleetIsHealthy(name),
  ];
}

const pointed = z.object({
  group: z.string(),
  region: z.string(),
  keys: z.array(z.string()),
  /** Nodes that the group was told to have, before it was scaled: a kill while that is done would lose it. */
  desired: z.int(),
});

type Pointed = z.output<typeof pointed>;

/** The group hands its tags on to the nodes, whose user data reads them. In a failover nodes look where they always do. */
const pointToParameters = (name: string, mode: Mode): Change<Pointed> =>
  change({
    id: 'point',
    title:
      mode === 'drill'
        ? 'Tag the recovery group with run and purpose, and with where its nodes find their parameters'
        : 'Tag the recovery group with run and purpose',
    uses: [describeGroup, tagGroup, untagGroup],
    returns: pointed,
    async findApplied(context) {
      const tags = tagsOfGroup(context, mode);
      const group = await groupIn(context, name);
      const { Tags = [] } = group;
      const has = Object.entries(tags).every(([key, value]) =>
        Tags.some(({ Key, Value }) => Key === key && Value === value),
      );
      return has ? pointedTo(context, name, group, tags) : undefined;
    },
    async apply(context) {
      const tags = tagsOfGroup(context, mode);
      const { recovery, region } = fleetIn(context, name);
      const group = await groupIn(context, name);
      refuseNodes(group, region);
      await tagGroup(context.aws.in(region), recovery.group, tags);
      return pointedTo(context, name, group, tags);
    },
    undo: {
      title: 'Take the tags off the recovery group',
      async apply({ aws }, { group, region, keys }) {
        const there = aws.in(region);
        const { Tags = [] } = (await describeGroup(there, group)) ?? {};
        const left = keys.filter((key) => Tags.some(({ Key }) => Key === key));
        if (left.length > 0) await untagGroup(there, group, left);
      },
    },
  });

const pointedTo = (
  context: ReadContext,
  name: string,
  { DesiredCapacity = 0 }: AutoScalingGroup,
  tags: Readonly<Record<string, string>>,
): Pointed => {
  const { recovery, region } = fleetIn(context, name);
  return { group: recovery.group, region, keys: Object.keys(tags), desired: DesiredCapacity };
};

/** Nodes that are there already have read their parameters: they would not use what this run has restored, and could not be told apart. */
function refuseNodes(
  { AutoScalingGroupName = '', DesiredCapacity = 0, Instances = [] }: AutoScalingGroup,
  region: string,
): void {
  if (DesiredCapacity === 0 && Instances.length === 0) return;
  throw new OperatorError({
    code: 'RECOVERY_FLEET_IN_USE',
    message: `${AutoScalingGroupName} in ${region} is told to have ${DesiredCapacity} nodes, and has ${Instances.length}, which this run did not launch: they have not read its parameters. Nothing was changed there`,
    hint: `Find out who needs them. If nobody does: aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${AutoScalingGroupName} --min-size 0 --desired-capacity 0 --region ${region}; then: runbook resume`,
  });
}

function tagsOfGroup(context: ReadContext, mode: Mode): Readonly<Record<string, string>> {
  const { tag } = recoveryOf(context.environment).parameters;
  const prefix = parameterPrefix(context.environment, mode, context.runId);
  return { ...(mode === 'drill' && { [tag]: prefix }), ...tagsFor(mode)(context) };
}

const scaled = z.object({
  group: z.string(),
  region: z.string(),
  before: z.int(),
  capacity: z.int(),
  /** What the group launches at rest. */
  template: z.string(),
  setting: z.string(),
  at: z.iso.datetime(),
});

type Scaled = z.output<typeof scaled>;

const scaleFromZero = (name: string, pointing: StepReference<Pointed>): Change<Scaled> =>
  change({
    id: 'scale',
    title: 'Scale the recovery fleet from zero',
    uses: [describeGroup, setDesiredCapacity],
    returns: scaled,
    async findApplied(context) {
      const group = await groupIn(context, name);
      const { desired } = context.outputOf(pointing);
      // Where there is no capacity it has no node for as long as one looks.
      const isScaled = group.DesiredCapacity === fleetIn(context, name).recovery.capacity;
      return isScaled ? scaledTo(context, name, group, desired) : undefined;
    },
    async apply(context) {
      const group = await groupIn(context, name);
      const { recovery, region } = fleetIn(context, name);
      await setDesiredCapacity(context.aws.in(region), recovery.group, recovery.capacity);
      return scaledTo(context, name, group, context.outputOf(pointing).desired);
    },
    summary: ({ before, capacity }) => `from ${before} to ${capacity}`,
    undo: {
      title: 'Scale the recovery fleet back, and see its nodes gone',
      every: seconds(30),
      timeout: minutes(45),
      async turn({ aws }, { group: name_, region, before }) {
        const there = aws.in(region);
        const group = await describeGroup(there, name_);
        if (group === undefined) throw groupIsGone(name_);
        const nodes = group.Instances?.length ?? 0;
        if ((group.DesiredCapacity ?? 0) > before) {
          await setDesiredCapacity(there, name_, before);
          return { ready: false, because: `${name_} was told to go back to ${before} nodes` };
        }
        if (nodes <= before) return { ready: true };
        return { ready: false, because: `${nodes} nodes of ${name_} are still there` };
      },
    },
  });

const scaledTo = (
  context: ReadContext,
  name: string,
  { AutoScalingGroupName, LaunchTemplate }: AutoScalingGroup,
  before: number,
): Scaled => ({
  group: AutoScalingGroupName ?? '',
  region: fleetIn(context, name).region,
  before,
  capacity: fleetIn(context, name).recovery.capacity,
  template: LaunchTemplate?.LaunchTemplateId ?? '',
  setting: LaunchTemplate?.Version ?? '$Default',
  at: context.clock.now().toISOString(),
});

const typeItem = z.object({
  type: z.string(),
  /** What comes next where AWS has no capacity for it. */
  further: z.array(z.string()),
});

type TypeItem = z.output<typeof typeItem>;

const firstOf = ([type, ...further]: readonly string[]): readonly TypeItem[] =>
  type === undefined ? [] : [{ type, further }];

const offered = z.object({
  /** Absent where the group needs none. */
  version: z.int().optional(),
  template: z.string(),
  region: z.string(),
  /** Why the group needs none. */
  because: z.string().optional(),
});

const tried = z.object({ launched: z.boolean(), because: z.string() });

/** A launch template's version says which type a group launches: one of this run's own, which goes with it. */
function tryInstanceType(
  name: string,
  { type, further }: TypeItem,
  fleet: StepReference<Scaled>,
): readonly ListEntry[] {
  const isDone = async (context: ReadContext): Promise<boolean> =>
    (await groupIn(context, name)).Instances?.length === context.outputOf(fleet).capacity;
  const description = ({ runId }: Pick<ReadContext, 'runId'>) => `runbook ${runId}: ${type}`;
  const version = change<z.output<typeof offered>>({
    id: 'version',
    title: `Make a launch template version with ${type}`,
    uses: [
      describeGroup,
      describeLaunchTemplate,
      describeLaunchTemplateVersions,
      createLaunchTemplateVersion,
      deleteLaunchTemplateVersion,
    ],
    returns: offered,
    async findApplied(context) {
      const { template, region, setting } = context.outputOf(fleet);
      const there = context.aws.in(region);
      const versions = await describeLaunchTemplateVersions(there, { id: template });
      const own = versions.find(({ VersionDescription }) => VersionDescription === description(context));
      if (own?.VersionNumber !== undefined) return { version: own.VersionNumber, template, region };
      const { version: current } = await resolveVersion(there, template, setting);
      const launches = versions.find(({ VersionNumber }) => String(VersionNumber) === current);
      if (launches?.LaunchTemplateData?.InstanceType === type)
        return { template, region, because: `version ${current} has it` };
      if (await isDone(context)) return { template, region, because: 'every node is launched' };
      return undefined;
    },
    async apply(context) {
      const { template, region, setting } = context.outputOf(fleet);
      const there = context.aws.in(region);
      const { version: sourceVersion } = await resolveVersion(there, template, setting);
      const made = await createLaunchTemplateVersion(there, {
        id: template,
        sourceVersion,
        instanceType: type,
        description: description(context),
        clientToken: context.idempotencyToken,
      });
      return { version: made, template, region };
    },
    summary: ({ version: made, because }) =>
      made === undefined ? (because ?? 'not needed') : `version ${made}`,
    undo: {
      title: `Delete the launch template version with ${type}`,
      async apply({ aws }, { version: made, template, region }) {
        if (made !== undefined)
          await deleteLaunchTemplateVersion(aws.in(region), { id: template, version: made });
      },
    },
  });
  const launching = change<{ launches: string }>({
    id: 'launch',
    title: `Have the group launch ${type}`,
    uses: [describeGroup, setLaunchTemplate],
    returns: z.object({ launches: z.string() }),
    async findApplied(context) {
      const { version: made } = context.outputOf(version);
      const launches = (await groupIn(context, name)).LaunchTemplate?.Version ?? '';
      return made === undefined || launches === String(made) ? { launches } : undefined;
    },
    async apply(context) {
      const { version: made, template, region } = context.outputOf(version);
      const { group } = context.outputOf(fleet);
      await setLaunchTemplate(context.aws.in(region), group, { id: template, version: String(made) });
      return { launches: String(made) };
    },
    summary: ({ launches }) => `version ${launches}`,
    undo: {
      title: 'Have the group launch what it launched before',
      async apply({ aws, outputOf }) {
        const { group, region, template, setting } = outputOf(fleet);
        const there = aws.in(region);
        if ((await describeGroup(there, group))?.LaunchTemplate?.Version === setting) return;
        await setLaunchTemplate(there, group, { id: template, version: setting });
      },
    },
  });
  const launched = hasLaunched(name, type, fleet);
  return [
    version,
    launching,
    launched,
    ...(further.length === 0
      ? []
      : [
          forEach<TypeItem>({
            id: 'next',
            title: `Where AWS has no capacity for ${type}, try the next one`,
            item: typeItem,
            items: async ({ outputOf }) => (outputOf(launched).launched ? [] : firstOf(further)),
            key: (item) => item.type,
            steps: (item) => tryInstanceType(name, item, fleet),
            example: { type: further[0] ?? '', further: [] },
          }),
        ]),
  ];
}

/** How long until it is plain that all zones are without capacity, or that nodes come. */
const hasLaunched = (
  name: string,
  type: string,
  fleet: StepReference<Scaled>,
): Wait<z.output<typeof tried>> =>
  wait<z.output<typeof tried>>({
    id: 'launched',
    title: `It is known whether AWS has capacity for ${type}`,
    uses: [describeGroup, describeScalingActivities],
    every: seconds(15),
    timeout: minutes(10),
    hint: 'aws autoscaling describe-scaling-activities shows why nothing is launched; then: runbook resume, or runbook rollback',
    returns: tried,
    async probe(context) {
      const group = await groupIn(context, name);
      const { capacity, region, at } = context.outputOf(fleet);
      const there = group.Instances?.length ?? 0;
      if (there >= capacity)
        return { ready: true, output: { launched: true, because: `${there} nodes are launched` } };
      const activities = await describeScalingActivities(
        context.aws.in(region),
        group.AutoScalingGroupName ?? '',
        {
          most: 50,
        },
      );
      const refused = refusalsOf(activities, type, new Date(at));
      const zones = group.AvailabilityZones?.length ?? 1;
      if (refused.length >= zones)
        return {
          ready: true,
          output: { launched: false, because: `no capacity for ${type}: ${refused[0]?.StatusMessage}` },
        };
      return {
        ready: false,
        because: `${there} of ${capacity} launched${refused[0] === undefined ? '' : `; Auto Scaling: ${refused[0].StatusMessage}`}`,
      };
    },
    summary: ({ because }) => because,
  });

/** Launches of the type that failed for want of capacity. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-capacity.html */
export const refusalsOf = (activities: readonly Activity[], type: string, since: Date): readonly Activity[] =>
  activities.filter(
    ({ StatusCode, StatusMessage = '', StartTime }) =>
      StatusCode === 'Failed' &&
      StartTime !== undefined &&
      StartTime >= since &&
      StatusMessage.includes(`sufficient ${type} capacity`),
  );

const everyNodeRuns = (
  name: string,
  fleet: StepReference<Scaled>,
): Wait<{ nodes: number; types: string[] }> =>
  wait<{ nodes: number; types: string[] }>({
    id: 'nodes',
    title: 'Every node of the recovery fleet is in service',
    uses: [describeGroup],
    every: seconds(15),
    timeout: minutes(10),
    hint: 'aws autoscaling describe-scaling-activities shows why; then: runbook resume, or runbook rollback',
    returns: z.object({ nodes: z.int(), types: z.array(z.string()) }),
    async probe(context) {
      const group = await groupIn(context, name);
      const { capacity } = context.outputOf(fleet);
      const { Instances = [] } = group;
      if (Instances.length === 0) throw noCapacity(context, name);
      const types = [...new Set(Instances.flatMap(({ InstanceType }) => InstanceType ?? []))];
      const nodes = inService(group);
      if (nodes >= capacity) return { ready: true, output: { nodes, types } };
      return { ready: false, because: `${nodes} of ${capacity} nodes are in service` };
    },
    summary: ({ nodes, types }) => `${nodes}, ${types.join(' and ')}`,
  });

function noCapacity(context: ReadContext, name: string): OperatorError {
  const { recovery, region } = fleetIn(context, name);
  return new OperatorError({
    code: 'NO_CAPACITY',
    message: `AWS has no capacity in ${region} for any instance type that components.${name}.recovery.instanceTypes names: ${recovery.instanceTypes.join(', ')}. No node of ${recovery.group} was launched`,
    hint: 'Auto Scaling goes on trying the last one: runbook resume. Or name further types, undo (runbook rollback) and start again; reserved capacity (On-Demand Capacity Reservations) is what prevents this',
  });
}

/** As its users would meet it, whatever the public name leads to. */
export const fleetIsHealthy = (name: string): Wait<{ at: string; nodes: number }> =>
  wait<{ at: string; nodes: number }>({
    id: 'healthy',
    title: 'The recovery fleet is healthy through its load balancer',
    uses: [describeTargetGroup, describeTargetHealth],
    every: seconds(15),
    timeout: minutes(20),
    hint: 'What does the log of a node say: does it find its parameters, and do its logins work? Then: runbook resume, or runbook rollback',
    returns: z.object({ at: z.iso.datetime(), nodes: z.int() }),
    async probe(context) {
      const { recovery, region } = fleetIn(context, name);
      const there = context.aws.in(region);
      const targetGroup = await describeTargetGroup(there, recovery.targetGroup);
      const targets = await describeTargetHealth(there, targetGroup?.TargetGroupArn ?? '');
      const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
      if (healthy < recovery.capacity)
        return {
          ready: false,
          because: `${healthy} of ${recovery.capacity} targets of ${recovery.targetGroup} are healthy`,
        };
      const answer = await context.http.get(recovery.healthUrl, seconds(5), context.signal);
      if (!('status' in answer) || answer.status < 200 || answer.status > 299)
        return {
          ready: false,
          because: `${recovery.healthUrl} answers ${'status' in answer ? answer.status : answer.failed}`,
        };
      return { ready: true, output: { at: context.clock.now().toISOString(), nodes: healthy } };
    },
    summary: ({ nodes }) => `${nodes} healthy`,
  });
