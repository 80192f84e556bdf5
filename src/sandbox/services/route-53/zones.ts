import { createHash } from 'node:crypto';
import type * as Route53 from '@aws-sdk/client-route-53';
import { draw } from '../../random.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { domainName, hostName, listingKey, loadBalancerIn } from './domain-name.ts';
import { chosen, recordsOf, resolve } from './resolve.ts';
import type { RecordSet, ZoneState } from './state.ts';

const bareId = (id: string): string => id.replace(/^\/?(hostedzone|change|healthcheck)\//, '');

export function zoneOf(world: World, id = ''): ZoneState {
  const found = world.route53.zones.find(({ zone }) => zone.Id === bareId(id));
  if (found === undefined)
    throw new AwsFault('NoSuchHostedZone', `No hosted zone found with ID: ${bareId(id)}`, { status: 404 });
  return found;
}

const described = ({ zone, records }: ZoneState): Route53.HostedZone => ({
  ...zone,
  Id: `/hostedzone/${zone.Id}`,
  ResourceRecordSetCount: records.length,
});

const mostZones = 100;
const mostRecords = 300;

/** The first item at or behind a place, and whether there is more than one page from it. */
function pageFrom<Item>(all: readonly Item[], from: number, size: number) {
  const start = from < 0 ? all.length : from;
  const end = start + Math.max(1, size);
  return { items: all.slice(start, end), next: all[end] };
}

const sorted = (records: readonly RecordSet[]): RecordSet[] =>
  records.toSorted((one, other) => compare(placeOf(one), placeOf(other)));

type Place = readonly [name: string, type: string, identifier: string];

const placeOf = ({ Name, Type, SetIdentifier = '' }: RecordSet): Place => [
  listingKey(Name),
  Type,
  SetIdentifier,
];

function compare(one: Place, other: Place): number {
  for (const [index, part] of one.entries()) {
    const against = other[index] ?? '';
    if (part !== against) return part < against ? -1 : 1;
  }
  return 0;
}

export const zoneOperations = {
  ListHostedZones(world: World, { Marker, MaxItems = mostZones }: Route53.ListHostedZonesCommandInput) {
    const all = world.route53.zones;
    const from = Marker === undefined ? 0 : all.findIndex(({ zone }) => zone.Id === bareId(Marker));
    const { items, next } = pageFrom(all, from, MaxItems);
    return {
      HostedZones: items.map(described),
      Marker,
      IsTruncated: next !== undefined,
      ...(next && { NextMarker: next.zone.Id }),
      MaxItems,
    };
  },

  ListHostedZonesByName(
    world: World,
    { DNSName, HostedZoneId, MaxItems = mostZones }: Route53.ListHostedZonesByNameCommandInput,
  ) {
    const all = world.route53.zones.toSorted((one, other) =>
      listingKey(one.zone.Name) < listingKey(other.zone.Name) ? -1 : 1,
    );
    const wanted = listingKey(domainName(DNSName ?? ''));
    const from = all.findIndex(
      ({ zone }) =>
        DNSName === undefined ||
        listingKey(zone.Name) > wanted ||
        (listingKey(zone.Name) === wanted && (HostedZoneId === undefined || zone.Id >= bareId(HostedZoneId))),
    );
    const { items, next } = pageFrom(all, from, MaxItems);
    return {
      HostedZones: items.map(described),
      ...(DNSName !== undefined && { DNSName }),
      ...(HostedZoneId !== undefined && { HostedZoneId }),
      IsTruncated: next !== undefined,
      ...(next && { NextDNSName: next.zone.Name, NextHostedZoneId: next.zone.Id }),
      MaxItems,
    };
  },

  GetHostedZone(world: World, { Id }: Route53.GetHostedZoneCommandInput) {
    const zone = zoneOf(world, Id);
    return { HostedZone: described(zone), DelegationSet: { NameServers: [...zone.nameServers] } };
  },

  ListResourceRecordSets(
    world: World,
    {
      HostedZoneId,
      StartRecordName,
      StartRecordType,
      StartRecordIdentifier,
      MaxItems = mostRecords,
    }: Route53.ListResourceRecordSetsCommandInput,
  ) {
    const records = sorted(zoneOf(world, HostedZoneId).records);
    if (StartRecordType !== undefined && StartRecordName === undefined)
      throw new AwsFault('InvalidInput', 'The input is not valid: a record type needs a record name.');
    const start: Place = [
      listingKey(domainName(StartRecordName ?? '')),
      StartRecordType ?? '',
      StartRecordIdentifier ?? '',
    ];
    const from =
      StartRecordName === undefined ? 0 : records.findIndex((record) => compare(placeOf(record), start) >= 0);
    const size = Math.min(MaxItems, mostRecords);
    const { items, next } = pageFrom(records, from, size);
    return {
      ResourceRecordSets: items,
      IsTruncated: next !== undefined,
      ...(next && {
        NextRecordName: next.Name,
        NextRecordType: next.Type,
        ...(next.SetIdentifier !== undefined && { NextRecordIdentifier: next.SetIdentifier }),
      }),
      MaxItems: size,
    };
  },

  GetChange(world: World, { Id = '' }: Route53.GetChangeCommandInput) {
    const found = world.route53.changes.find((change) => change.Id === bareId(Id));
    if (found === undefined)
      throw new AwsFault('NoSuchChange', `Could not find resource with ID: ${bareId(Id)}`, { status: 404 });
    return { ChangeInfo: changeInfo(world, found) };
  },

  TestDNSAnswer(
    world: World,
    { HostedZoneId, RecordName = '', RecordType = 'A' }: Route53.TestDNSAnswerCommandInput,
  ) {
    const { nameServers, records } = zoneOf(world, HostedZoneId);
    const name = domainName(RecordName);
    const RecordData =
      RecordType === 'A'
        ? addressesOf(resolve(world, name, draw(world, 'calls')))
        : (
            chosen(world, recordsOf(records, name, [RecordType]), draw(world, 'calls'))?.ResourceRecords ?? []
          ).map(({ Value = '' }) => Value);
    return {
      Nameserver: nameServers[0] ?? '',
      RecordName: hostName(RecordName),
      RecordType,
      RecordData,
      ResponseCode: records.some((record) => record.Name === name) ? 'NOERROR' : 'NXDOMAIN',
      Protocol: 'UDP',
    };
  },

  ListTagsForResource(
    world: World,
    { ResourceType, ResourceId = '' }: Route53.ListTagsForResourceCommandInput,
  ) {
    const id = bareId(ResourceId);
    const check = world.route53.healthChecks.find((state) => state.check.Id === id);
    if (ResourceType === 'healthcheck' && check === undefined)
      throw new AwsFault('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, {
        status: 404,
      });
    const { tags } = ResourceType === 'healthcheck' && check ? check : zoneOf(world, id);
    return { ResourceTagSet: { ResourceType, ResourceId: id, Tags: tags } };
  },
};

/** PENDING until every name server has it: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeInfo.html */
export const changeInfo = (
  { now }: World,
  { Id, inSyncAt, ...rest }: World['route53']['changes'][number],
): Route53.ChangeInfo => ({
  ...rest,
  Id: `/change/${Id}`,
  Status: now < inSyncAt ? 'PENDING' : 'INSYNC',
});

/** A load balancer has an address per zone; ours are of a range set aside for documentation and follow from its name. */
function addressesOf(target: string | undefined): string[] {
  if (target === undefined) return [];
  if (loadBalancerIn(target) === undefined) return [target];
  const bytes = createHash('sha256').update(target).digest();
  return [0, 1, 2].map((index) => `198.51.100.${index * 80 + ((bytes[index] ?? 0) % 80) + 1}`);
}
