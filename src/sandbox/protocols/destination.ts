import type { WireRequest } from './protocol.ts';

export interface Destination {
  readonly signingName: string | undefined;
  readonly region: string;
}

const credentialScope = /Credential=[^/,\s]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;
const regionalHost = /^([a-z0-9-]+)\.([a-z]{2}(?:-[a-z]+)+-\d)\./;

/** Read from the signature, else (some calls of STS are not signed) from a host such as `sts.us-east-1.amazonaws.com`. */
export function destinationOf({ headers, host }: WireRequest): Destination {
  const [, scopeRegion, scopeService] = credentialScope.exec(headers['authorization'] ?? '') ?? [];
  const [, hostService, hostRegion] = regionalHost.exec(host) ?? [];
  return {
    signingName:
      scopeService ?? hostService ?? (host.endsWith('.amazonaws.com') ? host.split('.')[0] : undefined),
    // Hosts without a Region, such as `sts.amazonaws.com`, stand in us-east-1.
    region: scopeRegion ?? hostRegion ?? 'us-east-1',
  };
}
