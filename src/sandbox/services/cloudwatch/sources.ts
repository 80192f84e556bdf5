import type { Dimension } from '@aws-sdk/client-cloudwatch';
import { minutes } from '../../../duration.ts';
import { databaseConnections } from '../../application/pools.ts';
import { later } from '../../schedule.ts';
import type { World } from '../../world.ts';
import { hasQuorum, isWithoutSnapshots } from '../opensearch/health.ts';
import { databaseMetrics } from '../rds/metrics.ts';
import type { Reported } from './series.ts';

const dimension = (Name: string, Value: string): Dimension => ({ Name, Value });

/** What the managed services report of the minute that is over. */
export const reportedByServices = (world: World): Reported[] => [
  ...ofDatabases(world),
  ...ofFiles(world),
  ...ofQueues(world),
  ...ofSearch(world),
  ...ofBackups(world),
];

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/dimensions.html */
function ofDatabases(world: World): Reported[] {
  const measured = databaseMetrics(world).map(({ name, unit, value, cluster, ...rest }): Reported => {
    const instance = 'instance' in rest ? rest.instance : undefined;
    const under =
      instance === undefined
        ? dimension('DBClusterIdentifier', cluster)
        : dimension('DBInstanceIdentifier', instance);
    return { namespace: 'AWS/RDS', name, of: instance ?? cluster, under: [[under]], unit, value };
  });
  const connections = world.rds.clusters.flatMap(({ cluster, instances, writer }) =>
    instances
      .filter(({ isDown }) => !isDown)
      .map(({ instance: { DBInstanceIdentifier: id } }): Reported => {
        const ofCluster = dimension('DBClusterIdentifier', cluster.DBClusterIdentifier);
        return {
          namespace: 'AWS/RDS',
          name: 'DatabaseConnections',
          of: `${id} ${id === writer ? 'WRITER' : 'READER'}`,
          under: [
            [dimension('DBInstanceIdentifier', id)],
            [ofCluster],
            [ofCluster, dimension('Role', id === writer ? 'WRITER' : 'READER')],
          ],
          unit: 'Count',
          value: databaseConnections(world, id),
        };
      }),
  );
  return [...measured, ...connections];
}

/** A file system below 1 TiB that does not burst keeps its full balance, 2.1 TiB. https://docs.aws.amazon.com/efs/latest/ug/performance.html#bursting */
const fullBurstCredits = 2_308_974_418_330;

const ofFiles = ({ efs }: World): Reported[] =>
  efs.fileSystems
    .filter(({ fileSystem }) => fileSystem.ThroughputMode === 'bursting')
    .map(({ fileSystem: { FileSystemId = '' } }) => ({
      namespace: 'AWS/EFS',
      name: 'BurstCreditBalance',
      of: FileSystemId,
      under: [[dimension('FileSystemId', FileSystemId)]],
      unit: 'Bytes',
      value: fullBurstCredits,
    }));

/** Messages that wait while every node takes its part of them. */
const usualBacklog = 6;

/** What a minute adds while no node can reach the broker. */
const backlogPerMinute = 90;

/** https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-logging-monitoring.html */
function ofQueues(world: World): Reported[] {
  return world.mq.brokers.map(({ described: { BrokerName } }) => {
    const consumers = Object.values(world.ec2.nodes).filter(
      ({ instance, application }) =>
        instance.State.Name === 'running' &&
        application?.endpoints.queue !== undefined &&
        application.lost.queue === undefined,
    ).length;
    const before = world.cloudWatch.series[`AWS/AmazonMQ MessageCount ${BrokerName}`]?.samples.at(-1);
    const waiting = typeof before === 'number' ? before : usualBacklog;
    return {
      namespace: 'AWS/AmazonMQ',
      name: 'MessageCount',
      of: BrokerName,
      under: [[dimension('Broker', BrokerName)]],
      unit: 'Count',
      value: consumers > 0 ? Math.max(usualBacklog, Math.round(waiting / 4)) : waiting + backlogPerMinute,
    };
  });
}

/** https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html */
function ofSearch(world: World): Reported[] {
  return world.openSearch.domains.flatMap((domain) => {
    const { DomainName, EBSOptions } = domain.described;
    const under = [[dimension('ClientId', world.account), dimension('DomainName', DomainName)]];
    const report = (name: string, value: number): Reported => ({
      namespace: 'AWS/ES',
      name,
      of: DomainName,
      under,
      value,
    });
    const isRed = !hasQuorum(world, domain);
    // In MB of the node with the least of it, of a volume three fifths full.
    const free = Math.round((EBSOptions.VolumeSize ?? 0) * 1024 * 0.4);
    return [
      report('ClusterStatus.green', isRed ? 0 : 1),
      report('ClusterStatus.red', isRed ? 1 : 0),
      report('FreeStorageSpace', free),
      report('AutomatedSnapshotFailure', isWithoutSnapshots(world, domain) ? 1 : 0),
    ];
  });
}

/** Jobs that ended in the minute that is over. https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html */
function ofBackups(world: World): Reported[] {
  const since = later(world.now, -minutes(1));
  const ended = world.backup.backupJobs.flatMap(({ end, vault }) =>
    end !== undefined && end.at > since && end.at <= world.now ? [{ vault, state: end.state }] : [],
  );
  const count = (name: string, state: string): Reported[] => {
    const jobs = ended.filter((job) => job.state === state);
    const vaults = [...new Set(jobs.map(({ vault }) => vault))];
    return vaults.map((vault) => ({
      namespace: 'AWS/Backup',
      name,
      of: vault,
      under: [[dimension('BackupVaultName', vault)]],
      unit: 'Count',
      value: jobs.filter((job) => job.vault === vault).length,
    }));
  };
  return [
    ...count('NumberOfBackupJobsCompleted', 'COMPLETED'),
    ...count('NumberOfBackupJobsFailed', 'FAILED'),
  ];
}
