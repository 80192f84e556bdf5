export {
  CreateDomainCommand,
  DeleteDomainCommand,
  DescribeDomainCommand,
  DescribeDomainConfigCommand,
  ListTagsCommand,
  ListVersionsCommand,
  OpenSearchClient,
} from '@aws-sdk/client-opensearch';
