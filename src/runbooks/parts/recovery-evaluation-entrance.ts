import { type CertificateDetail, type DomainValidation, describeCertificate } from '../../aws/acm.ts';
import { describeGroup } from '../../aws/auto-scaling.ts';
import {
  describeListeners,
  describeLoadBalancer,
  describeTargetGroup,
  type Listener,
  type LoadBalancer,
  type TargetGroup,
} from '../../aws/elastic-load-balancing-v2.ts';
import { describeHealthCheck, type ResourceRecordSet, recordSetsOf } from '../../aws/route-53.ts';
import { formatDuration, hours } from '../../duration.ts';
import type { Finding } from '../../engine/finding.ts';
import {
  fail,
  type Looking,
  looksAt,
  pass,
  told,
  toldFromUsEast1,
  warn,
} from './recovery-evaluation-step.ts';
import type { Recovered, RecoveryPlan } from './recovery-plan.ts';

type Fleet = Recovered<'auto-scaling-group'>;

export const usersCanComeIn = looksAt({
  id: 'entrance',
  title: 'Users could come in: load balancer, certificate and records are as they must be',
  uses: [
    describeLoadBalancer,
    describeListeners,
    describeTargetGroup,
    describeGroup,
    describeCertificate,
    recordSetsOf,
    describeHealthCheck,
  ],
  async look(context) {
    const findings: Finding[] = [];
    for (const fleet of context.plan.fleets)
      findings.push(...(await told(`load balancer of ${fleet.name}`, () => balancerSeen(context, fleet))));
    findings.push(...(await toldFromUsEast1('records', () => recordsSeen(context))));
    return findings;
  },
});

async function balancerSeen(context: Looking, fleet: Fleet): Promise<readonly Finding[]> {
  const { there, clock, plan } = context;
  const { recovery } = fleet;
  const balancer = await describeLoadBalancer(there, recovery.loadBalancer);
  const arn = balancer?.LoadBalancerArn;
  const listeners = arn === undefined ? [] : await describeListeners(there, arn);
  const names = [
    new URL(recovery.healthUrl).hostname,
    ...(plan.stack.dns === undefined ? [] : [plan.stack.dns.name]),
  ];
  return [
    ...balancerFindings({
      fleet,
      region: there.region,
      balancer,
      listeners,
      targetGroup: await describeTargetGroup(there, recovery.targetGroup),
      groupsTargets: (await describeGroup(there, recovery.group))?.TargetGroupARNs ?? [],
    }),
    ...(await told('certificate', async () =>
      certificateFindings({
        arn: recovery.certificate,
        certificate: await describeCertificate(there, recovery.certificate),
        names,
        listeners,
        now: clock.now(),
        region: there.region,
      }),
    )),
  ];
}

export interface BalancerSeen {
  readonly fleet: Fleet;
  readonly region: string;
  readonly balancer: LoadBalancer | undefined;
  readonly listeners: readonly Listener[];
  readonly targetGroup: TargetGroup | undefined;
  /** ARNs of the target groups in which the Auto Scaling group registers its nodes. */
  readonly groupsTargets: readonly string[];
}

const forwardsTo = (arn: string, { DefaultActions = [] }: Listener): boolean =>
  DefaultActions.some(
    ({ TargetGroupArn, ForwardConfig }) =>
      TargetGroupArn === arn ||
      ForwardConfig?.TargetGroups?.some((target) => target.TargetGroupArn === arn) === true,
  );

export function balancerFindings(seen: BalancerSeen): readonly Finding[] {
  const { fleet, region, balancer, listeners, targetGroup, groupsTargets } = seen;
  const { loadBalancer, targetGroup: name, group } = fleet.recovery;
  const rule = 'it is active, and a listener of it forwards to the target group';
  const state = balancer?.State?.Code;
  const arn = targetGroup?.TargetGroupArn ?? '';
  const shown = `aws elbv2 describe-load-balancers --names ${loadBalancer} --region ${region}`;
  const subject = `load balancer ${loadBalancer}`;
  const isAttached = groupsTargets.includes(arn);
  return [
    balancer === undefined || state !== 'active'
      ? fail(subject, balancer === undefined ? `not in ${region}` : `it is ${state}`, rule, shown)
      : listeners.some((listener) => forwardsTo(arn, listener))
        ? pass(subject, `active, ${listeners.length} listeners`, rule)
        : fail(
            subject,
            `no listener forwards to ${name}`,
            rule,
            `aws elbv2 describe-listeners --load-balancer-arn ${balancer.LoadBalancerArn} --region ${region}`,
          ),
    targetGroup === undefined || !isAttached
      ? fail(
          `target group ${name}`,
          targetGroup === undefined ? `not in ${region}` : `${group} does not register its nodes in it`,
          'nodes of the fleet are registered in it',
          `aws autoscaling attach-traffic-sources --auto-scaling-group-name ${group} --traffic-sources Identifier=ARN,Type=elbv2 --region ${region}`,
        )
      : pass(
          `target group ${name}`,
          `${group} registers its nodes in it`,
          'nodes of the fleet are registered in it',
        ),
  ];
}

export interface CertificateSeen {
  readonly arn: string;
  readonly certificate: CertificateDetail | undefined;
  /** Names that users and probes come by. */
  readonly names: readonly string[];
  readonly listeners: readonly Listener[];
  readonly now: Date;
  readonly region: string;
}

/** ACM renews from 60 days before the end, those of 198 days from 45. https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html */
const soon = hours(24 * 30);

/** It does not get on without somebody. */
const stuckRenewals: readonly (string | undefined)[] = ['FAILED', 'PENDING_VALIDATION'];

/** A `*` stands for one label. https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html */
const covers = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.startsWith('*.') && name.slice(name.indexOf('.')) === pattern.slice(1));

const proofText = ({ DomainName, ResourceRecord: record }: DomainValidation): string =>
  record === undefined ? `of ${DomainName}` : `record ${record.Name} ${record.Type} ${record.Value}`;

export function certificateFindings(seen: CertificateSeen): readonly Finding[] {
  const { arn, certificate, names, listeners, now, region } = seen;
  const subject = 'certificate';
  const rule = `issued, covers ${names.join(' and ')}, ends no earlier than in ${formatDuration(soon)}`;
  const shown = `aws acm describe-certificate --certificate-arn ${arn} --region ${region}`;
  const listening = 'a listener of the load balancer shows it';
  // A listener names its default certificate alone; of those beside it the certificate knows.
  const isShown =
    listeners.some(({ Certificates = [] }) =>
      Certificates.some(({ CertificateArn }) => CertificateArn === arn),
    ) || listeners.some(({ LoadBalancerArn = '-' }) => certificate?.InUseBy?.includes(LoadBalancerArn));
  return [
    ofItself(),
    isShown
      ? pass('certificate in use', 'a listener of the load balancer shows it', listening)
      : fail(
          'certificate in use',
          'no listener has it: users would see another one, or none',
          listening,
          `aws elbv2 modify-listener --listener-arn LISTENER --certificates CertificateArn=${arn} --region ${region}`,
        ),
  ];

  function ofItself(): Finding {
    if (certificate === undefined) return fail(subject, `not in ${region}`, rule, shown);
    const { Status, NotAfter, SubjectAlternativeNames = [], RenewalSummary } = certificate;
    const left = (NotAfter?.getTime() ?? 0) - now.getTime();
    if (Status !== 'ISSUED' || left <= 0)
      return fail(
        subject,
        `it is ${left <= 0 && NotAfter !== undefined ? `past its end, ${NotAfter.toISOString()}` : Status}`,
        rule,
        shown,
      );
    const uncovered = names.filter(
      (name) => !SubjectAlternativeNames.some((pattern) => covers(pattern, name)),
    );
    if (uncovered.length > 0)
      return fail(
        subject,
        `it does not cover ${uncovered.join(', ')}, but ${SubjectAlternativeNames.join(', ')}`,
        rule,
        `Request one that does: aws acm request-certificate --validation-method DNS --domain-name ${names[0]} --subject-alternative-names ${names.join(' ')} --region ${region}`,
      );
    const days = Math.floor(left / hours(24));
    const renewal = RenewalSummary?.RenewalStatus;
    const open = RenewalSummary?.DomainValidationOptions?.filter(
      ({ ValidationStatus }) => ValidationStatus !== 'SUCCESS',
    );
    if (left < soon || stuckRenewals.includes(renewal))
      return warn(
        subject,
        `it ends in ${days} days${renewal === undefined ? '' : `, and its renewal is ${renewal}`}`,
        rule,
        open === undefined || open.length === 0
          ? shown
          : `Put back what proves the names: ${open.map(proofText).join('; ')}`,
      );
    return pass(subject, `issued, ends in ${days} days`, rule);
  }
}

async function recordsSeen({ there, plan }: Looking): Promise<readonly Finding[]> {
  const { dns } = plan.stack;
  if (dns === undefined)
    return [
      warn(
        'records',
        'runbook.yaml names none: a failover brings the stack up, and users do not come to it',
        'recovery.dns says how users are sent there',
        'Add recovery.dns',
      ),
    ];
  const records = await recordSetsOf(there, dns.zone, `${dns.name}.`);
  const home = records?.find(({ SetIdentifier }) => SetIdentifier === dns.home);
  const balancers = new Set<string>();
  for (const { recovery } of plan.fleets) {
    const host = (await describeLoadBalancer(there, recovery.loadBalancer))?.DNSName;
    if (host !== undefined) balancers.add(host.toLowerCase());
  }
  const check =
    home?.HealthCheckId === undefined ? undefined : await describeHealthCheck(there, home.HealthCheckId);
  return recordFindings({ dns, records, balancers, isChecked: check?.HealthCheckConfig?.Disabled === false });
}

export interface RecordsSeen {
  readonly dns: NonNullable<RecoveryPlan['stack']['dns']>;
  /** `undefined` where the hosted zone is not there. */
  readonly records: readonly ResourceRecordSet[] | undefined;
  /** Names of the recovery Region's load balancers, in lower case. */
  readonly balancers: ReadonlySet<string>;
  /** The record set of production has a health check that is there and enabled. */
  readonly isChecked: boolean;
}

const targetOf = ({ AliasTarget, ResourceRecords }: ResourceRecordSet): string =>
  (AliasTarget?.DNSName ?? ResourceRecords?.[0]?.Value ?? '').toLowerCase().replace(/^dualstack\.|\.$/g, '');

const routingOf = ({ Failover, Weight }: ResourceRecordSet): string =>
  Failover !== undefined ? 'failover' : Weight !== undefined ? 'weighted' : 'other';

/** Route 53 refuses a primary that is neither an alias nor checked: the switch would fail when it is needed. */
function becomesPrimary(
  { recovery, routing }: RecordsSeen['dns'],
  sets: readonly ResourceRecordSet[],
  shown: string,
): readonly Finding[] {
  const unfit = sets.some(({ AliasTarget, HealthCheckId }) => (AliasTarget ?? HealthCheckId) === undefined);
  return routing === 'failover' && unfit
    ? [
        fail(
          `record ${recovery} as primary`,
          'it is no alias and has no health check: Route 53 would refuse to make it the primary',
          'a failover can make it the primary',
          `Make it an alias of the load balancer, or give it a health check: ${shown}`,
        ),
      ]
    : [];
}

export function recordFindings({ dns, records, balancers, isChecked }: RecordsSeen): readonly Finding[] {
  const shown = `aws route53 list-resource-record-sets --hosted-zone-id ${dns.zone} --start-record-name ${dns.name} --max-items 10`;
  if (records === undefined)
    return [
      fail(
        'records',
        `hosted zone ${dns.zone} is not there`,
        'it is there',
        'Correct recovery.dns.zone: aws route53 list-hosted-zones',
      ),
    ];
  const of = (identifier: string) => records.filter(({ SetIdentifier }) => SetIdentifier === identifier);
  const rule = `${dns.name} has a record set ${dns.home} and one ${dns.recovery}, with ${dns.routing} routing`;
  const missing = [dns.home, dns.recovery].filter((identifier) => of(identifier).length === 0);
  const other = [...of(dns.home), ...of(dns.recovery)].filter((record) => routingOf(record) !== dns.routing);
  if (missing.length > 0 || other.length > 0)
    return [
      fail(
        'records',
        missing.length > 0
          ? `no record set ${missing.join(' and none ')}`
          : `${other.map(({ SetIdentifier }) => SetIdentifier).join(', ')} has ${other.map(routingOf).join(', ')} routing`,
        rule,
        `Correct recovery.dns, or the record sets: ${shown}`,
      ),
    ];
  const elsewhere = of(dns.recovery)
    .map(targetOf)
    .filter((target) => !balancers.has(target));
  const leads = `${dns.recovery} leads to a load balancer of the recovery fleet`;
  return [
    pass('records', `${dns.name}: ${dns.home}, ${dns.recovery}`, rule),
    elsewhere.length === 0
      ? pass(`record ${dns.recovery}`, 'it leads to a load balancer of the recovery fleet', leads)
      : fail(`record ${dns.recovery}`, `it leads to ${elsewhere.join(', ')}`, leads, shown),
    ...becomesPrimary(dns, of(dns.recovery), shown),
    isChecked || of(dns.home).every(({ AliasTarget }) => AliasTarget?.EvaluateTargetHealth === true)
      ? pass(
          `record ${dns.home}`,
          isChecked ? 'a health check looks at it' : 'its target is looked at',
          'its health is looked at',
        )
      : warn(
          `record ${dns.home}`,
          'nothing looks at its health: Route 53 answers with it even when it is lost',
          'its health is looked at',
          'Make a health check and name it in the record set: aws route53 create-health-check',
        ),
  ];
}
