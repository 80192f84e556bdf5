import { isIPv4, isIPv6 } from 'node:net';
import type { World } from '../../world.ts';
import { hostName, isWithin, loadBalancerIn, loadBalancerZones } from './domain-name.ts';
import type { RecordSet, ZoneState } from './state.ts';

/**
 * What speaks against a record set in a zone as it would be after the whole batch. Texts as observed, such as in
 * https://repost.aws/knowledge-center/troubleshoot-route53-resource-record
 */
export function faultsOfSet(
  world: World,
  { zone }: ZoneState,
  records: readonly RecordSet[],
  set: RecordSet,
): string[] {
  const { Name, Type } = set;
  if (!isWithin(Name, zone.Name))
    return [`RRSet with DNS name ${Name} is not permitted in zone ${zone.Name}`];
  if (Type === 'CNAME' && Name === zone.Name)
    return [`RRSet of type CNAME with DNS name ${Name} is not permitted at apex in zone ${zone.Name}`];
  return [
    ...besideCname(zone.Name, records, set),
    ...besideOthers(records, set),
    ...wrongValues(set),
    ...wrongAlias(world, set),
    ...withoutHealthCheck(set),
  ];
}

function besideCname(zone: string, records: readonly RecordSet[], { Name, Type }: RecordSet): string[] {
  const others = records.filter((record) => record.Name === Name && record.Type !== Type);
  if (others.length === 0) return [];
  if (Type === 'CNAME')
    return [
      `RRSet of type CNAME with DNS name ${Name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone}`,
    ];
  return others.some((record) => record.Type === 'CNAME')
    ? [
        `RRSet of type ${Type} with DNS name ${Name} is not permitted because a conflicting RRSet of type  CNAME with the same DNS name already exists in zone ${zone}`,
      ]
    : [];
}

const policyOf = ({ Weight, Failover, Region, GeoLocation, MultiValueAnswer }: RecordSet): string => {
  if (Weight !== undefined) return 'weighted';
  if (Failover !== undefined) return 'failover';
  if (Region !== undefined) return 'latency';
  if (GeoLocation !== undefined) return 'geolocation';
  return MultiValueAnswer === undefined ? 'simple' : 'multivalue';
};

/** Sets of one name and type follow one policy, and failover has one of each kind. */
function besideOthers(records: readonly RecordSet[], set: RecordSet): string[] {
  const { Name, Type, SetIdentifier, Failover } = set;
  const title = `RRSet with DNS name ${Name}, type ${Type}, SetIdentifier ${SetIdentifier ?? 'null'}`;
  const others = records.filter((record) => record.Name === Name && record.Type === Type && record !== set);
  const policy = policyOf(set);
  if (others.some((record) => policyOf(record) !== policy))
    return [
      policy === 'simple'
        ? `${title} cannot be created as other RRSets exist with the same name and type.`
        : `${title} cannot be created because a non-${policy} RRSet with the same name and type already exists.`,
    ];
  return Failover !== undefined && others.some((record) => record.Failover === Failover)
    ? [
        `${title}, and Failover ${Failover} cannot be created because a ${Failover} RRSet with the same name and type already exists.`,
      ]
    : [];
}

const withoutHealthCheck = ({ Failover, AliasTarget, HealthCheckId }: RecordSet): string[] =>
  Failover === 'PRIMARY' && AliasTarget === undefined && HealthCheckId === undefined
    ? ['A non-alias primary ResourceRecordSet must have an associated health check.']
    : [];

function wrongValues({ Type, ResourceRecords = [] }: RecordSet): string[] {
  const values = ResourceRecords.map(({ Value = '' }) => Value);
  const fatal = (problem: string, value: string) =>
    `Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${value}''`;
  if (Type === 'A')
    return values
      .filter((value) => !isIPv4(value))
      .map((value) => fatal('ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)', value));
  if (Type === 'AAAA')
    return values
      .filter((value) => !isIPv6(value))
      .map((value) => fatal('AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)', value));
  if (Type === 'CNAME' && values.length > 1)
    return [fatal('CNAMERRDATATooMany (CNAME records can have only one value)', values.join(' '))];
  return Type === 'TXT'
    ? values
        .filter((value) => !/^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/.test(value))
        .map((value) => fatal('InvalidCharacterString (Value should be enclosed in quotation marks)', value))
    : [];
}

function wrongAlias(world: World, { Type, AliasTarget }: RecordSet): string[] {
  if (AliasTarget === undefined) return [];
  const { HostedZoneId = '', DNSName = '' } = AliasTarget;
  const attempt = `Tried to create an alias that targets ${DNSName}, type ${Type} in zone ${HostedZoneId}`;
  const loadBalancer = loadBalancerIn(DNSName);
  const own = world.route53.zones.find(({ zone }) => zone.Id === HostedZoneId);
  const liesThere =
    loadBalancer === undefined
      ? own === undefined || isWithin(DNSName, own.zone.Name)
      : (loadBalancerZones[loadBalancer.region] ?? HostedZoneId) === HostedZoneId;
  if (!liesThere) return [`${attempt}, but the alias target name does not lie within the target zone`];
  const isThere =
    own === undefined || own.records.some((record) => record.Name === DNSName && record.Type === Type);
  return isThere || hostName(DNSName) === '' ? [] : [`${attempt}, but that target was not found`];
}
