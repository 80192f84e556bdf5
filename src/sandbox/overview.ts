import { deployedEnvironments } from './new-world.ts';
import { targetStates } from './services/auto-scaling/fleets.ts';
import { refreshOperations } from './services/auto-scaling/refresh-operations.ts';
import { backupJobOperations } from './services/backup/backup-jobs.ts';
import { copyJobOperations } from './services/backup/copy-jobs.ts';
import { restoreJobOperations } from './services/backup/restore-jobs.ts';
import { rdsOperations } from './services/rds/index.ts';
import { ssmOperations } from './services/ssm/index.ts';
import { elsewhere, type World } from './world.ts';

/** What matters of one environment, in the few words that AWS itself would use. */
export interface EnvironmentOverview {
  readonly name: string;
  readonly regions: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    readonly region: string;
    readonly desired: number;
    readonly nodes: readonly {
      readonly id: string;
      readonly zone: string;
      /** Auto Scaling's lifecycle state. */
      readonly state: string;
      /** In the target group: `healthy`, `initial`, ...; absent where no target group knows it. */
      readonly health?: string;
    }[];
  }[];
  readonly databases: readonly {
    readonly cluster: string;
    readonly region: string;
    readonly status: string;
    readonly instances: readonly {
      readonly name: string;
      readonly zone: string;
      readonly role: 'writer' | 'reader';
      readonly status: string;
    }[];
  }[];
  /** How many alarms there are, and those that are not OK. */
  readonly alarms: number;
  readonly notOk: readonly { readonly name: string; readonly state: string; readonly reason: string }[];
  readonly underWay: readonly { readonly what: string; readonly of: string; readonly state: string }[];
}

/** An environment's Regions are its own and its recovery Region; it is asked for as anybody would ask AWS. */
export const overviewOf = (world: World): readonly EnvironmentOverview[] =>
  world.environments.map((name) => {
    const { region = world.region, recoveryRegion } = deployedEnvironments[name]?.description ?? {};
    const regions = [region, ...(recoveryRegion === undefined ? [] : [recoveryRegion])];
    const places = regions.map((each) => elsewhere(world, each));
    const alarms = places.flatMap(({ cloudWatch }) => cloudWatch.alarms);
    return {
      name,
      regions,
      groups: places.flatMap(groupsIn),
      databases: places.flatMap(databasesIn),
      alarms: alarms.length,
      notOk: alarms
        .filter(({ StateValue }) => StateValue !== 'OK')
        .map(({ AlarmName, StateValue, StateReason = '' }) => ({
          name: AlarmName,
          state: StateValue ?? '',
          reason: StateReason,
        })),
      underWay: places.flatMap((place) => [...refreshesIn(place), ...jobsIn(place), ...commandsIn(place)]),
    };
  });

const groupsIn = (world: World): EnvironmentOverview['groups'] =>
  world.autoScaling.fleets.map((fleet) => ({
    name: fleet.group.AutoScalingGroupName,
    region: world.region,
    desired: fleet.group.DesiredCapacity,
    nodes: fleet.group.Instances.map(({ InstanceId, AvailabilityZone, LifecycleState }) => {
      const [health] = targetStates(world, fleet, InstanceId);
      return {
        id: InstanceId,
        zone: AvailabilityZone,
        state: LifecycleState,
        ...(health !== undefined && { health }),
      };
    }),
  }));

function databasesIn(world: World): EnvironmentOverview['databases'] {
  const instances = rdsOperations.DescribeDBInstances(world, {}).DBInstances;
  return rdsOperations.DescribeDBClusters(world, {}).DBClusters.map((cluster) => ({
    cluster: cluster.DBClusterIdentifier ?? '',
    region: world.region,
    status: cluster.Status ?? '',
    instances: instances
      .filter(({ DBClusterIdentifier }) => DBClusterIdentifier === cluster.DBClusterIdentifier)
      .map(({ DBInstanceIdentifier, AvailabilityZone, DBInstanceStatus }) => ({
        name: DBInstanceIdentifier ?? '',
        zone: AvailabilityZone ?? '',
        role: cluster.DBClusterMembers?.some(
          (member) => member.DBInstanceIdentifier === DBInstanceIdentifier && member.IsClusterWriter,
        )
          ? 'writer'
          : 'reader',
        status: DBInstanceStatus ?? '',
      })),
  }));
}

type UnderWay = EnvironmentOverview['underWay'];

const refreshesIn = (world: World): UnderWay =>
  world.autoScaling.fleets.flatMap(({ group: { AutoScalingGroupName } }) =>
    refreshOperations
      .DescribeInstanceRefreshes(world, { AutoScalingGroupName })
      .InstanceRefreshes.filter(({ EndTime }) => EndTime === undefined)
      .map(({ Status, PercentageComplete = 0 }) => ({
        what: 'instance refresh',
        of: AutoScalingGroupName,
        state: `${Status}, ${PercentageComplete} %`,
      })),
  );

function jobsIn(world: World): UnderWay {
  const all = [
    ...backupJobOperations
      .ListBackupJobs(world, {})
      .BackupJobs.map((job) => ({ what: 'backup', state: job.State, ...job })),
    ...copyJobOperations
      .ListCopyJobs(world, {})
      .CopyJobs.map((job) => ({ what: 'copy', state: job.State, ...job })),
    ...restoreJobOperations
      .ListRestoreJobs(world, {})
      .RestoreJobs.map((job) => ({ what: 'restore', state: job.Status, ...job })),
  ];
  return all
    .filter(({ CompletionDate }) => CompletionDate === undefined)
    .map(({ what, state, ResourceType }) => ({
      what: `${what} job`,
      of: `${ResourceType}, ${world.region}`,
      state: String(state),
    }));
}

const commandsIn = (world: World): UnderWay =>
  ssmOperations
    .ListCommands(world, {})
    .Commands.filter(({ Status }) => Status === 'Pending' || Status === 'InProgress')
    .map(({ DocumentName, CommandId, Status }) => ({
      what: DocumentName ?? 'command',
      of: CommandId ?? '',
      state: String(Status),
    }));
