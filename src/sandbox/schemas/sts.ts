export {
  AssumeRole$,
  DecodeAuthorizationMessage$,
  ExpiredTokenException$,
  GetAccessKeyInfo$,
  GetCallerIdentity$,
  GetSessionToken$,
  InvalidAuthorizationMessageException$,
  MalformedPolicyDocumentException$,
  PackedPolicyTooLargeException$,
  RegionDisabledException$,
} from '@aws-sdk/client-sts';
