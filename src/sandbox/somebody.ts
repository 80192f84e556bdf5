import { AwsFault, type Call, type Service } from './service.ts';
import { recordCall } from './services/cloudtrail/record.ts';
import { services } from './services/index.ts';
import type { EventHandlers, World } from './world.ts';

/** A call to AWS as a scenario writes it. */
export interface NamedCall {
  readonly service: string;
  readonly operation: string;
  /** In the SDK's shape. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly region?: string | undefined;
}

/** Somebody other than the caller acts in the account: a colleague, a pipeline, AWS itself. */
export type SomebodyEvent = {
  readonly kind: 'somebody-calls';
  readonly call: NamedCall;
  readonly by: string;
};

export const serviceNamed = (name: string): Service | undefined =>
  services.find((service) => service.name === name);

/** @throws AwsFault where AWS refuses the call */
export function carryOut(world: World, { service, operation, input }: NamedCall): unknown {
  return serviceNamed(service)?.operations[operation]?.(world, structuredClone(input), carriedOutIn(world));
}

/** Nobody asks for the id of a request that came from nowhere. */
const carriedOutIn = ({ region }: World): Call => ({
  region,
  requestId: '00000000-0000-4000-9000-000000000000',
});

export const somebodyEvents: EventHandlers<SomebodyEvent> = {
  'somebody-calls': (world, { call, by }) => {
    const note = (error?: AwsFault): void =>
      recordCall(world, { ...call, ...carriedOutIn(world), readOnly: false, error, session: by });
    try {
      carryOut(world, call);
      note();
    } catch (error) {
      // Refused, as anybody's call may be: by then the trainee has made the world another one.
      if (!(error instanceof AwsFault)) throw error;
      note(error);
    }
  },
};
