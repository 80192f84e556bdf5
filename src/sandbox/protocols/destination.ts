import type { WireRequest } from './protocol.ts';

export interface Destination {
  readonly signingName: string | undefined;
  /** `undefined` where the signature names what can be no Region. */
  readonly region: string | undefined;
}

const scope = String.raw`[^/,\s]+/\d{8}/([^/]+)/([^/]+)/aws4_request`;
const signedHeader = new RegExp(`Credential=${scope}`);
const signedUrl = new RegExp(`^${scope}$`);
const awsHost = /^(?:(.*)\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)(?::\d+)?$/;
const regionName = /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

/**
 * Read from the signature, in the header or in a presigned URL. What is not signed (some calls of STS) goes by a host
 * such as `sts.us-east-1.amazonaws.com`.
 */
export function destinationOf(request: WireRequest): Destination {
  const [, scopeRegion, scopeService] =
    signedHeader.exec(request.headers['authorization'] ?? '') ??
    signedUrl.exec(request.query.find(([key]) => key === 'X-Amz-Credential')?.[1] ?? '') ??
    [];
  const named = isPresignedTheOldWay(request)
    ? { signingName: 's3', region: 'us-east-1' }
    : destinationInHost(request.host);
  const region = scopeRegion ?? named.region;
  return {
    signingName: scopeService ?? named.signingName,
    region: region !== undefined && regionName.test(region) ? region : undefined,
  };
}

/** Of all services only S3 still has version 2 of signatures: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
const isPresignedTheOldWay = ({ query }: WireRequest): boolean =>
  ['AWSAccessKeyId', 'Signature', 'Expires'].every((name) => query.some(([key]) => key === name));

/** `[bucket.]service[.dualstack][.region]`. Hosts without a Region, such as `iam.amazonaws.com`, stand in us-east-1. */
function destinationInHost(host: string): Destination {
  const labels = (awsHost.exec(host)?.[1] ?? '').split('.').filter((label) => label !== 'dualstack');
  const last = labels.at(-1) ?? '';
  const hasRegion = regionName.test(last);
  const signingName = labels.at(hasRegion ? -2 : -1);
  return { signingName: signingName || undefined, region: hasRegion ? last : 'us-east-1' };
}
