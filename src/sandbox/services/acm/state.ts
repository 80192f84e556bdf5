import type { CertificateDetail, Tag } from '@aws-sdk/client-acm';
import type { Known } from '../../known.ts';

export type Detail = Known<
  CertificateDetail,
  | 'CertificateArn'
  | 'CreatedAt'
  | 'DomainName'
  | 'DomainValidationOptions'
  | 'InUseBy'
  | 'KeyAlgorithm'
  | 'Status'
  | 'SubjectAlternativeNames'
  | 'Type'
>;

export interface CertificateState {
  /** As DescribeCertificate shows it; that it is expired follows from the time. */
  detail: Detail;
  tags: Tag[];
  idempotencyToken?: string;
}

export interface AcmTimings {
  /** Seconds between two looks for the records of a certificate that is not issued yet. */
  validation: readonly [least: number, most: number];
}

export interface AcmState {
  certificates: CertificateState[];
  timings: AcmTimings;
}

export type AcmEvent =
  | { readonly kind: 'certificate-validation-tried'; readonly certificate: string }
  | { readonly kind: 'certificate-renewal-tried'; readonly certificate: string };

export const emptyAcm = (): AcmState => ({ certificates: [], timings: { validation: [60, 300] } });
