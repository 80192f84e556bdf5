import * as z from 'zod';
import type { Draft, FleetDraft } from '../draft.ts';
import { parseArn, targetGroupIn } from './arn.ts';
import { componentName, kebab, moduleName, unique } from './component-name.ts';
import { draftParts } from './draft-parts.ts';
import { fleetHealthUrl } from './health-url.ts';
import type { TerraformResource } from './read-terraform.ts';
import { managed, texts, trafficSources } from './resource-attributes.ts';

const groupAttributes = z.object({
  name: z.string(),
  arn: z.string().nullish(),
  target_group_arns: texts,
  traffic_source: trafficSources,
  tag: z.array(z.object({ key: z.string(), value: z.string() })).nullish(),
});

const attachmentAttributes = z.object({
  autoscaling_group_name: z.string(),
  lb_target_group_arn: z.string().nullish(),
  /** Its older name: https://github.com/hashicorp/terraform-provider-aws/issues/22662 */
  alb_target_group_arn: z.string().nullish(),
  traffic_source: trafficSources,
});

const alarmAttributes = z.object({
  alarm_name: z.string(),
  arn: z.string().nullish(),
  alarm_actions: texts,
  ok_actions: texts,
});

const clusterAttributes = z.object({
  cluster_identifier: z.string(),
  engine: z.string().startsWith('aurora'),
  arn: z.string().nullish(),
});

const anyArn = z.object({ arn: z.string() });

const volumeAttributes = z.object({ id: z.string(), arn: z.string().nullish() });

/** @returns a draft without fleets where no Auto Scaling group is managed */
export function draftFromResources(resources: readonly TerraformResource[]): Draft {
  const groups = managed(resources, ['aws_autoscaling_group'], groupAttributes);
  const arns = resources
    .flatMap(({ attributes }) => anyArn.safeParse(attributes).data?.arn ?? [])
    .flatMap((arn) => parseArn(arn) ?? []);
  const home = groups
    .map(({ attributes }) => parseArn(attributes.arn ?? ''))
    .find((arn) => arn !== undefined);
  const account = home?.account ?? mostFrequent(arns.map((arn) => arn.account));
  const region = home?.region ?? mostFrequent(arns.map((arn) => arn.region));
  const isHere = ({ attributes }: { readonly attributes: { readonly arn?: string | null | undefined } }) => {
    const arn = parseArn(attributes.arn ?? '');
    return arn === undefined || (arn.account === account && arn.region === region);
  };

  const here = groups.filter(isHere);
  const clusters = managed(resources, ['aws_rds_cluster'], clusterAttributes).filter(isHere);
  const fleets = unique(here.map(({ resource, attributes }) => fleetFrom(resource, attributes, resources)));
  const named = withoutNamesOf(
    fleets,
    clusters.map(({ resource, attributes }) => ({
      component: clusterName(resource, attributes.cluster_identifier),
      cluster: attributes.cluster_identifier,
    })),
  );
  const alarms = managed(resources, ['aws_cloudwatch_metric_alarm'], alarmAttributes)
    .filter(isHere)
    .map(({ attributes }) => attributes);
  const tag = here
    .flatMap(({ attributes }) => attributes.tag ?? [])
    .find(({ key }) => /^env(ironment)?$/i.test(key));
  const name = kebab(tag?.value ?? '');
  const names = (list: readonly string[]) => [...new Set(list)].join(', ');
  const notes: readonly (readonly [order: string, about: string])[] = [
    [
      'set recoveryRegion if it is one of these Regions, where other resources are',
      names(arns.map((arn) => arn.region).filter((other) => other !== '' && other !== region)),
    ],
    [
      'see that these alarms may stay out, which drive scaling and fire while all is well',
      names(alarms.filter(drivesScaling).map((alarm) => alarm.alarm_name)),
    ],
    [
      'describe these groups in environments of their own, they are in another account or Region',
      names(groups.filter((group) => !isHere(group)).map(({ attributes }) => attributes.name)),
    ],
    [
      'describe these volumes as a component of type ebs-volumes if what is on them cannot be made again, by a tag of their servers',
      names(
        managed(resources, ['aws_ebs_volume'], volumeAttributes)
          .filter(isHere)
          .map(({ attributes }) => attributes.id),
      ),
    ],
    ...fleets.flatMap(({ component, targetGroups }) =>
      targetGroups.length > 1
        ? [[`choose the target group of ${component}`, names(targetGroups)] as const]
        : [],
    ),
  ];

  return {
    name: name === '' ? 'prod' : name,
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
    alarms: alarms.filter((alarm) => !drivesScaling(alarm)).map((alarm) => alarm.alarm_name),
    fleets: fleets.map(
      ({ targetGroups: [targetGroup], ...fleet }): FleetDraft => ({
        ...fleet,
        ...(targetGroup !== undefined && { targetGroup }),
      }),
    ),
    clusters: named,
    parts: draftParts(resources, isHere, new Set([...fleets, ...named].map(({ component }) => component))),
    notes: [
      ...(name === ''
        ? ['the name of the environment, prod, is a guess: no group has a tag "Environment"']
        : []),
      ...notes.flatMap(([order, about]) => (about === '' ? [] : [`${order}: ${about}`])),
    ],
  };
}

function fleetFrom(
  resource: TerraformResource,
  group: z.output<typeof groupAttributes>,
  resources: readonly TerraformResource[],
) {
  const targetGroupArns = targetGroupsOf(group, resources);
  const [first] = targetGroupArns;
  return {
    component: componentName([resource.index, resource.name, moduleName(resource.module), group.name]),
    group: group.name,
    targetGroups: targetGroupArns.flatMap((arn) => targetGroupIn(arn) ?? []),
    ...(first !== undefined && fleetHealthUrl(resources, first)),
  };
}

function targetGroupsOf(
  group: z.output<typeof groupAttributes>,
  resources: readonly TerraformResource[],
): readonly string[] {
  const types = ['aws_autoscaling_attachment', 'aws_autoscaling_traffic_source_attachment'];
  const attached = managed(resources, types, attachmentAttributes)
    .map(({ attributes }) => attributes)
    .filter((attachment) => attachment.autoscaling_group_name === group.name)
    .flatMap((attachment) => [
      attachment.lb_target_group_arn,
      attachment.alb_target_group_arn,
      ...attachment.traffic_source,
    ]);
  return [...new Set([...group.target_group_arns, ...group.traffic_source, ...attached])].flatMap((arn) =>
    typeof arn === 'string' && targetGroupIn(arn) !== undefined ? arn : [],
  );
}

const clusterName = (resource: TerraformResource, identifier: string): string =>
  componentName([resource.index, resource.name, moduleName(resource.module), identifier]);

/** A cluster named like a fleet becomes `app-database`. */
const withoutNamesOf = <Cluster extends { readonly component: string }>(
  fleets: readonly { readonly component: string }[],
  clusters: readonly Cluster[],
): readonly Cluster[] => {
  const taken = new Set(fleets.map(({ component }) => component));
  return unique(
    clusters.map((cluster) =>
      taken.has(cluster.component) ? { ...cluster, component: `${cluster.component}-database` } : cluster,
    ),
  );
};

/** Such an alarm starts a scaling policy. A scale-in alarm is in ALARM whenever there is little to do. */
const drivesScaling = ({ alarm_actions, ok_actions }: z.output<typeof alarmAttributes>) =>
  [...alarm_actions, ...ok_actions].some(
    (action) => parseArn(action)?.resource.startsWith('scalingPolicy:') === true,
  );

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
