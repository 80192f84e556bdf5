import type { Milliseconds } from '../../duration.ts';
import { AwsFault } from '../service.ts';
import { actionName } from '../services/iam/action-name.ts';
import type { World } from '../world.ts';
import { type CallFault, type Fault, type FaultOf, isInForce, isNamed, type Mishap } from './fault.ts';
import { refusalCodes } from './refusal-codes.ts';

const isCallFault = (fault: Fault): fault is Fault & CallFault =>
  fault.what === 'slow' || fault.what === 'stale-read' || fault.what === 'rate-limit' || isMishap(fault.what);

const mishaps: Readonly<Record<Mishap, true>> = {
  throttle: true,
  '500': true,
  '503': true,
  'access-denied': true,
  'expired-credentials': true,
  reset: true,
  timeout: true,
  'answer-lost': true,
};

const isMishap = (what: string): what is Mishap => Object.hasOwn(mishaps, what);

/** What the faults in force do to one call. */
export interface Blow {
  readonly mishap: Mishap | undefined;
  readonly slower: Milliseconds;
  /** How far behind a read is. */
  readonly stale: Milliseconds;
}

/** Notes the call and finds what strikes it. */
export function strike(world: World, service: string, operation: string): Blow {
  const key = `${service}:${operation}`;
  const call = (world.calls[key] ?? 0) + 1;
  world.calls[key] = call;
  const striking = world.faults.filter(
    (fault): fault is Fault & CallFault =>
      isCallFault(fault) &&
      (fault.service ?? service) === service &&
      isNamed(fault.operation ?? '*', operation) &&
      (fault.calls?.includes(call) ?? true) &&
      (fault.region ?? world.region) === world.region &&
      isInForce(world, fault),
  );
  const longest = (what: 'slow' | 'stale-read') =>
    Math.max(0, ...striking.map((fault) => (fault.what === what ? fault.by : 0)));
  const overRate = striking
    .filter((fault) => fault.what === 'rate-limit')
    .filter((fault) => !take(world, fault));
  return {
    mishap: overRate.length > 0 ? 'throttle' : striking.map(({ what }) => what).find(isMishap),
    slower: longest('slow'),
    stale: longest('stale-read'),
  };
}

/** Takes a token, where one is left: the bucket holds a second's worth and fills up all the time. */
function take({ now }: World, fault: FaultOf<'rate-limit'>): boolean {
  const { perSecond, bucket = { tokens: perSecond, at: now } } = fault;
  const filled = (perSecond * (now.getTime() - bucket.at.getTime())) / 1000;
  const tokens = Math.min(Math.max(1, perSecond), bucket.tokens + filled);
  fault.bucket = { tokens: tokens < 1 ? tokens : tokens - 1, at: now };
  return tokens >= 1;
}

/** The answer of AWS to a call that it refuses. */
export function refusal(
  what: Exclude<Mishap, 'reset' | 'timeout' | 'answer-lost'>,
  { service, operation, caller }: { service: string; operation: string; caller: string },
): AwsFault {
  const { throttled, expired, internal, overloaded } = refusalCodes(service);
  switch (what) {
    case 'throttle':
      return new AwsFault(throttled[0], throttled[2] ?? 'Rate exceeded', { status: throttled[1] });
    case '500':
      return new AwsFault(internal, 'An internal error has occurred. Retry your query.', { status: 500 });
    case '503':
      return new AwsFault(overloaded, 'The server is overloaded and cannot handle the request.', {
        status: 503,
      });
    case 'access-denied': {
      const action = actionName(service, operation);
      return denied(
        service,
        `User: ${caller} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
      );
    }
    case 'expired-credentials':
      return new AwsFault(expired[0], 'The security token included in the request is expired', {
        status: expired[1],
      });
    default:
      return what satisfies never;
  }
}

/** A call that IAM does not allow, in the service's own words. */
export const denied = (service: string, why: string): AwsFault =>
  new AwsFault(
    refusalCodes(service).denied,
    service === 'ec2' ? `You are not authorized to perform this operation. ${why}` : why,
    { status: 403 },
  );
