import type { CertificateSummary } from '@aws-sdk/client-acm';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { CertificateSummary };

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
