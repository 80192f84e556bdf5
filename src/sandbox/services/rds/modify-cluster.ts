import { keepsPassword } from '../../faults/fault.ts';
import { later, schedule } from '../../schedule.ts';
import { type Sealed, seal } from '../../sealed.ts';
import type { EventHandlers, World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { earliestRestorableTime } from './automated-backups.ts';
import { newPassword, refuseUnserved, retention } from './cluster-settings.ts';
import { shownCluster } from './cluster-view.ts';
import { upgradeTarget } from './engine-versions.ts';
import { say } from './event-log.ts';
import { findCluster, knownCluster, knownClusterParameterGroup, mustBe } from './find.ts';
import { bringUp, takeDown } from './serving.ts';
import type { ClusterState, RdsEvent } from './state.ts';
import { drawSpan } from './timings.ts';
import { backupWindow, maintenanceWindow, nextMaintenanceWindow } from './windows.ts';

export const clusterModification = {
  /**
   * What ApplyImmediately decides is the engine version and IAM authentication; the rest applies at once either way.
   * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
   */
  ModifyDBCluster(world, input) {
    const state = knownCluster(world, input.DBClusterIdentifier);
    const { cluster } = state;
    refuseUnserved(input, [
      'ManageMasterUserPassword',
      'NewDBClusterIdentifier',
      'ServerlessV2ScalingConfiguration',
    ]);
    mustBe(state, 'available');
    // First everything that can be refused, so that a refused call changes nothing.
    const password =
      input.MasterUserPassword === undefined ? undefined : newPassword(input.MasterUserPassword);
    const days = retention(input.BackupRetentionPeriod ?? cluster.BackupRetentionPeriod);
    const settings = {
      PreferredBackupWindow: backupWindow(input.PreferredBackupWindow ?? cluster.PreferredBackupWindow),
      PreferredMaintenanceWindow: maintenanceWindow(
        input.PreferredMaintenanceWindow ?? cluster.PreferredMaintenanceWindow,
      ),
      DBClusterParameterGroup:
        input.DBClusterParameterGroupName === undefined
          ? cluster.DBClusterParameterGroup
          : knownClusterParameterGroup(world, input.DBClusterParameterGroupName).group
              .DBClusterParameterGroupName,
      DeletionProtection: input.DeletionProtection ?? cluster.DeletionProtection ?? false,
      CopyTagsToSnapshot: input.CopyTagsToSnapshot ?? cluster.CopyTagsToSnapshot ?? false,
      Port: input.Port ?? cluster.Port,
    };
    const version =
      input.EngineVersion === undefined || input.EngineVersion === cluster.EngineVersion
        ? undefined
        : upgradeTarget(cluster.EngineVersion, input.EngineVersion);

    // A longer retention does not bring back what was no longer kept.
    state.backedUpFrom = earliestRestorableTime(world, state);
    state.cluster = { ...cluster, ...settings, BackupRetentionPeriod: days };
    if (input.VpcSecurityGroupIds !== undefined)
      state.cluster.VpcSecurityGroups = input.VpcSecurityGroupIds.map((id) => ({
        VpcSecurityGroupId: id,
        Status: 'active',
      }));
    if (password !== undefined) resetCredentials(world, state, seal(world, password));
    const pending = {
      ...(version !== undefined && { EngineVersion: version }),
      ...(input.EnableIAMDatabaseAuthentication !== undefined &&
        input.EnableIAMDatabaseAuthentication !== cluster.IAMDatabaseAuthenticationEnabled && {
          IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication,
        }),
    };
    if (Object.keys(pending).length > 0) {
      state.cluster.PendingModifiedValues = { ...cluster.PendingModifiedValues, ...pending };
      if (input.ApplyImmediately) applyPending(world, state);
      else
        schedule(world, nextMaintenanceWindow(settings.PreferredMaintenanceWindow, world.now), {
          kind: 'database-cluster-window',
          cluster: cluster.DBClusterIdentifier,
        });
    }
    return { DBCluster: shownCluster(world, state) };
  },
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;

/** "Applied immediately, regardless": until it is, logins with the old password still work. */
function resetCredentials(world: World, { cluster }: ClusterState, password: Sealed): void {
  cluster.Status = 'resetting-master-credentials';
  schedule(world, later(world.now, drawSpan(world, 'credentialsReset')), {
    kind: 'database-credentials-reset',
    cluster: cluster.DBClusterIdentifier,
    password,
  });
}

function applyPending(world: World, state: ClusterState): void {
  const { cluster } = state;
  const { EngineVersion, IAMDatabaseAuthenticationEnabled } = cluster.PendingModifiedValues ?? {};
  delete cluster.PendingModifiedValues;
  if (IAMDatabaseAuthenticationEnabled !== undefined)
    cluster.IAMDatabaseAuthenticationEnabled = IAMDatabaseAuthenticationEnabled;
  if (EngineVersion === undefined) return;
  cluster.Status = 'upgrading';
  for (const member of state.instances) takeDown(world, state, member, 'upgrading');
  say(
    world,
    'db-cluster',
    cluster.DBClusterIdentifier,
    'maintenance',
    'Database cluster upgrade is in progress',
  );
  schedule(world, later(world.now, drawSpan(world, 'upgrade')), {
    kind: 'database-cluster-upgraded',
    cluster: cluster.DBClusterIdentifier,
    version: EngineVersion,
  });
}

type ModificationEvent = Extract<
  RdsEvent,
  { kind: 'database-credentials-reset' | 'database-cluster-window' | 'database-cluster-upgraded' }
>;

export const modificationEvents: EventHandlers<ModificationEvent> = {
  'database-credentials-reset'(world, { cluster, password }) {
    const state = findCluster(world, cluster);
    if (state === undefined) return;
    if (!keepsPassword(world, 'database')) state.users[state.cluster.MasterUsername] = password;
    if (state.cluster.Status === 'resetting-master-credentials') state.cluster.Status = 'available';
    say(world, 'db-cluster', cluster, 'configuration change', 'Reset master credentials');
  },

  'database-cluster-window'(world, { cluster }) {
    const state = findCluster(world, cluster);
    if (state?.cluster.Status === 'available') applyPending(world, state);
  },

  'database-cluster-upgraded'(world, { cluster, version }) {
    const state = findCluster(world, cluster);
    if (state === undefined) return;
    state.cluster.EngineVersion = version;
    state.cluster.Status = 'available';
    for (const member of state.instances) bringUp(world, state, member);
    say(world, 'db-cluster', cluster, 'maintenance', 'Database cluster engine version has been upgraded');
  },
};
