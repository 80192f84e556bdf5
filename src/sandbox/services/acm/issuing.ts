import type { DomainValidation, ResourceRecord } from '@aws-sdk/client-acm';
import { hours } from '../../../duration.ts';
import { drawBetween, drawHex } from '../../random.ts';
import { later, schedule, secondsFrom } from '../../schedule.ts';
import { accountOf, type EventHandlers, type World } from '../../world.ts';
import { resolve } from '../route-53/resolve.ts';
import type { AcmEvent, CertificateState, Detail } from './state.ts';

const validDays = 395;
const daysOf = (count: number): number => hours(24 * count);
const givesUpAfter = hours(72);

export const certificateOf = (world: World, arn: string | undefined): CertificateState | undefined =>
  world.acm.certificates.find(({ detail }) => detail.CertificateArn === arn);

/** One record per domain name and account, whatever the certificate and the Region: userguide/dns-validation */
export function recordFor(world: World, domain: string): ResourceRecord {
  for (const { acm } of Object.values(accountOf(world).regions))
    for (const { detail } of acm.certificates)
      for (const { DomainName, ResourceRecord } of detail.DomainValidationOptions)
        if (DomainName === domain && ResourceRecord !== undefined) return ResourceRecord;
  return {
    Name: `_${drawHex(world, 32)}.${domain.replace(/^\*\./, '')}.`,
    Type: 'CNAME',
    Value: `_${drawHex(world, 32)}.${drawHex(world, 10)}.acm-validations.aws.`,
  };
}

const withoutDot = (name: string | undefined): string | undefined => name?.replace(/\.$/, '');

const isProven = (world: World, { ResourceRecord: record }: DomainValidation): boolean =>
  record?.Name !== undefined &&
  withoutDot(resolve(world, withoutDot(record.Name) ?? '')) === withoutDot(record.Value);

/** Marks what is proven. @returns whether all of it is */
function prove(world: World, domains: readonly DomainValidation[]): boolean {
  for (const domain of domains)
    if (domain.ValidationStatus !== 'SUCCESS' && isProven(world, domain)) domain.ValidationStatus = 'SUCCESS';
  return domains.every(({ ValidationStatus }) => ValidationStatus === 'SUCCESS');
}

const serialOf = (world: World): string => drawHex(world, 32).replace(/..(?=.)/g, '$&:');

function issue(world: World, detail: Detail): void {
  Object.assign(detail, {
    Status: 'ISSUED',
    Serial: serialOf(world),
    NotBefore: world.now,
    NotAfter: later(world.now, daysOf(validDays)),
    RenewalEligibility: detail.InUseBy.length > 0 ? 'ELIGIBLE' : 'INELIGIBLE',
  } satisfies Partial<Detail>);
}

export function awaitValidation(world: World, certificate: string): void {
  const at = secondsFrom(world.now, drawBetween(world, ...world.acm.timings.validation));
  schedule(world, at, { kind: 'certificate-validation-tried', certificate });
}

/** While a renewal waits for a record, it is looked for every hour: userguide/troubleshooting-renewal */
export const awaitRenewal = (world: World, certificate: string): void =>
  schedule(world, later(world.now, hours(1)), { kind: 'certificate-renewal-tried', certificate });

export const acmEvents: EventHandlers<AcmEvent> = {
  'certificate-validation-tried'(world, { certificate: arn }) {
    const detail = certificateOf(world, arn)?.detail;
    if (detail?.Status !== 'PENDING_VALIDATION') return;
    if (prove(world, detail.DomainValidationOptions)) {
      issue(world, detail);
      detail.IssuedAt = world.now;
    } else if (world.now >= later(detail.CreatedAt, givesUpAfter)) detail.Status = 'VALIDATION_TIMED_OUT';
    else awaitValidation(world, arn);
  },

  'certificate-renewal-tried'(world, { certificate: arn }) {
    const detail = certificateOf(world, arn)?.detail;
    const renewal = detail?.RenewalSummary;
    if (detail === undefined || renewal?.RenewalStatus !== 'PENDING_VALIDATION') return;
    if (detail.NotAfter !== undefined && detail.NotAfter <= world.now) {
      Object.assign(renewal, { RenewalStatus: 'FAILED', UpdatedAt: world.now });
      return;
    }
    if (prove(world, renewal.DomainValidationOptions ?? [])) {
      issue(world, detail);
      Object.assign(renewal, { RenewalStatus: 'SUCCESS', UpdatedAt: world.now });
    } else awaitRenewal(world, arn);
  },
};
