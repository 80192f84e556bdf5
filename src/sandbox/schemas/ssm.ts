export {
  GetParameter$,
  GetParameters$,
  InternalServerError$,
  InvalidKeyId$,
  ParameterNotFound$,
  ParameterVersionNotFound$,
} from '@aws-sdk/client-ssm';
