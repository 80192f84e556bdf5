export { OpenSearchClient } from '@aws-sdk/client-opensearch';
