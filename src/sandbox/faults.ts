import { AwsFault } from './service.ts';
import type { World } from './world.ts';

/** What goes wrong with a call. `answer-lost`: the call takes effect and its answer does not arrive. */
export type Mishap =
  | 'throttle'
  | '500'
  | '503'
  | 'access-denied'
  | 'expired-credentials'
  | 'reset'
  | 'timeout'
  | 'answer-lost';

/** A call that goes wrong: every condition that is given must hold. */
export interface Fault {
  readonly what: Mishap;
  /** Package name without `@aws-sdk/client-`. */
  readonly service?: string;
  /** Name of an operation; a `*` at the end stands for any rest, as in `Describe*`. */
  readonly operation?: string;
  /** Counted per operation from 1; a list strikes each of them. */
  readonly calls?: readonly number[];
  readonly from?: Date;
  readonly to?: Date;
}

/** Notes the call and finds the first fault that strikes it. */
export function strike(world: World, service: string, operation: string): Mishap | undefined {
  const key = `${service}:${operation}`;
  const call = (world.calls[key] ?? 0) + 1;
  world.calls[key] = call;
  return world.faults.find(
    (fault) =>
      (fault.service ?? service) === service &&
      isNamed(fault.operation ?? '*', operation) &&
      (fault.calls?.includes(call) ?? true) &&
      (fault.from === undefined || fault.from <= world.now) &&
      (fault.to === undefined || world.now < fault.to),
  )?.what;
}

const isNamed = (pattern: string, operation: string): boolean =>
  pattern.endsWith('*') ? operation.startsWith(pattern.slice(0, -1)) : operation === pattern;

/** Codes that differ between services. EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const throttled: Readonly<Record<string, AwsFault>> = {
  ec2: new AwsFault('RequestLimitExceeded', 'Request limit exceeded.', { status: 503 }),
  ssm: new AwsFault('ThrottlingException', 'Rate exceeded', { status: 400 }),
};

const iamPrefixes: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
};

/** The answer of AWS to a call that it refuses; throttling of most services is the same. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html */
export function refusal(
  what: Exclude<Mishap, 'reset' | 'timeout' | 'answer-lost'>,
  { service, operation, caller }: { service: string; operation: string; caller: string },
): AwsFault {
  switch (what) {
    case 'throttle':
      return throttled[service] ?? new AwsFault('Throttling', 'Rate exceeded', { status: 400 });
    case '500':
      return new AwsFault(
        service === 'ec2' ? 'InternalError' : 'InternalFailure',
        'An internal error has occurred. Retry your query.',
        { status: 500 },
      );
    case '503':
      return new AwsFault(
        service === 'ec2' ? 'Unavailable' : 'ServiceUnavailable',
        'The server is overloaded and cannot handle the request.',
        { status: 503 },
      );
    case 'access-denied': {
      const action = `${iamPrefixes[service] ?? service}:${operation}`;
      const denied = `User: ${caller} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
      return service === 'ec2'
        ? new AwsFault(
            'UnauthorizedOperation',
            `You are not authorized to perform this operation. ${denied}`,
            { status: 403 },
          )
        : new AwsFault(service === 'ssm' ? 'AccessDeniedException' : 'AccessDenied', denied, { status: 403 });
    }
    case 'expired-credentials':
      return service === 'ec2'
        ? new AwsFault('RequestExpired', 'Request has expired.', { status: 400 })
        : new AwsFault(
            service === 'ssm' ? 'ExpiredTokenException' : 'ExpiredToken',
            'The security token included in the request is expired',
            { status: 403 },
          );
    default:
      return what satisfies never;
  }
}
