import { hours, seconds } from '../../../duration.ts';
import { later, schedule } from '../../schedule.ts';
import { seal } from '../../sealed.ts';
import { AwsFault } from '../../service.ts';
import type { EventHandlers, World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { newPassword, refuseUnserved, retention } from './cluster-settings.ts';
import { shownCluster } from './cluster-view.ts';
import { defaultVersion, engine, offeredVersion } from './engine-versions.ts';
import { say } from './event-log.ts';
import { candidates, startFailover } from './failover.ts';
import { findCluster, findInstance, knownCluster, memberOf, mustBe, nameIn } from './find.ts';
import { usableKey } from './keys.ts';
import { newCluster } from './new-cluster.ts';
import { bringUp, takeDown } from './serving.ts';
import { newSnapshot } from './snapshots.ts';
import type { ClusterState, RdsEvent } from './state.ts';
import { isStuck } from './stuck.ts';
import { drawSpan } from './timings.ts';
import { backupWindow, maintenanceWindow } from './windows.ts';

const automaticRestart = hours(7 * 24);

const retryEvery = seconds(30);

export const clusterOperations = {
  CreateDBCluster(world, input) {
    refuseUnserved(input, [
      'GlobalClusterIdentifier',
      'ManageMasterUserPassword',
      'ReplicationSourceIdentifier',
      'ServerlessV2ScalingConfiguration',
    ]);
    if (input.Engine !== engine)
      throw new AwsFault('InvalidParameterValue', `Invalid DB engine: ${input.Engine}`);
    const { MasterUsername = '' } = input;
    if (!/^[a-z]\w{0,15}$/i.test(MasterUsername))
      throw new AwsFault(
        'InvalidParameterValue',
        'The parameter MasterUsername must be provided and must not be blank.',
      );
    const password = newPassword(input.MasterUserPassword);
    const state = newCluster(
      world,
      {
        ...input,
        DBClusterIdentifier: input.DBClusterIdentifier ?? '',
        EngineVersion: offeredVersion(input.EngineVersion ?? defaultVersion),
        Port: input.Port ?? 3306,
        KmsKeyId: usableKey(world, input.KmsKeyId ?? 'alias/aws/rds'),
        MasterUsername,
        DatabaseName: input.DatabaseName,
        BackupRetentionPeriod: retention(input.BackupRetentionPeriod ?? 1),
        PreferredBackupWindow: backupWindow(input.PreferredBackupWindow ?? '06:00-06:30'),
        PreferredMaintenanceWindow: maintenanceWindow(
          input.PreferredMaintenanceWindow ?? 'sun:07:00-sun:07:30',
        ),
      },
      { rows: 0, bytes: 0, newestRow: world.now, bytesPerRow: 350, beacons: [] },
      { [MasterUsername]: seal(world, password) },
    );
    plan(world, state, 'database-cluster-created', drawSpan(world, 'clusterCreation'));
    return { DBCluster: shownCluster(world, state) };
  },

  DeleteDBCluster(world, input) {
    const state = knownCluster(world, input.DBClusterIdentifier);
    const { cluster, instances } = state;
    if (cluster.DeletionProtection)
      throw new AwsFault(
        'InvalidParameterCombination',
        'Cannot delete protected Cluster, please disable deletion protection and try again.',
      );
    const final = input.FinalDBSnapshotIdentifier;
    if (input.SkipFinalSnapshot && final !== undefined)
      throw new AwsFault(
        'InvalidParameterCombination',
        'FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is specified.',
      );
    if (!input.SkipFinalSnapshot && final === undefined)
      throw new AwsFault(
        'InvalidParameterCombination',
        'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.',
      );
    if (cluster.Status === 'deleting' || cluster.Status === 'creating') mustBe(state, 'available');
    if (instances.some(({ instance }) => instance.DBInstanceStatus !== 'deleting'))
      throw new AwsFault(
        'InvalidDBClusterStateFault',
        'Cluster cannot be deleted, it still contains DB instances in non-deleting state.',
      );
    if (final !== undefined) newSnapshot(world, state, final, []);
    cluster.Status = 'deleting';
    plan(world, state, 'database-cluster-deleted', drawSpan(world, 'clusterDeletion'));
    return { DBCluster: shownCluster(world, state) };
  },

  FailoverDBCluster(world, { DBClusterIdentifier, TargetDBInstanceIdentifier }) {
    const state = knownCluster(world, DBClusterIdentifier);
    mustBe(state, 'available');
    startFailover(world, state, promotable(world, state, TargetDBInstanceIdentifier));
    return { DBCluster: shownCluster(world, state) };
  },

  StopDBCluster(world, { DBClusterIdentifier }) {
    const state = knownCluster(world, DBClusterIdentifier);
    mustBe(state, 'available');
    state.cluster.Status = 'stopping';
    for (const member of state.instances) takeDown(world, state, member, 'stopping');
    plan(world, state, 'database-cluster-stopped', drawSpan(world, 'stop'));
    return { DBCluster: shownCluster(world, state) };
  },

  StartDBCluster(world, { DBClusterIdentifier }) {
    const state = knownCluster(world, DBClusterIdentifier);
    mustBe(state, 'stopped', 'inaccessible-encryption-credentials-recoverable');
    start(world, state);
    return { DBCluster: shownCluster(world, state) };
  },
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;

type LastingEvent = Extract<
  RdsEvent,
  { kind: `database-cluster-${'created' | 'deleted' | 'stopped' | 'started' | 'restarts-by-itself'}` }
>;

function plan(world: World, { cluster }: ClusterState, kind: LastingEvent['kind'], span: number): void {
  schedule(world, later(world.now, span), { kind, cluster: cluster.DBClusterIdentifier });
}

/** The target that was asked for, or the best reader. Texts: choice. */
function promotable(world: World, state: ClusterState, target: string | undefined): string {
  const { DBClusterIdentifier } = state.cluster;
  if (target === undefined) {
    const [best] = candidates(world, state);
    if (best === undefined)
      throw new AwsFault(
        'InvalidDBClusterStateFault',
        `DbCluster ${DBClusterIdentifier} cannot fail over because it has no available DB instance that can be promoted.`,
      );
    return best.instance.DBInstanceIdentifier;
  }
  const name = nameIn(target, 'db');
  const member = memberOf(state, name);
  if (member === undefined && findInstance(world, name) === undefined)
    throw new AwsFault('DBInstanceNotFoundFault', `DBInstance ${name} not found.`);
  if (member === undefined)
    throw new AwsFault(
      'InvalidDBInstanceStateFault',
      `DBInstance ${name} is not a member of DbCluster ${DBClusterIdentifier}.`,
    );
  if (name === state.writer)
    throw new AwsFault(
      'InvalidDBInstanceStateFault',
      `DBInstance ${name} is already the writer of DbCluster ${DBClusterIdentifier}.`,
    );
  if (member.instance.DBInstanceStatus !== 'available')
    throw new AwsFault('InvalidDBInstanceStateFault', `DBInstance ${name} is not in available state.`);
  return name;
}

function start(world: World, state: ClusterState): void {
  usableKey(world, state.cluster.KmsKeyId);
  state.cluster.Status = 'starting';
  delete state.cluster.AutomaticRestartTime;
  for (const { instance } of state.instances) instance.DBInstanceStatus = 'starting';
  plan(world, state, 'database-cluster-started', drawSpan(world, 'start'));
}

export const clusterEvents: EventHandlers<LastingEvent> = {
  'database-cluster-created'(world, { cluster }) {
    const state = findCluster(world, cluster);
    if (state === undefined) return;
    if (isStuck(world, 'cluster', cluster)) return plan(world, state, 'database-cluster-created', retryEvery);
    state.cluster.Status = 'available';
    say(world, 'db-cluster', cluster, 'creation', 'DB cluster created');
  },

  'database-cluster-deleted'(world, { cluster }) {
    const state = findCluster(world, cluster);
    if (state === undefined) return;
    // The volume goes after the last instance.
    if (state.instances.length > 0) return plan(world, state, 'database-cluster-deleted', 20_000);
    world.rds.clusters = world.rds.clusters.filter((other) => other !== state);
    say(world, 'db-cluster', cluster, 'deletion', 'DB cluster deleted');
  },

  'database-cluster-stopped'(world, { cluster }) {
    const state = findCluster(world, cluster);
    if (state === undefined) return;
    state.cluster.Status = 'stopped';
    state.stoppedAt = world.now;
    state.cluster.AutomaticRestartTime = later(world.now, automaticRestart);
    for (const { instance } of state.instances) instance.DBInstanceStatus = 'stopped';
    say(world, 'db-cluster', cluster, 'notification', 'DB cluster stopped');
    plan(world, state, 'database-cluster-restarts-by-itself', automaticRestart);
  },

  /** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-cluster-stop-start.html */
  'database-cluster-restarts-by-itself'(world, { cluster }) {
    const state = findCluster(world, cluster);
    if (state?.cluster.AutomaticRestartTime?.getTime() !== world.now.getTime()) return;
    const text = 'DB cluster is being started due to it exceeding the maximum allowed time being stopped';
    say(world, 'db-cluster', cluster, 'notification', text);
    start(world, state);
  },

  'database-cluster-started'(world, { cluster }) {
    const state = findCluster(world, cluster);
    if (state === undefined) return;
    state.cluster.Status = 'available';
    state.stoppedAt = undefined;
    for (const member of state.instances) {
      bringUp(world, state, member);
      say(
        world,
        'db-instance',
        member.instance.DBInstanceIdentifier,
        'availability',
        'DB instance restarted',
      );
    }
    say(world, 'db-cluster', cluster, 'notification', 'DB cluster started');
  },
};
