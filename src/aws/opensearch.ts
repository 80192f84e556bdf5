import type { DomainStatus } from '@aws-sdk/client-opensearch';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { DomainStatus };

const sdk = () => import('./sdk/opensearch.ts');

/** `undefined` where there is none of that name. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomain.html */
export const describeDomain = awsFunction(
  ['es:DescribeDomain'],
  async (aws: ReadClients, name: string): Promise<DomainStatus | undefined> => {
    const { DescribeDomainCommand } = await sdk();
    const answer = await absentWhen(['ResourceNotFoundException'], () =>
      aws.send('opensearch', new DescribeDomainCommand({ DomainName: name })),
    );
    return answer?.DomainStatus;
  },
);

/** Such as `OpenSearch_2.5`. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ListVersions.html */
export const searchVersions = awsFunction(
  ['es:ListVersions'],
  async (aws: ReadClients): Promise<string[]> => {
    const { ListVersionsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send('opensearch', new ListVersionsCommand({ MaxResults: 100, NextToken }));
      return { items: page.Versions, next: page.NextToken };
    });
  },
);
