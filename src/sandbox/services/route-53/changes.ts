import type { ChangeResourceRecordSetsCommandInput, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { drawBetween } from '../../random.ts';
import { secondsFrom } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { faultsOfSet } from './change-rules.ts';
import { domainName } from './domain-name.ts';
import { checkNamed } from './health.ts';
import type { RecordSet, ZoneState } from './state.ts';
import { changeInfo, zoneOf } from './zones.ts';

const changesKept = 50;

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function newChangeId(world: World): string {
  let id = 'C';
  while (id.length < 21) id += letters[drawBetween(world, 0, letters.length - 1)];
  return id;
}

/** All changes of a batch are made, or none. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html */
export function changeResourceRecordSets(
  world: World,
  { HostedZoneId, ChangeBatch }: ChangeResourceRecordSetsCommandInput,
) {
  const zone = zoneOf(world, HostedZoneId);
  const { Changes = [], Comment } = ChangeBatch ?? {};
  if (Changes.length === 0)
    throw new AwsFault('InvalidInput', 'Invalid request: Expected at least one change, but found none');
  const sets = Changes.map(({ Action = '', ResourceRecordSet = {} as ResourceRecordSet }) => ({
    action: Action,
    set: wellFormed(Action, ResourceRecordSet),
  }));
  for (const { set } of sets)
    if (set.HealthCheckId !== undefined && checkNamed(world, set.HealthCheckId) === undefined)
      throw new AwsFault('NoSuchHealthCheck', `A health check with id ${set.HealthCheckId} does not exist.`, {
        status: 404,
      });

  let records = zone.records;
  const messages: string[] = [];
  for (const { action, set } of sets) {
    const message = misfit(records, action, set);
    if (message !== undefined) messages.push(message);
    const others = records.filter((record) => !isSameSet(record, set));
    records = action === 'DELETE' ? others : [...others, set];
  }
  messages.push(
    ...sets.flatMap(({ action, set }) =>
      action === 'DELETE' ? apexFaults(zone, records, set) : faultsOfSet(world, zone, records, set),
    ),
  );
  if (messages.length > 0)
    throw new AwsFault('InvalidChangeBatch', `[${[...new Set(messages)].join(', ')}]`, {
      members: { messages: [...new Set(messages)] },
    });
  return { ChangeInfo: changeInfo(world, take(world, zone, records, Comment)) };
}

function take(world: World, zone: ZoneState, records: RecordSet[], comment: string | undefined) {
  const { route53, now } = world;
  const drawn = secondsFrom(now, drawBetween(world, ...route53.timings.propagation));
  // One change does not overtake another.
  const inSyncAt = zone.before.reduce((latest, { until }) => (until > latest ? until : latest), drawn);
  zone.before = [
    ...zone.before.filter(({ until }) => until > now),
    { until: inSyncAt, records: zone.records },
  ];
  zone.records = records;
  const change = {
    Id: newChangeId(world),
    SubmittedAt: now,
    inSyncAt,
    ...(comment !== undefined && { Comment: comment }),
  };
  route53.changes = [...route53.changes, change].slice(-changesKept);
  return change;
}

function wellFormed(action: string, { Name = '', Type, ...rest }: ResourceRecordSet): RecordSet {
  const what = `Change with [Action=${action}, Name=${domainName(Name)}, Type=${Type}, SetIdentifier=${rest.SetIdentifier ?? 'null'}]`;
  if (!['CREATE', 'DELETE', 'UPSERT'].includes(action) || Type === undefined)
    throw new AwsFault('InvalidInput', `Invalid request: Unknown action or type in ${what}`);
  const values = [
    rest.AliasTarget !== undefined,
    rest.TTL !== undefined || (rest.ResourceRecords?.length ?? 0) > 0,
  ];
  const count = values.filter((value) => value).length;
  const isWhole =
    rest.AliasTarget !== undefined || (rest.TTL !== undefined && (rest.ResourceRecords?.length ?? 0) > 0);
  if (count !== 1 || !isWhole)
    throw new AwsFault(
      'InvalidInput',
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ${count > 1 ? 'more than one' : 'none'} in ${what}`,
    );
  const policies = [rest.Weight, rest.Failover, rest.Region, rest.GeoLocation, rest.MultiValueAnswer].filter(
    (policy) => policy !== undefined,
  );
  if (policies.length > 1 || (policies.length === 1) !== (rest.SetIdentifier !== undefined))
    throw new AwsFault(
      'InvalidInput',
      `Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer] with a SetIdentifier in ${what}`,
    );
  const { AliasTarget } = rest;
  return {
    ...rest,
    Name: domainName(Name),
    Type,
    ...(AliasTarget && { AliasTarget: { ...AliasTarget, DNSName: domainName(AliasTarget.DNSName ?? '') } }),
  };
}

export const isSameSet = (one: RecordSet, other: RecordSet): boolean =>
  one.Name === other.Name && one.Type === other.Type && one.SetIdentifier === other.SetIdentifier;

const titleOf = ({ Name, Type, SetIdentifier }: RecordSet): string =>
  `resource record set [name='${Name}', type='${Type}'${SetIdentifier === undefined ? '' : `, set-identifier='${SetIdentifier}'`}]`;

/** What is wrong with an action, given what the changes before it left. */
function misfit(records: readonly RecordSet[], action: string, set: RecordSet): string | undefined {
  const found = records.find((record) => isSameSet(record, set));
  if (action === 'CREATE' && found !== undefined)
    return `Tried to create ${titleOf(set)} but it already exists`;
  if (action !== 'DELETE') return undefined;
  if (found === undefined) return `Tried to delete ${titleOf(set)} but it was not found`;
  return valuesOf(found) === valuesOf(set)
    ? undefined
    : `Tried to delete ${titleOf(set)} but the values provided do not match the current values`;
}

/** All that must be the same in what is deleted; values count in any order. */
const valuesOf = ({
  AliasTarget,
  TTL,
  ResourceRecords = [],
  Weight,
  Failover,
  Region,
  HealthCheckId,
}: RecordSet) =>
  JSON.stringify([
    AliasTarget && [AliasTarget.HostedZoneId, AliasTarget.DNSName, AliasTarget.EvaluateTargetHealth],
    TTL,
    ResourceRecords.map(({ Value }) => Value).toSorted(),
    Weight,
    Failover,
    Region,
    HealthCheckId,
  ]);

function apexFaults({ zone }: ZoneState, records: readonly RecordSet[], { Name, Type }: RecordSet): string[] {
  const isThere = records.some((record) => record.Name === zone.Name && record.Type === Type);
  if (Name !== zone.Name || isThere) return [];
  if (Type === 'SOA') return ['A HostedZone must contain exactly one SOA record.'];
  return Type === 'NS' ? ['A HostedZone must contain at least one NS record for the zone itself.'] : [];
}
