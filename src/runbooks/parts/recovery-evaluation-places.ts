import { type SecurityGroup, type Subnet, securityGroupsOf, subnetsOf } from '../../aws/ec2-network.ts';
import { describeConfiguration } from '../../aws/mq.ts';
import { brokerOptions } from '../../aws/mq-offers.ts';
import { domainEngineVersions } from '../../aws/opensearch.ts';
import { describeClusterParameterGroup, describeSubnetGroup } from '../../aws/rds-account.ts';
import type { Finding } from '../../engine/finding.ts';
import { minorOf, versionFinding } from './engine-version.ts';
import { fail, type Looking, looksAt, pass, told } from './recovery-evaluation-step.ts';
import { databasePlace, type Recovered, type RecoveryPlan } from './recovery-plan.ts';

export const placesAreThere = looksAt({
  id: 'places',
  title: 'Network, groups and engine versions that the stack is built with are there',
  uses: [
    subnetsOf,
    securityGroupsOf,
    describeSubnetGroup,
    describeClusterParameterGroup,
    brokerOptions,
    describeConfiguration,
    domainEngineVersions,
  ],
  async look(context) {
    const { there, plan } = context;
    const { vpc } = plan.stack.network;
    const findings: Finding[] = [
      ...(await told('subnets', async () => subnetFindings(plan, await subnetsOf(there, vpc)))),
      ...(await told('security groups', async () =>
        securityGroupFindings(plan, await securityGroupsOf(there, vpc)),
      )),
    ];
    for (const database of plan.databases)
      findings.push(...(await told(database.name, () => databaseFindings(context, database))));
    for (const broker of plan.brokers)
      findings.push(...(await told(broker.name, () => brokerFindings(context, broker))));
    findings.push(...domainFindings(plan));
    for (const { name, recovery } of plan.searches) {
      const offered = await told(name, async () => [
        versionFinding('domain', recovery.engineVersion, [
          { region: there.region, offered: await domainEngineVersions(there) },
        ]),
      ]);
      findings.push(...offered.map((finding) => ({ ...finding, subject: `${name}: ${finding.subject}` })));
    }
    return findings;
  },
});

/** During a change OpenSearch needs three addresses for each data node. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html */
const addressesPerDataNode = 3;

/** Addresses that one subnet must have left if all nodes and databases come up in it, since that is what happens when other zones have no capacity. */
export function addressesNeeded(plan: RecoveryPlan, subnet: string): number {
  const { subnets } = plan.stack.network;
  const stands = ({
    recovery,
  }: {
    readonly recovery: { readonly subnets?: readonly string[] | undefined };
  }) => (recovery.subnets ?? subnets).includes(subnet);
  const nodes = subnets.includes(subnet)
    ? plan.fleets.reduce((sum, { recovery }) => sum + recovery.capacity, plan.databases.length)
    : 0;
  const search = plan.searches
    .filter(stands)
    .reduce(
      (sum, { recovery }) => sum + addressesPerDataNode * Math.ceil(recovery.instanceCount / recovery.zones),
      0,
    );
  return nodes + plan.files.filter(stands).length + plan.brokers.filter(stands).length + search;
}

export function subnetFindings(plan: RecoveryPlan, found: readonly Subnet[]): readonly Finding[] {
  const { vpc, subnets } = plan.stack.network;
  const wanted = new Set([
    ...subnets,
    ...[...plan.files, ...plan.brokers, ...plan.searches].flatMap(({ recovery }) => recovery.subnets ?? []),
  ]);
  const missing = [...wanted].filter((id) => !found.some(({ SubnetId }) => SubnetId === id));
  const rule = `all are in VPC ${vpc}`;
  const shown = `aws ec2 describe-subnets --filters Name=vpc-id,Values=${vpc} --region ${plan.region}`;
  const there = found.filter(({ SubnetId = '' }) => wanted.has(SubnetId));
  const zones = new Set(there.map(({ AvailabilityZone }) => AvailabilityZone));
  return [
    missing.length === 0
      ? pass('subnets', `${wanted.size} in ${zones.size} zones`, rule)
      : fail(
          'subnets',
          found.length === 0
            ? `VPC ${vpc} is not there, or has no subnet`
            : `${missing.join(', ')} not in it`,
          rule,
          `Correct recovery.network in runbook.yaml, or make them: ${shown}`,
        ),
    ...there.map(({ SubnetId = '', AvailableIpAddressCount: free = 0 }) => {
      const needed = addressesNeeded(plan, SubnetId);
      const subject = `addresses in ${SubnetId}`;
      return free >= needed
        ? pass(subject, `${free} free`, `at least ${needed}`)
        : fail(
            subject,
            `${free} free`,
            `at least ${needed}`,
            `Find out who uses them: aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=${SubnetId} --region ${plan.region}`,
          );
    }),
  ];
}

/** A domain takes one subnet for each of its zones, and as many data nodes at least. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_ZoneAwarenessConfig.html */
export function domainFindings(plan: RecoveryPlan): readonly Finding[] {
  return plan.searches.flatMap(({ name, recovery: { zones, instanceCount, subnets } }) => {
    const own = (subnets ?? plan.stack.network.subnets).length;
    return own >= zones && instanceCount >= zones
      ? []
      : [
          fail(
            `${name}: zones`,
            `${zones} zones, ${own} subnets and ${instanceCount} data nodes`,
            'at least one subnet and one data node for each zone',
            `Correct zones, subnets or instanceCount of components.${name}.recovery in runbook.yaml`,
          ),
        ];
  });
}

export function securityGroupFindings(
  plan: RecoveryPlan,
  found: readonly SecurityGroup[],
): readonly Finding[] {
  const stores = [...plan.databases, ...plan.files, ...plan.brokers, ...plan.searches];
  const wanted = new Set(stores.flatMap(({ recovery }) => recovery.securityGroups));
  const missing = [...wanted].filter((id) => !found.some(({ GroupId }) => GroupId === id));
  const subject = 'security groups';
  const rule = `all are in VPC ${plan.stack.network.vpc}`;
  return [
    missing.length === 0
      ? pass(subject, `${wanted.size} are there`, rule)
      : fail(
          subject,
          `${missing.join(', ')} not in it`,
          rule,
          `Make them, or correct securityGroups in runbook.yaml: aws ec2 describe-security-groups --filters Name=vpc-id,Values=${plan.stack.network.vpc} --region ${plan.region}`,
        ),
  ];
}

async function databaseFindings(
  { there, plan }: Looking,
  database: Recovered<'aurora-cluster'>,
): Promise<readonly Finding[]> {
  const { subnetGroup, parameterGroup } = databasePlace(database);
  const group = await describeSubnetGroup(there, subnetGroup);
  const zones = new Set(group?.Subnets?.map(({ SubnetAvailabilityZone }) => SubnetAvailabilityZone?.Name));
  const { vpc } = plan.stack.network;
  const rule = `DB subnet group ${subnetGroup} covers two zones of ${vpc}`;
  const isGood = group?.VpcId === vpc && zones.size >= 2;
  const parameters = await describeClusterParameterGroup(there, parameterGroup);
  const named = `DB cluster parameter group ${parameterGroup} is there`;
  return [
    isGood
      ? pass(`${database.name}: subnet group`, `${zones.size} zones`, rule)
      : fail(
          `${database.name}: subnet group`,
          group === undefined ? 'not there' : `${zones.size} zones of ${group.VpcId}`,
          rule,
          `Correct the name in runbook.yaml, or make it of the subnets of recovery.network: aws rds describe-db-subnet-groups --region ${there.region}`,
        ),
    parameters === undefined
      ? fail(
          `${database.name}: parameter group`,
          'not there',
          named,
          `Correct the name in runbook.yaml, or make it with production's parameters: aws rds describe-db-cluster-parameter-groups --region ${there.region}`,
        )
      : pass(`${database.name}: parameter group`, `of family ${parameters.DBParameterGroupFamily}`, named),
  ];
}

async function brokerFindings(
  { there }: Looking,
  { name, recovery, backup }: Recovered<'broker'>,
): Promise<readonly Finding[]> {
  const { instanceType, engineVersion, deploymentMode } = recovery;
  const options = await brokerOptions(there, instanceType);
  const subject = `${name}: instance type`;
  const rule = `RabbitMQ as ${deploymentMode} on ${instanceType}`;
  const isOffered = options.some(({ SupportedDeploymentModes = [] }) =>
    SupportedDeploymentModes.includes(deploymentMode),
  );
  const version = versionFinding('broker', engineVersion, [
    {
      region: there.region,
      offered: options.flatMap(({ SupportedEngineVersions = [] }) => SupportedEngineVersions),
    },
  ]);
  return [
    isOffered
      ? pass(subject, 'offered', rule)
      : fail(
          subject,
          'not offered there',
          rule,
          `Name another: aws mq describe-broker-instance-options --engine-type RABBITMQ --region ${there.region}`,
        ),
    { ...version, subject: `${name}: ${version.subject}` },
    ...(backup?.recoveryConfiguration === undefined
      ? []
      : [
          configurationFinding(`${name}: configuration`, {
            id: backup.recoveryConfiguration,
            isFor: (await describeConfiguration(there, backup.recoveryConfiguration))?.EngineVersion,
            engineVersion,
            region: there.region,
          }),
        ]),
  ];
}

export interface ConfigurationSeen {
  readonly id: string;
  /** Version of RabbitMQ; `undefined` where it is not there. */
  readonly isFor: string | undefined;
  readonly engineVersion: string;
  readonly region: string;
}

/** A broker takes a configuration of its own minor version alone. */
export function configurationFinding(
  subject: string,
  { id, isFor, engineVersion, region }: ConfigurationSeen,
): Finding {
  const rule = `${id} is there, for ${engineVersion}`;
  return isFor !== undefined && minorOf(isFor) === minorOf(engineVersion)
    ? pass(subject, `for ${isFor}`, rule)
    : fail(
        subject,
        isFor === undefined ? `not in ${region}` : `it is for ${isFor}`,
        rule,
        `Make one for ${engineVersion} and name it in backup.recoveryConfiguration: aws mq create-configuration --engine-type RABBITMQ --region ${region}`,
      );
}
