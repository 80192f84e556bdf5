export {
  AccessDeniedException$,
  GetServiceQuota$,
  IllegalArgumentException$,
  InvalidPaginationTokenException$,
  ListServiceQuotas$,
  NoSuchResourceException$,
  TooManyRequestsException$,
} from '@aws-sdk/client-service-quotas';
