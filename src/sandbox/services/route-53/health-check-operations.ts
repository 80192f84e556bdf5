import type * as Route53 from '@aws-sdk/client-route-53';
import { seconds } from '../../../duration.ts';
import { later } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { checkNamed, lastCheckPassed } from './health.ts';
import type { HealthCheckState } from './state.ts';

function known(world: World, id = ''): HealthCheckState {
  const found = checkNamed(world, id);
  if (found === undefined)
    throw new AwsFault('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, { status: 404 });
  return found;
}

/** An address of each Region's checkers: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-ip-addresses.html */
const checkers = {
  'us-east-1': '54.243.31.201',
  'us-west-1': '54.183.255.142',
  'us-west-2': '54.245.168.10',
  'eu-west-1': '54.228.16.12',
  'ap-northeast-1': '54.248.220.9',
  'ap-southeast-1': '54.255.254.198',
  'ap-southeast-2': '54.252.254.203',
  'sa-east-1': '54.232.40.71',
} as const satisfies Partial<Record<Route53.HealthCheckRegion, string>>;

const changeable = [
  'IPAddress',
  'Port',
  'ResourcePath',
  'FullyQualifiedDomainName',
  'SearchString',
  'FailureThreshold',
  'Inverted',
  'Disabled',
  'HealthThreshold',
  'ChildHealthChecks',
  'EnableSNI',
  'Regions',
  'AlarmIdentifier',
  'InsufficientDataHealthStatus',
] as const satisfies readonly (keyof Route53.HealthCheckConfig &
  keyof Route53.UpdateHealthCheckCommandInput)[];

const resettable: readonly string[] = [
  'ChildHealthChecks',
  'FullyQualifiedDomainName',
  'Regions',
  'ResourcePath',
];

const mostChecks = 100;

export const healthCheckOperations = {
  ListHealthChecks(world: World, { Marker, MaxItems = mostChecks }: Route53.ListHealthChecksCommandInput) {
    const all = world.route53.healthChecks.map(({ check }) => check);
    const from = Marker === undefined ? 0 : all.findIndex(({ Id }) => Id === Marker);
    const start = from < 0 ? all.length : from;
    const next = all[start + MaxItems];
    return {
      HealthChecks: all.slice(start, start + MaxItems),
      Marker: Marker ?? '',
      IsTruncated: next !== undefined,
      ...(next && { NextMarker: next.Id }),
      MaxItems,
    };
  },

  GetHealthCheck: (world: World, { HealthCheckId }: Route53.GetHealthCheckCommandInput) => ({
    HealthCheck: known(world, HealthCheckId).check,
  }),

  /** What the checkers saw last, which may differ from the state until it was seen often enough. */
  GetHealthCheckStatus(world: World, { HealthCheckId }: Route53.GetHealthCheckStatusCommandInput) {
    const state = known(world, HealthCheckId);
    const { Type, RequestInterval } = state.check.HealthCheckConfig;
    if (Type === 'CALCULATED')
      throw new AwsFault('InvalidInput', 'The status of a calculated health check cannot be got.');
    const Status = lastCheckPassed(state)
      ? 'Success: HTTP Status Code 200, OK'
      : 'Failure: HTTP Status Code 503, Service Unavailable';
    const span = seconds(RequestInterval);
    const round = Math.floor(world.now.getTime() / span) * span;
    return {
      HealthCheckObservations: Object.entries(checkers).map(([Region, IPAddress], index) => ({
        Region: Region as Route53.HealthCheckRegion,
        IPAddress,
        StatusReport: { Status, CheckedTime: later(new Date(round), -seconds(index * 3)) },
      })),
    };
  },

  UpdateHealthCheck(world: World, input: Route53.UpdateHealthCheckCommandInput) {
    const { check } = known(world, input.HealthCheckId);
    if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== check.HealthCheckVersion)
      throw new AwsFault(
        'HealthCheckVersionMismatch',
        `The health check version ${input.HealthCheckVersion} does not match the current version ${check.HealthCheckVersion}.`,
        { status: 409 },
      );
    const { FailureThreshold = 3 } = input;
    if (FailureThreshold < 1 || FailureThreshold > 10)
      throw new AwsFault('InvalidInput', 'Invalid parameter: FailureThreshold must be between 1 and 10.');
    const config: Record<string, unknown> = check.HealthCheckConfig;
    for (const member of changeable) if (input[member] !== undefined) config[member] = input[member];
    for (const member of input.ResetElements ?? []) if (resettable.includes(member)) delete config[member];
    check.HealthCheckVersion += 1;
    return { HealthCheck: check };
  },
};
