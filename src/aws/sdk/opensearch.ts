export {
  CreateDomainCommand,
  DeleteDomainCommand,
  DescribeDomainCommand,
  DescribeDomainConfigCommand,
  ListVersionsCommand,
  OpenSearchClient,
} from '@aws-sdk/client-opensearch';
