import type { DomainValidation } from '@aws-sdk/client-acm';
import { hours, minutes } from '../../duration.ts';
import { later, schedule } from '../schedule.ts';
import { type AcmState, type CertificateState, emptyAcm } from '../services/acm/state.ts';
import type { World } from '../world.ts';
import {
  certificateArn,
  dns,
  loadBalancerArn,
  recovery,
  recoveryCertificateArn,
  recoveryRegion,
  tag,
} from './names.ts';

/** The records that prove the names to the certificate manager. The second is missing in the zone: nobody made it again after a clean-up. */
export const validationRecords = {
  main: {
    Name: `_8c1f0e2d3b4a59687706f5e4d3c2b1a0.${dns.name}.`,
    Type: 'CNAME',
    Value: '_5e4d3c2b1a0f9e8d7c6b5a4938271605.xlfgrmvvlj.acm-validations.aws.',
  },
  recovery: {
    Name: `_1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a.${recovery.host}.`,
    Type: 'CNAME',
    Value: '_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d.xlfgrmvvlj.acm-validations.aws.',
  },
} as const;

const days = (count: number): number => hours(24 * count);

const proof = (
  domain: string,
  record: (typeof validationRecords)[keyof typeof validationRecords],
  status: 'SUCCESS' | 'PENDING_VALIDATION' = 'SUCCESS',
): DomainValidation => ({
  DomainName: domain,
  ValidationDomain: domain,
  ValidationStatus: status,
  ValidationMethod: 'DNS',
  ResourceRecord: { ...record },
});

interface Issued {
  readonly arn: string;
  readonly serial: string;
  readonly usedBy: string;
  readonly proofs: readonly DomainValidation[];
  readonly since: Date;
}

const issued = ({ arn, serial, usedBy, proofs, since }: Issued): CertificateState => ({
  detail: {
    CertificateArn: arn,
    CreatedAt: later(since, -minutes(4)),
    DomainName: dns.name,
    DomainValidationOptions: [...proofs],
    ExtendedKeyUsages: [
      { Name: 'TLS_WEB_SERVER_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.1' },
      { Name: 'TLS_WEB_CLIENT_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.2' },
    ],
    InUseBy: [usedBy],
    IssuedAt: since,
    Issuer: 'Amazon',
    KeyAlgorithm: 'RSA_2048',
    KeyUsages: [{ Name: 'DIGITAL_SIGNATURE' }, { Name: 'KEY_ENCIPHERMENT' }],
    NotAfter: later(since, days(395)),
    NotBefore: since,
    Options: { CertificateTransparencyLoggingPreference: 'ENABLED', Export: 'DISABLED' },
    RenewalEligibility: 'ELIGIBLE',
    Serial: serial,
    SignatureAlgorithm: 'SHA256WITHRSA',
    Status: 'ISSUED',
    Subject: `CN=${dns.name}`,
    SubjectAlternativeNames: proofs.flatMap(({ DomainName }) => DomainName ?? []),
    Type: 'AMAZON_ISSUED',
  },
  tags: [tag('Project', 'morpheus'), tag('Environment', 'prod')],
});

/** The certificate of the load balancer, as it stands in the Region of this world. */
export function certificates(world: World): AcmState {
  return { ...emptyAcm(), certificates: [world.region === recoveryRegion ? expiring(world) : sound(world)] };
}

const sound = (world: World): CertificateState =>
  issued({
    arn: certificateArn,
    serial: '0c:4e:1f:7a:93:b2:5d:08:e6:41:77:cd:2a:90:3b:f5',
    usedBy: loadBalancerArn,
    proofs: [proof(dns.name, validationRecords.main)],
    since: later(world.now, -days(160)),
  });

/** Ends in 17 days, on the load balancer that no request has reached since: a failover after that would meet browsers' warnings. */
function expiring(world: World): CertificateState {
  const certificate = issued({
    arn: recoveryCertificateArn,
    serial: '07:a1:5c:e2:38:6f:d4:19:b0:8e:53:2d:f7:64:c9:1a',
    usedBy: recovery.loadBalancerArn,
    proofs: [proof(dns.name, validationRecords.main), proof(recovery.host, validationRecords.recovery)],
    since: later(world.now, days(17 - 395)),
  });
  certificate.detail.RenewalSummary = {
    RenewalStatus: 'PENDING_VALIDATION',
    DomainValidationOptions: [
      proof(dns.name, validationRecords.main),
      proof(recovery.host, validationRecords.recovery, 'PENDING_VALIDATION'),
    ],
    UpdatedAt: later(world.now, -days(43)),
  };
  schedule(world, later(world.now, hours(1)), {
    kind: 'certificate-renewal-tried',
    certificate: recoveryCertificateArn,
  });
  return certificate;
}
