import type { CertificateDetail, CertificateSummary, DomainValidation } from '@aws-sdk/client-acm';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { CertificateDetail, CertificateSummary, DomainValidation };

/** The certificates that were issued or have expired. https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html */
export const listCertificates = awsFunction(
  ['acm:ListCertificates'],
  async (aws: ReadClients): Promise<CertificateSummary[]> => {
    const { ListCertificatesCommand } = await import('./sdk/acm.ts');
    return collectPages<CertificateSummary>(async (NextToken) => {
      const page = await aws.send(
        'acm',
        new ListCertificatesCommand({ CertificateStatuses: ['ISSUED', 'EXPIRED'], NextToken }),
      );
      return { items: page.CertificateSummaryList, next: page.NextToken };
    });
  },
);

/**
 * A certificate, `undefined` where there is none of this ARN. `NotAfter` is its end; a renewal that AWS makes has its state in
 * `RenewalSummary`. https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html
 */
export const describeCertificate = awsFunction(
  ['acm:DescribeCertificate'],
  async (aws: ReadClients, arn: string): Promise<CertificateDetail | undefined> => {
    const { DescribeCertificateCommand } = await import('./sdk/acm.ts');
    const answer = await absentWhen(['ResourceNotFoundException'], () =>
      aws.send('acm', new DescribeCertificateCommand({ CertificateArn: arn })),
    );
    return answer?.Certificate;
  },
);
