export { DescribeDomainCommand, ListVersionsCommand, OpenSearchClient } from '@aws-sdk/client-opensearch';
