import type { HttpHandler } from '@smithy/core/protocols';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Clock, Random } from '../clock.ts';
import type { Milliseconds } from '../duration.ts';
import type { AwsSession, Grant, ReadClients, ServiceName } from './clients.ts';
import type { GuardedClient } from './guarded-client.ts';

export interface AwsSessionOptions {
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
  const clients = new Map<ServiceName, Promise<GuardedClient>>();
  const clientOf = (service: ServiceName): Promise<GuardedClient> => {
    const opened =
      clients.get(service) ??
      import('./guarded-client.ts').then((it) => it.openGuardedClient(service, options));
    clients.set(service, opened);
    return opened;
  };
  const clientsUnder = (grant: Grant): ReadClients => ({
    region: options.region,
    callerRegion: () => callerRegion(options),
    send: async (service, command) => (await clientOf(service)).send(command, grant),
  });
  return {
    forReading: clientsUnder,
    forChanging: (grant) => ({ ...clientsUnder(grant), mayChange: true }),
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
