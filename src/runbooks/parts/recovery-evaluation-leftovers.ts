import { describeGroup } from '../../aws/auto-scaling.ts';
import { listFileSystems } from '../../aws/efs.ts';
import { listBrokers } from '../../aws/mq-offers.ts';
import { describeDomain } from '../../aws/opensearch.ts';
import { listClusters } from '../../aws/rds-account.ts';
import { parametersBelow } from '../../aws/ssm.ts';
import type { Finding } from '../../engine/finding.ts';
import { endingIt, markerIn, markerName, markerText } from './drill-marker.ts';
import { fail, type Looking, looksAt, pass, told } from './recovery-evaluation-step.ts';

const rule = 'nothing of an earlier drill is left, and none is under way';

export const nothingIsLeftOver = looksAt({
  id: 'leftovers',
  title: 'No other drill is under way, and nothing of an earlier one is left',
  uses: [parametersBelow, describeGroup, listClusters, listFileSystems, listBrokers, describeDomain],
  look: async (context) => [
    ...(await told('parameters', () => parametersLeft(context))),
    ...(await told('fleets', () => nodesLeft(context))),
    ...(await told('databases', () => databasesLeft(context))),
    ...(await told('file systems', () => fileSystemsLeft(context))),
    ...(await told('brokers', () => brokersLeft(context))),
    ...(await told('search domains', () => domainsLeft(context))),
  ],
});

const none = (subject: string): readonly Finding[] => [pass(subject, 'none is left', rule)];

const orNone = (subject: string, findings: readonly Finding[]): readonly Finding[] =>
  findings.length === 0 ? none(subject) : findings;

type Tags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];

/** As runs are called: what one makes has its id in the name before it has a tag. */
const runId = /[a-z]+(?:-[a-z]+)*-\d{8}-\d{6}-[a-z0-9]{4}/;

/** The run that made it. */
const runOf = (tags: Tags = [], name = ''): string | undefined =>
  tags.find(({ Key }) => Key === 'runbook:run')?.Value ?? runId.exec(name)?.[0];

const madeBy = (run: string): string => `made by run ${run}`;

async function parametersLeft({ there, plan, clock }: Looking): Promise<readonly Finding[]> {
  const { drill } = plan.stack.parameters;
  const name = markerName(plan.stack);
  const found = await parametersBelow(there, drill);
  const written = found.filter((parameter) => parameter.Name !== name).flatMap(({ Name }) => Name ?? []);
  const marked = found.find((parameter) => parameter.Name === name)?.Value;
  const marker = marked === undefined ? undefined : markerIn(marked);
  return [
    marker === undefined
      ? pass('other drills', 'none is under way', rule)
      : fail(
          'other drills',
          Date.parse(marker.expires) > clock.now().getTime()
            ? `one is under way: ${markerText(marker)}`
            : `one never ended: ${markerText(marker)}`,
          rule,
          endingIt(marker, name, there.region),
        ),
    ...orNone(
      'parameters',
      written.length === 0
        ? []
        : [
            fail(
              'parameters',
              `${written.length} below ${drill}`,
              rule,
              `aws ssm delete-parameters --names ${written.join(' ')} --region ${there.region}`,
            ),
          ],
    ),
  ];
}

async function nodesLeft({ there, plan }: Looking): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name, recovery } of plan.fleets) {
    const found = await describeGroup(there, recovery.group);
    const { DesiredCapacity: wanted = 0, Instances: nodes = [] } = found ?? {};
    if (wanted > 0 || nodes.length > 0)
      findings.push(
        fail(
          `fleet ${name}`,
          `${recovery.group} is told to have ${wanted} nodes, and has ${nodes.length}`,
          rule,
          `If no failover needs them: aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${recovery.group} --min-size 0 --desired-capacity 0 --region ${there.region}`,
        ),
      );
    const run = runOf(found?.Tags);
    if (run !== undefined)
      findings.push(
        fail(
          `tags of ${name}`,
          `${recovery.group} is still tagged by run ${run}`,
          rule,
          `runbook rollback ${run}; else: aws autoscaling delete-tags --tags ResourceId=${recovery.group},ResourceType=auto-scaling-group,Key=runbook:run --region ${there.region}`,
        ),
      );
  }
  return orNone('fleets', findings);
}

async function databasesLeft({ there }: Looking): Promise<readonly Finding[]> {
  const clusters = await listClusters(there);
  return orNone(
    'databases',
    clusters.flatMap(({ DBClusterIdentifier: id = '', TagList, DBClusterMembers = [] }) => {
      const run = runOf(TagList, id);
      if (run === undefined) return [];
      const instances = DBClusterMembers.map(
        ({ DBInstanceIdentifier }) =>
          `aws rds delete-db-instance --db-instance-identifier ${DBInstanceIdentifier} --region ${there.region}; `,
      ).join('');
      return fail(
        `cluster ${id}`,
        madeBy(run),
        rule,
        `runbook rollback ${run}; else: ${instances}aws rds delete-db-cluster --db-cluster-identifier ${id} --skip-final-snapshot --region ${there.region}`,
      );
    }),
  );
}

async function fileSystemsLeft({ there }: Looking): Promise<readonly Finding[]> {
  const all = await listFileSystems(there);
  return orNone(
    'file systems',
    all.flatMap(({ FileSystemId: id = '', Name, Tags }) => {
      const run = runOf(Tags, Name);
      return run === undefined
        ? []
        : fail(
            `file system ${id}`,
            madeBy(run),
            rule,
            `runbook rollback ${run}; else delete its mount targets, then: aws efs delete-file-system --file-system-id ${id} --region ${there.region}`,
          );
    }),
  );
}

async function brokersLeft({ there, plan }: Looking): Promise<readonly Finding[]> {
  if (plan.brokers.length === 0) return [];
  const names = plan.brokers.map(({ recovery }) => recovery.name);
  const all = await listBrokers(there);
  return orNone(
    'brokers',
    all.flatMap(({ BrokerName = '', BrokerId, BrokerState }) =>
      names.some((name) => BrokerName.startsWith(name))
        ? fail(
            `broker ${BrokerName}`,
            `it is there, ${BrokerState}`,
            rule,
            `If no failover needs it: aws mq delete-broker --broker-id ${BrokerId} --region ${there.region}`,
          )
        : [],
    ),
  );
}

async function domainsLeft({ there, plan }: Looking): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { recovery } of plan.searches) {
    const found = await describeDomain(there, recovery.name);
    if (found !== undefined)
      findings.push(
        fail(
          `domain ${recovery.name}`,
          `it is there${found.Deleted === true ? ', being deleted' : ''}`,
          rule,
          `If no failover needs it: aws opensearch delete-domain --domain-name ${recovery.name} --region ${there.region}`,
        ),
      );
  }
  return plan.searches.length === 0 ? [] : orNone('search domains', findings);
}
