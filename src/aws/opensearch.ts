import type { DomainConfig, DomainStatus } from '@aws-sdk/client-opensearch';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { DomainConfig, DomainStatus };

const service = 'opensearch';
const sdk = () => import('./sdk/opensearch.ts');

/** The domain of this name, `undefined` where there is none. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomain.html */
export const describeDomain = awsFunction(
  ['es:DescribeDomain'],
  async (aws: ReadClients, domain: string): Promise<DomainStatus | undefined> => {
    const { DescribeDomainCommand } = await sdk();
    const answer = await absentWhen(['ResourceNotFoundException'], () =>
      aws.send(service, new DescribeDomainCommand({ DomainName: domain })),
    );
    return answer?.DomainStatus;
  },
);

/**
 * When an option of the domain was last changed, whichever it was; `undefined` where it says no time.
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_OptionStatus.html
 */
export const lastDomainChange = awsFunction(
  ['es:DescribeDomainConfig'],
  async (aws: ReadClients, domain: string): Promise<Date | undefined> => {
    const { DescribeDomainConfigCommand } = await sdk();
    const { DomainConfig } = await aws.send(service, new DescribeDomainConfigCommand({ DomainName: domain }));
    const times = Object.values(DomainConfig ?? {}).flatMap((option: unknown) => updateDate(option) ?? []);
    return times.toSorted((one, other) => one.getTime() - other.getTime()).at(-1);
  },
);

/** Options have a status with a date; what else stands beside them has none. */
function updateDate(option: unknown): Date | undefined {
  const { Status } = (option ?? {}) as { readonly Status?: { readonly UpdateDate?: unknown } };
  return Status?.UpdateDate instanceof Date ? Status.UpdateDate : undefined;
}

/** Engine versions that the Region that is asked offers. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ListVersions.html */
export const domainEngineVersions = awsFunction(
  ['es:ListVersions'],
  async (aws: ReadClients): Promise<string[]> => {
    const { ListVersionsCommand } = await sdk();
    return collectPages(async (NextToken) => {
      const page = await aws.send(service, new ListVersionsCommand({ NextToken }));
      return { items: page.Versions, next: page.NextToken };
    });
  },
);
