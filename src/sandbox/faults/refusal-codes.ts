/** What a service calls a refusal that every service knows; words and statuses differ between families. */
export interface RefusalCodes {
  readonly throttled: readonly [code: string, status: number, message?: string];
  readonly denied: string;
  readonly expired: readonly [code: string, status: number];
  readonly internal: string;
  readonly overloaded: string;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html */
const query: RefusalCodes = {
  throttled: ['Throttling', 400],
  denied: 'AccessDenied',
  expired: ['ExpiredToken', 403],
  internal: 'InternalFailure',
  overloaded: 'ServiceUnavailable',
};

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html */
const json: RefusalCodes = {
  throttled: ['ThrottlingException', 400],
  denied: 'AccessDeniedException',
  expired: ['ExpiredTokenException', 403],
  internal: 'InternalFailure',
  overloaded: 'ServiceUnavailable',
};

const families: Readonly<Record<string, RefusalCodes>> = {
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
  ec2: {
    throttled: ['RequestLimitExceeded', 503, 'Request limit exceeded.'],
    denied: 'UnauthorizedOperation',
    expired: ['RequestExpired', 400],
    internal: 'InternalError',
    overloaded: 'Unavailable',
  },
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  s3: {
    throttled: ['SlowDown', 503, 'Please reduce your request rate.'],
    denied: 'AccessDenied',
    expired: ['ExpiredToken', 400],
    internal: 'InternalError',
    overloaded: 'ServiceUnavailable',
  },
  acm: json,
  backup: json,
  cloudtrail: json,
  'cloudwatch-logs': json,
  efs: { ...json, throttled: ['ThrottlingException', 429] },
  kms: json,
  // https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html
  mq: { ...json, throttled: ['TooManyRequestsException', 429], denied: 'ForbiddenException' },
  opensearch: json,
  'secrets-manager': json,
  ssm: json,
};

export const refusalCodes = (service: string): RefusalCodes => families[service] ?? query;
