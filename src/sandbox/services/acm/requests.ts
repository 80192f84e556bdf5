import type { RequestCertificateRequest } from '@aws-sdk/client-acm';
import { hours } from '../../../duration.ts';
import { drawUuid } from '../../random.ts';
import { later } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { awaitValidation, recordFor } from './issuing.ts';
import type { CertificateState } from './state.ts';

const names = /^(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$/;

function check({
  DomainName = '',
  SubjectAlternativeNames = [],
  IdempotencyToken,
}: RequestCertificateRequest): void {
  for (const name of [DomainName, ...SubjectAlternativeNames])
    if (!names.test(name) || name.length > 253)
      throw new AwsFault(
        'ValidationException',
        `1 validation error detected: Value '${name}' at 'domainName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${names.source}`,
      );
  if (IdempotencyToken !== undefined && !/^\w{1,32}$/.test(IdempotencyToken))
    throw new AwsFault(
      'ValidationException',
      `1 validation error detected: Value '${IdempotencyToken}' at 'idempotencyToken' failed to satisfy constraint: Member must satisfy regular expression pattern: \\w+`,
    );
}

/** The same token means the same request for one hour: APIReference/API_RequestCertificate */
const earlier = (world: World, { IdempotencyToken, DomainName }: RequestCertificateRequest) =>
  world.acm.certificates.find(
    ({ detail, idempotencyToken }) =>
      IdempotencyToken !== undefined &&
      idempotencyToken === IdempotencyToken &&
      detail.DomainName === DomainName &&
      later(detail.CreatedAt, hours(1)) > world.now,
  );

export function requestCertificate(world: World, request: RequestCertificateRequest): CertificateState {
  check(request);
  const known = earlier(world, request);
  if (known !== undefined) return known;
  const {
    DomainName = '',
    ValidationMethod = 'EMAIL',
    KeyAlgorithm = 'RSA_2048',
    IdempotencyToken,
  } = request;
  const domains = [...new Set([DomainName, ...(request.SubjectAlternativeNames ?? [])])];
  const arn = `arn:aws:acm:${world.region}:${world.account}:certificate/${drawUuid(world)}`;
  const certificate: CertificateState = {
    detail: {
      CertificateArn: arn,
      CreatedAt: world.now,
      DomainName,
      SubjectAlternativeNames: domains,
      DomainValidationOptions: domains.map((domain) => ({
        DomainName: domain,
        ValidationDomain: domain,
        ValidationStatus: 'PENDING_VALIDATION',
        ValidationMethod,
        ...(ValidationMethod === 'DNS' && { ResourceRecord: recordFor(world, domain) }),
        ...(ValidationMethod === 'EMAIL' && {
          ValidationEmails: ['admin', 'administrator', 'hostmaster', 'postmaster', 'webmaster'].map(
            (box) => `${box}@${domain}`,
          ),
        }),
      })),
      InUseBy: [],
      Issuer: 'Amazon',
      KeyAlgorithm,
      SignatureAlgorithm: 'SHA256WITHRSA',
      Status: 'PENDING_VALIDATION',
      Subject: `CN=${DomainName}`,
      Type: 'AMAZON_ISSUED',
      RenewalEligibility: 'INELIGIBLE',
      KeyUsages: [],
      ExtendedKeyUsages: [],
      Options: request.Options ?? { CertificateTransparencyLoggingPreference: 'ENABLED', Export: 'DISABLED' },
    },
    tags: request.Tags ?? [],
    ...(IdempotencyToken !== undefined && { idempotencyToken: IdempotencyToken }),
  };
  world.acm.certificates.push(certificate);
  awaitValidation(world, arn);
  return certificate;
}
