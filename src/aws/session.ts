import type { HttpHandler } from '@smithy/core/protocols';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Clock, Random } from '../clock.ts';
import type { Milliseconds } from '../duration.ts';
import type { AwsSession, ChangeClients, Grant, ReadClients, ServiceName } from './clients.ts';
import type { GuardedClient } from './guarded-client.ts';

export interface AwsSessionOptions {
  /** Where calls go that name no other. */
  readonly region: string;
  /** Profile of the shared configuration files. Without it the SDK's own chain of credentials decides. */
  readonly profile?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** No write leaves the process. */
  readonly rehearsal: boolean;
  /** Upper bound of the attempts of a call. Without it a throttled call gets 12, a failing one 8. */
  readonly maxAttempts?: number | undefined;
  /** Longest that an attempt may take, in real time: 90 s without it. A `requestHandler` takes the time that it needs. */
  readonly attemptLimit?: Milliseconds | undefined;
  /** Answers instead of AWS. For the sandbox only. */
  readonly requestHandler?: HttpHandler | undefined;
  /** For the sandbox only: its users have none. */
  readonly credentials?: AwsCredentialIdentity | undefined;
}

/** Opens nothing yet: the SDK is loaded, and a client made, when a service is called for the first time. */
export function openAwsSession(options: AwsSessionOptions): AwsSession {
  const clients = new Map<string, Promise<GuardedClient>>();
  const clientOf = (service: ServiceName, region: string): Promise<GuardedClient> => {
    const key = `${service} ${region}`;
    const opened =
      clients.get(key) ??
      import('./guarded-client.ts').then((it) => it.openGuardedClient(service, region, options));
    clients.set(key, opened);
    return opened;
  };
  const reading = (grant: Grant, region: string): ReadClients => ({
    region,
    in: (other) => reading(grant, other),
    callerRegion: () => callerRegion(options),
    send: async (service, command) => (await clientOf(service, region)).send(command, grant),
  });
  const changing = (grant: Grant, region: string): ChangeClients => ({
    ...reading(grant, region),
    in: (other) => changing(grant, other),
    mayChange: true,
  });
  return {
    forReading: (grant) => reading(grant, options.region),
    forChanging: (grant) => changing(grant, options.region),
  };
}

/** In the sandbox there is no caller with settings of its own. */
async function callerRegion({
  region,
  profile,
  requestHandler,
}: AwsSessionOptions): Promise<string | undefined> {
  if (requestHandler !== undefined) return region;
  const { configuredRegion } = await import('./configured-region.ts');
  return configuredRegion(profile);
}
