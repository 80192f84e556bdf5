export {
  DescribeDomainCommand,
  DescribeDomainConfigCommand,
  ListVersionsCommand,
  OpenSearchClient,
  UpdateDomainConfigCommand,
} from '@aws-sdk/client-opensearch';
