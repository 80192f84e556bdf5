import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { SdkError } from '@smithy/types';
import { AwsCallError, Bug } from '../errors.ts';
import { redactText } from './redaction.ts';
import { unreadableHeadline, unreadableHint } from './unreadable-answer.ts';

/** What the message needs to say of the call that failed. */
export interface FailedCall {
  /** IAM prefix. */
  readonly service: string;
  readonly operation: string;
  /** IAM action that it needs. */
  readonly action: string;
  /** Secrets redacted. */
  readonly parameters: unknown;
  readonly write: boolean;
  readonly attempts: number;
  readonly region: string;
  readonly profile: string | undefined;
  /** Must not be in the message. */
  readonly secrets: readonly string[];
  /** Its answer holds a secret: what the SDK says of an answer that it cannot read may quote it. */
  readonly handsOutSecret: boolean;
}

type Kind =
  | 'access-denied'
  | 'certificate'
  | 'clock-skew'
  | 'credentials-missing'
  | 'credentials-refused'
  | 'endpoint'
  | 'not-found'
  | 'other'
  | 'region-closed'
  | 'service-fault'
  | 'throttled'
  | 'unreachable'
  | 'unreadable';

/**
 * Codes that are spelled alike by all services, or by one of ours.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-codes.html (AuthFailure, Blocked, UnauthorizedOperation)
 */
const kindOfCode: Readonly<Record<string, Kind>> = {
  AccessDenied: 'access-denied',
  AccessDeniedException: 'access-denied',
  NotAuthorized: 'access-denied',
  UnauthorizedOperation: 'access-denied',
  AuthFailure: 'credentials-refused',
  ExpiredToken: 'credentials-refused',
  ExpiredTokenException: 'credentials-refused',
  InvalidAccessKeyId: 'credentials-refused',
  InvalidClientTokenId: 'credentials-refused',
  MissingAuthenticationToken: 'credentials-refused',
  UnrecognizedClientException: 'credentials-refused',
  InvalidSignatureException: 'clock-skew',
  RequestExpired: 'clock-skew',
  RequestTimeTooSkewed: 'clock-skew',
  SignatureDoesNotMatch: 'clock-skew',
  OptInRequired: 'region-closed',
  ERR_INVALID_URL: 'endpoint',
  CERT_HAS_EXPIRED: 'certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate',
};

/** Whatever the SDK throws, as something that an operator can act on, or as a fault of ours. */
export function callError(error: unknown, call: FailedCall): AwsCallError | Bug {
  const action = `${call.service}:${call.operation}`;
  if (!isError(error)) return new Bug(`${action} failed with something that is no error: ${String(error)}`);
  const kind = kindOf(error);
  const mayQuoteAnswer = call.handsOutSecret && (kind === undefined || kind === 'unreadable');
  const text = mayQuoteAnswer ? '' : readable(redactText(error.message, call.secrets));
  if (kind === undefined) {
    return new Bug(`${action} failed before it reached AWS: ${text}`, {
      ...(!mayQuoteAnswer && { cause: redactText(error.stack ?? '', call.secrets) }),
    });
  }
  const awsCode = awsCodeOf(error);
  const requestId = error.$metadata?.requestId;
  const asked = `${action}${subjectOf(call.parameters)} in ${call.region}`;
  const after = call.attempts > 1 ? ` after ${call.attempts} attempts` : '';
  return new AwsCallError({
    code: `AWS_${kind === 'other' ? 'CALL_FAILED' : kind.toUpperCase().replaceAll('-', '_')}`,
    message: `${headline(kind, asked, after)}${call.write && mayBeDone.has(kind) ? ' AWS may have done it all the same.' : ''} ${awsCode}${text === '' ? '' : `: ${text}`}${
      requestId === undefined ? '' : ` (request ${requestId})`
    }`,
    hint: hintFor(kind, call, text),
    // No cause: the SDK's error holds AWS's answer as it came, secrets and all.
    service: call.service,
    operation: call.operation,
    awsCode,
    requestId,
    transient: kind === 'throttled' || mayBeDone.has(kind),
  });
}

/** The answer is missing, not the deed. */
const mayBeDone: ReadonlySet<Kind> = new Set<Kind>(['service-fault', 'unreachable', 'unreadable']);

/** What the SDK's exceptions, Node's system errors and the credential providers have in common. */
type FailedAttempt = SdkError & {
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly Error?: { readonly Code?: unknown };
  readonly $response?: unknown;
};

const isError = (error: unknown): error is FailedAttempt => error instanceof Error;

/**
 * As in AWS's API reference. The SDK's `name` is the name of the class, which differs: an `InstanceRefreshInProgress` is an
 * InstanceRefreshInProgressFault, a `TargetGroupNotFound` a TargetGroupNotFoundException.
 */
export function awsCodeOf(error: Error): string {
  if (!isError(error)) return 'Unknown';
  const candidates = [
    error.Error?.Code,
    error.Code,
    error.$metadata === undefined ? error.code : undefined,
    error.name,
  ];
  return candidates.find((code): code is string => typeof code === 'string' && code !== '') ?? 'Unknown';
}

function kindOf(error: FailedAttempt): Kind | undefined {
  if (error.name === 'CredentialsProviderError' || error.name === 'TokenProviderError')
    return 'credentials-missing';
  const code = awsCodeOf(error);
  const known = kindOfCode[code];
  if (known !== undefined) return known;
  if (isThrottlingError(error)) return 'throttled';
  const status = error.$metadata?.httpStatusCode;
  if (error.$fault === undefined) {
    if (isTransientError(error)) return status === undefined ? 'unreachable' : 'service-fault';
    return error.$response === undefined ? undefined : 'unreadable';
  }
  if (status !== undefined && status >= 500) return 'service-fault';
  if (isTransientError(error)) return 'unreachable';
  const missing = /not ?found|does ?not ?exist|nosuch/i;
  if (missing.test(code) || (code === 'ValidationError' && missing.test(error.message))) return 'not-found';
  return 'other';
}

function headline(kind: Kind, asked: string, after: string): string {
  switch (kind) {
    case 'access-denied':
      return `AWS does not allow ${asked} to these credentials.`;
    case 'credentials-missing':
      return `No AWS credentials for ${asked}: nothing was sent.`;
    case 'credentials-refused':
      return `AWS does not accept the credentials of ${asked}.`;
    case 'clock-skew':
      return `AWS does not accept the signature of ${asked}.`;
    case 'region-closed':
      return `This account may not use ${asked}.`;
    case 'endpoint':
      return `The address for ${asked} is not a URL.`;
    case 'certificate':
      return `The server's certificate is not trusted, so ${asked} was not sent.`;
    case 'unreachable':
      return `No answer to ${asked}${after}.`;
    case 'unreadable':
      return unreadableHeadline(asked);
    case 'throttled':
      return `AWS throttles ${asked}: refused${after}.`;
    case 'service-fault':
      return `AWS failed at ${asked}${after}.`;
    case 'not-found':
      return `AWS does not find what ${asked} names.`;
    case 'other':
      return `AWS refused ${asked}.`;
    default:
      return kind satisfies never;
  }
}

function hintFor(kind: Kind, call: FailedCall, text: string): string {
  const goOn = 'then go on with `runbook resume`';
  const profile = call.profile === undefined ? '' : ` --profile ${call.profile}`;
  switch (kind) {
    case 'access-denied':
      return `Allow ${deniedActions(call, text)} to ${principalIn(text) ?? 'the role or user that `aws sts get-caller-identity` names'}, ${goOn}.`;
    case 'credentials-missing':
    case 'credentials-refused':
      return `Log in again with \`aws sso login${profile || ' --profile <profile>'}\`, or set AWS_PROFILE or new keys; check with \`aws sts get-caller-identity${profile}\`, ${goOn}.`;
    case 'clock-skew':
      return `Set this machine's clock (compare with \`curl -sI https://sts.amazonaws.com | grep -i ^date\`). If it is right, the secret key is wrong or expired: \`aws sts get-caller-identity${profile}\`. ${capitalised(goOn)}.`;
    case 'region-closed':
      return `Check \`region: ${call.region}\` in runbook.yaml, and that the account has this Region and service enabled: \`aws account list-regions${profile}\`.`;
    case 'endpoint':
      return 'Correct AWS_ENDPOINT_URL, or unset it to reach AWS itself: `env | grep AWS_ENDPOINT_URL`; the profile may set endpoint_url as well.';
    case 'certificate':
      return 'A proxy stands between this machine and AWS: name its CA in NODE_EXTRA_CA_CERTS, or leave the proxy.';
    case 'unreachable':
      return `Check the network, the VPN and any proxy, \`region: ${call.region}\` in runbook.yaml and AWS_ENDPOINT_URL, ${goOn}.`;
    case 'unreadable':
      return unreadableHint;
    case 'throttled':
      return `Something else uses up this account's calls to ${call.service}: stop it or wait a few minutes, ${goOn}.`;
    case 'service-fault':
      return `Look at https://health.aws.amazon.com/health/status for ${call.region}, wait, ${goOn}.`;
    case 'not-found':
      return `Check the name and \`region: ${call.region}\` in runbook.yaml; it may also have been deleted since the run began.`;
    case 'other':
      return `What the code means: https://docs.aws.amazon.com/search/doc-search.html?searchPath=documentation&searchQuery=${call.operation}`;
    default:
      return kind satisfies never;
  }
}

/**
 * AWS names the action that it missed, which need not be the one that was called. For a launch template it names none:
 * the caller needs what launching an instance from it takes.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
 */
function deniedActions(call: FailedCall, text: string): string {
  if (/not authorized to use launch template/i.test(text)) {
    return 'ec2:RunInstances, iam:PassRole (if the template has an instance profile) and ec2:CreateTags (if it has tags)';
  }
  return /not authorized to perform:? ([a-z0-9-]+:[a-z0-9*]+)/i.exec(text)?.[1] ?? call.action;
}

const principalIn = (text: string): string | undefined =>
  /arn:aws[a-z-]*:(?:iam|sts)::\d*:[^\s,]+/i.exec(text)?.[0];

/** EC2 appends a kilobyte of text that only `aws sts decode-authorization-message` can read. */
const readable = (text: string): string =>
  text
    .replace(/\s*Encoded authorization failure message:\s*\S+/i, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 600);

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The names, ids and ARNs among the parameters: ` (AutoScalingGroupName morpheus-app)`. */
function subjectOf(parameters: unknown): string {
  if (typeof parameters !== 'object' || parameters === null) return '';
  const named = Object.entries(parameters)
    .filter(([name]) => /(?:Name|Id|Arn)s?$/.test(name))
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(' ') : value])
    .filter(([, value]) => typeof value === 'string' && value !== '')
    .map(([name, value]) => `${name} ${value}`);
  return named.length === 0 ? '' : ` (${named.join(', ')})`;
}
