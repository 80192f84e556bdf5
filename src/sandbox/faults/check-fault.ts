import { UsageError } from '../../errors.ts';
import { services } from '../services/index.ts';
import { accountOf, seenFrom, type World } from '../world.ts';
import { type Fault, isNamed } from './fault.ts';

/** What the AWS CLI calls the services whose package has another name. */
const cliNames: Readonly<Record<string, string>> = {
  autoscaling: 'auto-scaling',
  elbv2: 'elastic-load-balancing-v2',
  logs: 'cloudwatch-logs',
  route53: 'route-53',
  s3api: 's3',
  secretsmanager: 'secrets-manager',
};

/**
 * A fault that can strike, with the name of its service as the sandbox has it.
 * @throws UsageError for one about something that there is not: it would be waited for in vain
 */
export function checkedFault<Given extends Fault>(world: World, given: Given): Given {
  const fault = withService(given);
  if ('service' in fault && fault.service !== undefined)
    known(
      'service',
      fault.service,
      services.map(({ name }) => name),
    );
  if ('operation' in fault && fault.operation !== undefined) {
    const { service, operation } = fault;
    const operations = services
      .filter(({ name }) => (service ?? name) === name)
      .flatMap((each) => Object.keys(each.operations));
    if (!operations.some((name) => isNamed(operation, name)))
      throw nothingOf(
        'operation',
        operation,
        service === undefined ? 'no service has it' : `${service} has no such one`,
      );
  }
  if ('zone' in fault && fault.zone !== undefined) known('zone', fault.zone, zonesIn(world));
  if ('cluster' in fault && fault.cluster !== undefined) known('cluster', fault.cluster, clustersIn(world));
  if ('alarm' in fault)
    known(
      'alarm',
      fault.alarm,
      everywhere(world, ({ cloudWatch }) => cloudWatch.alarms.map(({ AlarmName }) => AlarmName)),
    );
  return fault;
}

const withService = <Given extends Fault>(fault: Given): Given =>
  'service' in fault && fault.service !== undefined
    ? { ...fault, service: cliNames[fault.service] ?? fault.service }
    : fault;

const everywhere = (world: World, named: (region: World) => readonly string[]): readonly string[] => {
  const account = accountOf(world);
  return Object.keys(account.regions).flatMap((region) => named(seenFrom(account, region)));
};

const zonesIn = (world: World) =>
  [
    ...new Set(everywhere(world, ({ ec2 }) => ec2.subnets.map(({ AvailabilityZone }) => AvailabilityZone))),
  ].sort();

const clustersIn = (world: World) =>
  everywhere(world, ({ rds }) => rds.clusters.map(({ cluster }) => cluster.DBClusterIdentifier));

function known(what: string, name: string, names: readonly string[]): void {
  if (!names.includes(name)) throw nothingOf(what, name, `there are: ${names.join(', ')}`);
}

const nothingOf = (what: string, name: string, why: string): UsageError =>
  new UsageError({
    code: 'FAULT_INVALID',
    message: `The fault is about a ${what} ${JSON.stringify(name)} that the sandbox does not have: ${why}.`,
    hint: 'What there is: runbook sandbox state',
  });
