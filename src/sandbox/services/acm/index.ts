import type { CertificateDetail, CertificateStatus, CertificateSummary } from '@aws-sdk/client-acm';
import { secondsFrom } from '../../schedule.ts';
import { AwsFault, type Service } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { certificateOf } from './issuing.ts';
import { certificateText, chainText } from './pem.ts';
import { requestCertificate } from './requests.ts';
import type { CertificateState, Detail } from './state.ts';

export { acmEvents } from './issuing.ts';

/** The record to make is there a few seconds after the request: userguide/dns-validation */
const recordsTake = 5;

function known(world: World, arn = ''): CertificateState {
  if (!/^arn:[\w+=/,.@-]+:acm:[\w+=/,.@-]*:\d+:certificate\/[\w+=/,.@-]+$/.test(arn))
    throw new AwsFault('InvalidArnException', `The certificate ARN ${arn} is invalid.`);
  const found = certificateOf(world, arn);
  if (found === undefined)
    throw new AwsFault(
      'ResourceNotFoundException',
      `Could not find certificate ${arn} in account ${world.account}.`,
    );
  return found;
}

const statusOf = ({ now }: World, { Status, NotAfter }: Detail): CertificateStatus =>
  Status === 'ISSUED' && NotAfter !== undefined && NotAfter <= now ? 'EXPIRED' : Status;

function described(world: World, { detail }: CertificateState): CertificateDetail {
  const hasRecords = world.now >= secondsFrom(detail.CreatedAt, recordsTake);
  return {
    ...detail,
    Status: statusOf(world, detail),
    DomainValidationOptions: detail.DomainValidationOptions.map(({ ResourceRecord, ...option }) => ({
      ...option,
      ...(hasRecords && ResourceRecord && { ResourceRecord }),
    })),
  };
}

const summaryOf = (world: World, { detail }: CertificateState): CertificateSummary => ({
  CertificateArn: detail.CertificateArn,
  DomainName: detail.DomainName,
  SubjectAlternativeNameSummaries: detail.SubjectAlternativeNames.slice(0, 100),
  HasAdditionalSubjectAlternativeNames: detail.SubjectAlternativeNames.length > 100,
  Status: statusOf(world, detail),
  Type: detail.Type,
  KeyAlgorithm: detail.KeyAlgorithm,
  KeyUsages: detail.KeyUsages?.flatMap(({ Name }) => Name ?? []),
  ExtendedKeyUsages: detail.ExtendedKeyUsages?.flatMap(({ Name }) => Name ?? []),
  ExportOption: detail.Options?.Export,
  InUse: detail.InUseBy.length > 0,
  RenewalEligibility: detail.RenewalEligibility,
  NotBefore: detail.NotBefore,
  NotAfter: detail.NotAfter,
  CreatedAt: detail.CreatedAt,
  IssuedAt: detail.IssuedAt,
});

/** Without a filter only these are listed: APIReference/API_Filters */
const usualKeyTypes: readonly string[] = ['RSA_1024', 'RSA_2048'];

export const acmOperations = {
  ListCertificates(world, { CertificateStatuses, Includes, MaxItems, NextToken, SortBy, SortOrder }) {
    if ((SortBy === undefined) !== (SortOrder === undefined))
      throw new AwsFault('InvalidArgsException', 'SortBy and SortOrder must be specified together.');
    if (MaxItems !== undefined && (MaxItems < 1 || MaxItems > 1000))
      throw new AwsFault(
        'ValidationException',
        `1 validation error detected: Value '${MaxItems}' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000`,
      );
    const keyTypes: readonly string[] = Includes?.keyTypes ?? usualKeyTypes;
    const { keyUsage, extendedKeyUsage } = Includes ?? {};
    const found = world.acm.certificates
      .map((certificate) => summaryOf(world, certificate))
      .filter(
        ({ Status, KeyAlgorithm, KeyUsages = [], ExtendedKeyUsages = [] }) =>
          (CertificateStatuses === undefined ||
            (Status !== undefined && CertificateStatuses.includes(Status))) &&
          keyTypes.includes(KeyAlgorithm ?? '') &&
          (keyUsage === undefined || keyUsage.some((usage) => KeyUsages.includes(usage))) &&
          (extendedKeyUsage === undefined ||
            extendedKeyUsage.some((usage) => ExtendedKeyUsages.includes(usage))),
      );
    const direction = SortOrder === 'DESCENDING' ? -1 : 1;
    if (SortBy !== undefined)
      found.sort((a, b) => direction * (Number(a.CreatedAt ?? 0) - Number(b.CreatedAt ?? 0)));
    const page = pageOf(found, MaxItems ?? 1000, NextToken, 'InvalidArgsException');
    return { CertificateSummaryList: page.items, NextToken: page.next };
  },

  DescribeCertificate: (world, { CertificateArn }) => ({
    Certificate: described(world, known(world, CertificateArn)),
  }),

  RequestCertificate: (world, request) => ({
    CertificateArn: requestCertificate(world, request).detail.CertificateArn,
  }),

  GetCertificate(world, { CertificateArn }) {
    const { detail } = known(world, CertificateArn);
    if (detail.Serial === undefined)
      throw new AwsFault(
        'RequestInProgressException',
        `Certificate ${CertificateArn} in account ${world.account} not yet issued.`,
      );
    return { Certificate: certificateText(detail.Serial), CertificateChain: chainText };
  },

  DeleteCertificate(world, { CertificateArn }) {
    const gone = known(world, CertificateArn);
    if (gone.detail.InUseBy.length > 0)
      throw new AwsFault(
        'ResourceInUseException',
        `Certificate ${CertificateArn} in account ${world.account} is in use.`,
      );
    world.acm.certificates = world.acm.certificates.filter((certificate) => certificate !== gone);
    return {};
  },

  ListTagsForCertificate: (world, { CertificateArn }) => ({ Tags: known(world, CertificateArn).tags }),

  AddTagsToCertificate(world, { CertificateArn, Tags = [] }) {
    const certificate = known(world, CertificateArn);
    const added = Tags.map(({ Key }) => Key);
    certificate.tags = [...certificate.tags.filter(({ Key }) => !added.includes(Key)), ...Tags];
    return {};
  },

  RemoveTagsFromCertificate(world, { CertificateArn, Tags = [] }) {
    const certificate = known(world, CertificateArn);
    const isRemoved = (tag: { Key?: string | undefined; Value?: string | undefined }) =>
      Tags.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value));
    certificate.tags = certificate.tags.filter((tag) => !isRemoved(tag));
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-acm')>;

export const acm: Service = { name: 'acm', operations: acmOperations };
