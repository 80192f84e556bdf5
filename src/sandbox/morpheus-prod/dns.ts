import { loadBalancerZones } from '../services/route-53/domain-name.ts';
import { beginChecks } from '../services/route-53/health.ts';
import type { HealthCheckState, RecordSet } from '../services/route-53/state.ts';
import type { World } from '../world.ts';
import { validationRecords } from './certificates.ts';
import { dns, loadBalancerHost, recovery, recoveryRegion, region, tag } from './names.ts';

const apex = `${dns.zone}.`;
const site = `${dns.name}.`;

const nameServers = [
  'ns-1042.awsdns-02.org',
  'ns-1857.awsdns-40.co.uk',
  'ns-311.awsdns-38.com',
  'ns-740.awsdns-28.net',
];

/** What looks at the site from the internet, and decides which Region answers. */
export const siteHealthCheck = 'e2d7c1b4-58f3-4a6e-9b0c-7d1f2a3e4c55';

const check: HealthCheckState = {
  check: {
    Id: siteHealthCheck,
    CallerReference: 'terraform-20250611075144',
    HealthCheckVersion: 1,
    HealthCheckConfig: {
      Type: 'HTTPS',
      FullyQualifiedDomainName: loadBalancerHost,
      Port: 443,
      ResourcePath: '/health',
      RequestInterval: 30,
      FailureThreshold: 3,
      MeasureLatency: false,
      Inverted: false,
      Disabled: false,
      EnableSNI: true,
    },
  },
  healthy: true,
  contrary: 0,
  tags: [tag('Name', 'morpheus-prod'), tag('Project', 'morpheus')],
};

const failover = (kind: 'PRIMARY' | 'SECONDARY', host: string, where: string): RecordSet => ({
  Name: site,
  Type: 'A',
  SetIdentifier: kind.toLowerCase(),
  Failover: kind,
  AliasTarget: {
    HostedZoneId: loadBalancerZones[where] ?? '',
    DNSName: `${host}.`,
    EvaluateTargetHealth: true,
  },
  ...(kind === 'PRIMARY' && { HealthCheckId: siteHealthCheck }),
});

/** The public zone: the site is answered for by the recovery Region when its own has no healthy node. */
export function dnsRecords(world: World): void {
  const state = structuredClone(check);
  world.route53.zones.push({
    zone: {
      Id: dns.zoneId,
      Name: apex,
      CallerReference: 'terraform-20250611074830',
      Config: { Comment: 'Managed by Terraform', PrivateZone: false },
    },
    nameServers,
    records: [
      {
        Name: apex,
        Type: 'NS',
        TTL: 172_800,
        ResourceRecords: nameServers.map((server) => ({ Value: `${server}.` })),
      },
      {
        // For the certificate of the site. That of the recovery Region has no such record: its renewal waits.
        Name: validationRecords.main.Name,
        Type: 'CNAME',
        TTL: 300,
        ResourceRecords: [{ Value: validationRecords.main.Value }],
      },
      {
        Name: apex,
        Type: 'SOA',
        TTL: 900,
        ResourceRecords: [
          { Value: `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` },
        ],
      },
      {
        Name: `${recovery.host}.`,
        Type: 'A',
        AliasTarget: {
          HostedZoneId: loadBalancerZones[recoveryRegion] ?? '',
          DNSName: `${recovery.loadBalancerHost}.`,
          EvaluateTargetHealth: false,
        },
      },
      failover('PRIMARY', loadBalancerHost, region),
      failover('SECONDARY', recovery.loadBalancerHost, recoveryRegion),
    ],
    before: [],
    tags: [tag('Project', 'morpheus')],
  });
  world.route53.healthChecks.push(state);
  beginChecks(world, state);
}
