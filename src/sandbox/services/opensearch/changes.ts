import type {
  ChangeProgressDetails,
  ChangeProgressStatusDetails,
  ConfigChangeStatus,
  DomainProcessingStatusType,
  ModifyingProperties,
} from '@aws-sdk/client-opensearch';
import { keepsPassword } from '../../faults/fault.ts';
import { setMember } from '../../own-member.ts';
import { drawBetween, drawHex, drawUuid } from '../../random.ts';
import { schedule, secondsFrom } from '../../schedule.ts';
import type { EventHandlers, World } from '../../world.ts';
import type { Change, Domain, OpenSearchEvent, OpenSearchTimings, OptionName, Stage } from './state.ts';

type Plan = readonly (readonly [name: string, description: string, takes: keyof OpenSearchTimings])[];

const validation = ['Validation', 'Validating domain eligibility for the update', 'validation'] as const;

/** Stages: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html */
export const blueGreen: Plan = [
  validation,
  ['Creating a new environment', 'Creating the resources of the new environment', 'environment'],
  ['Provisioning new nodes', 'Creating the instances of the new environment', 'provisioning'],
  ['Traffic routing on new nodes', 'Sending traffic to the new data nodes', 'routing'],
  ['Traffic routing on old nodes', 'Taking traffic from the old data nodes', 'routing'],
  ['Copying shards to new nodes', 'Moving shards from the old nodes to the new nodes', 'copying'],
  ['Terminating nodes', 'Terminating the old nodes', 'terminating'],
  ['Deleting older resources', 'Deleting the resources of the old environment', 'environment'],
];
export const dynamic: Plan = [
  validation,
  ['Dynamic update', 'Applying the change to the running nodes', 'dynamic'],
];
export const creation: Plan = [['Creating a new environment', 'Creating the domain', 'creation']];
export const deletion: Plan = [['Deleting older resources', 'Deleting the domain', 'deletion']];

export function begin(
  world: World,
  domain: Domain,
  plan: Plan,
  what: Pick<Change, 'does' | 'options'> & Partial<Pick<Change, 'login'>>,
): Change {
  let endsAt = world.now;
  const stages = plan.map(([name, description, takes]): Stage => {
    endsAt = secondsFrom(endsAt, drawBetween(world, ...world.openSearch.timings[takes]));
    return { name, description, endsAt };
  });
  const change: Change = { id: drawUuid(world), startedAt: world.now, stages, ...what };
  domain.change = change;
  schedule(world, endsAt, {
    kind: 'domain-change-ended',
    domain: domain.described.DomainName,
    change: change.id,
  });
  return change;
}

export const isUnderWay = ({ now }: World, { change }: Domain): boolean =>
  change?.stages.some(({ endsAt }) => endsAt > now) ?? false;

const stageOf = ({ now }: World, { stages }: Change): Stage | undefined =>
  stages.find(({ endsAt }) => endsAt > now);

/** While old and new nodes are both there: from their provisioning to their termination. */
export function isDoubled(world: World, domain: Domain): boolean {
  const stage = domain.change && stageOf(world, domain.change);
  const first = blueGreen.findIndex(([name]) => name === 'Traffic routing on new nodes');
  const last = blueGreen.findIndex(([name]) => name === 'Terminating nodes');
  const at = blueGreen.findIndex(([name]) => name === stage?.name);
  return domain.change?.does !== 'create' && at >= first && at <= last;
}

function statusOf(world: World, change: Change): ConfigChangeStatus {
  const stage = stageOf(world, change);
  if (stage === undefined) return 'Completed';
  return stage.name === 'Validation' ? 'Validating' : 'ApplyingChanges';
}

function lastUpdate(world: World, { startedAt, stages }: Change): Date {
  return stages.findLast(({ endsAt }) => endsAt <= world.now)?.endsAt ?? startedAt;
}

export const progressDetails = (world: World, change: Change): ChangeProgressDetails => ({
  ChangeId: change.id,
  ConfigChangeStatus: statusOf(world, change),
  InitiatedBy: 'CUSTOMER',
  LastUpdatedTime: lastUpdate(world, change),
  StartTime: change.startedAt,
});

export function progressOf(world: World, change: Change): ChangeProgressStatusDetails {
  const current = stageOf(world, change);
  const properties = optionsIn(change);
  return {
    ChangeId: change.id,
    StartTime: change.startedAt,
    Status: current === undefined ? 'COMPLETED' : 'PROCESSING',
    PendingProperties: current === undefined ? [] : properties,
    CompletedProperties: current === undefined ? properties : [],
    TotalNumberOfStages: change.stages.length,
    ChangeProgressStages: change.stages.map((stage, index) => ({
      Name: stage.name,
      Description: stage.description,
      Status: stage.endsAt <= world.now ? 'COMPLETED' : stage === current ? 'PROCESSING' : 'PENDING',
      ...dated(world, change, index),
    })),
    LastUpdatedTime: lastUpdate(world, change),
    ConfigChangeStatus: statusOf(world, change),
    InitiatedBy: 'CUSTOMER',
  };
}

/** A stage that has not begun was never updated. */
function dated({ now }: World, { stages, startedAt }: Change, index: number): { LastUpdated?: Date } {
  const begun = stages[index - 1]?.endsAt ?? startedAt;
  const ended = stages[index]?.endsAt ?? begun;
  if (begun > now) return {};
  return { LastUpdated: ended <= now ? ended : begun };
}

export const optionsIn = ({ options }: Change): OptionName[] => Object.keys(options) as OptionName[];

export const processingStatus = (world: World, domain: Domain): DomainProcessingStatusType => {
  if (!isUnderWay(world, domain)) return 'Active';
  const statuses = {
    modify: 'Modifying',
    create: 'Creating',
    delete: 'Deleting',
    'update-software': 'UpdatingServiceSoftware',
  } as const;
  return statuses[domain.change?.does ?? 'modify'];
};

/** Scalar members that differ, by their path, as DescribeDomain lists them. */
export function modifying(world: World, domain: Domain): ModifyingProperties[] {
  const { change, described } = domain;
  if (change === undefined || change.does !== 'modify' || !isUnderWay(world, domain)) return [];
  return optionsIn(change).flatMap((name) =>
    differences(name, Reflect.get(described, name), Reflect.get(change.options, name)),
  );
}

function differences(path: string, active: unknown, pending: unknown): ModifyingProperties[] {
  if (JSON.stringify(active) === JSON.stringify(pending)) return [];
  if (typeof pending === 'object' && pending !== null && !Array.isArray(pending))
    return Object.entries(pending).flatMap(([key, value]) =>
      differences(`${path}.${key}`, (active as Record<string, unknown> | undefined)?.[key], value),
    );
  const isPlain = typeof pending !== 'object';
  const text = (value: unknown) =>
    value === undefined ? '' : isPlain ? String(value) : JSON.stringify(value);
  return [
    {
      Name: path,
      ActiveValue: text(active),
      PendingValue: text(pending),
      ValueType: isPlain ? 'PLAIN_TEXT' : 'STRINGIFIED_JSON',
    },
  ];
}

/** Node ids change with every blue/green deployment. */
export const newNodes = (world: World, zones: readonly string[], count: number): Domain['nodes'] =>
  Array.from({ length: count }, (_, index) => ({
    id: Buffer.from(drawHex(world, 32), 'hex').toString('base64url'),
    zone: zones[index % zones.length] ?? '',
  }));

export const openSearchEvents: EventHandlers<OpenSearchEvent> = {
  'domain-change-ended'(world, { domain: name, change: id }) {
    const domain = world.openSearch.domains.find(({ described }) => described.DomainName === name);
    const change = domain?.change;
    if (domain === undefined || change?.id !== id) return;
    if (change.does === 'delete') {
      world.openSearch.domains = world.openSearch.domains.filter((other) => other !== domain);
      return;
    }
    Object.assign(domain.described, change.options);
    for (const option of optionsIn(change))
      domain.optionChanges[option] = {
        at: world.now,
        version: (domain.optionChanges[option]?.version ?? 1) + 1,
      };
    if (change.login !== undefined && !keepsPassword(world, 'search'))
      setMember(domain.logins, change.login.user, change.login.password);
    if (change.stages.length === blueGreen.length) {
      const { AvailabilityZones = [] } = domain.described.VPCOptions ?? {};
      domain.nodes = newNodes(
        world,
        AvailabilityZones.length > 0 ? AvailabilityZones : domain.nodes.map(({ zone }) => zone),
        domain.described.ClusterConfig.InstanceCount ?? domain.nodes.length,
      );
    }
  },
};
