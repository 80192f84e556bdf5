import type { World } from '../../world.ts';
import { domainName, hostName, isWithin, loadBalancerIn } from './domain-name.ts';
import { isHealthy, targetsHealthy } from './health.ts';
import type { RecordSet, ZoneState } from './state.ts';

/** The zone that answers for a name: the one whose name is the longest part of it. */
export function zoneFor(world: World, name: string): ZoneState | undefined {
  return world.route53.zones
    .filter(({ zone }) => isWithin(name, zone.Name))
    .toSorted((one, other) => other.zone.Name.length - one.zone.Name.length)[0];
}

/** What the name servers answer from: a change counts once all of them have it. */
const served = ({ now }: World, { records, before }: ZoneState): readonly RecordSet[] =>
  before.find(({ until }) => until > now)?.records ?? records;

/** Aliases and CNAMEs that lead from one to the next; resolvers give up as well. */
const longestChain = 8;

/**
 * What the name leads to now, by the records of the hosted zones: the target of an alias or CNAME record, or the first address. Where
 * records have weights, `chance` from 0 to 1 says which of them.
 */
export function resolve(world: World, name: string, chance = 0): string | undefined {
  let at = domainName(name);
  for (let hop = 0; hop < longestChain; hop += 1) {
    const zone = zoneFor(world, at);
    if (zone === undefined) return hop === 0 ? undefined : hostName(at);
    const record = chosen(world, recordsOf(served(world, zone), at, ['A', 'CNAME']), chance);
    if (record === undefined) return undefined;
    if (record.AliasTarget !== undefined) at = domainName(record.AliasTarget.DNSName ?? '');
    else if (record.Type === 'CNAME') at = domainName(record.ResourceRecords?.[0]?.Value ?? '');
    else return record.ResourceRecords?.[0]?.Value;
    const loadBalancer = loadBalancerIn(at);
    if (loadBalancer !== undefined) return loadBalancer.host;
  }
  return undefined;
}

/** Those of the name, or else of a wildcard above it. */
export function recordsOf(
  records: readonly RecordSet[],
  name: string,
  types: readonly string[],
): readonly RecordSet[] {
  const exact = records.filter((record) => record.Name === name);
  const wildcard = name.replace(/^[^.]+/, '\\052');
  const found = exact.length > 0 ? exact : records.filter((record) => record.Name === wildcard);
  return found.filter(({ Type }) => types.includes(Type));
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html: when none is healthy, all count as healthy. */
export function chosen(world: World, records: readonly RecordSet[], chance: number): RecordSet | undefined {
  const healthy = records.filter((record) => mayAnswer(world, record));
  const primary = records.find(({ Failover }) => Failover === 'PRIMARY');
  if (primary !== undefined)
    return healthy.includes(primary)
      ? primary
      : (healthy.find(({ Failover }) => Failover === 'SECONDARY') ?? primary);
  const [first] = records;
  if (first?.Weight === undefined) return healthy[0] ?? first;
  return weighed(healthy.filter(hasWeight), chance) ?? weighed(records.filter(hasWeight), chance) ?? first;
}

const hasWeight = ({ Weight = 0 }: RecordSet): boolean => Weight > 0;

function weighed(records: readonly RecordSet[], chance: number): RecordSet | undefined {
  let left = chance * records.reduce((sum, { Weight = 0 }) => sum + Weight, 0);
  for (const record of records) {
    left -= record.Weight ?? 0;
    if (left < 0) return record;
  }
  return records.at(-1);
}

function mayAnswer(world: World, { HealthCheckId, AliasTarget }: RecordSet, depth = 0): boolean {
  if (HealthCheckId !== undefined && !isHealthy(world, HealthCheckId)) return false;
  if (AliasTarget?.EvaluateTargetHealth !== true || depth === longestChain) return true;
  const target = domainName(AliasTarget.DNSName ?? '');
  if (loadBalancerIn(target) !== undefined) return targetsHealthy(world, target);
  const zone = zoneFor(world, target);
  const records = zone === undefined ? [] : recordsOf(served(world, zone), target, ['A', 'CNAME']);
  return records.length === 0 || records.some((record) => mayAnswer(world, record, depth + 1));
}
