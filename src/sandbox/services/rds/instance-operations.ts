import { inForce } from '../../faults/fault.ts';
import { later, schedule } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { refuseUnserved } from './cluster-settings.ts';
import { shownInstance } from './cluster-view.ts';
import { say } from './event-log.ts';
import { candidates, forgetPlans, startFailover } from './failover.ts';
import {
  arnOf,
  findInstance,
  knownCluster,
  knownInstance,
  knownSubnetGroup,
  mustBe,
  newIdentifier,
} from './find.ts';
import { orderable } from './instance-classes.ts';
import { changeClass } from './instance-events.ts';
import { usableKey } from './keys.ts';
import { resourceId } from './new-cluster.ts';
import { mustHaveRoom } from './quotas.ts';
import { isWriter, takeDown } from './serving.ts';
import { findSingle, modifySingle, refuseSingle } from './single-instances.ts';
import type { ClusterState, InstanceState } from './state.ts';
import { drawSpan } from './timings.ts';
import { maintenanceWindow, nextMaintenanceWindow } from './windows.ts';

export const instanceOperations = {
  CreateDBInstance(world, input) {
    const name = newIdentifier(input.DBInstanceIdentifier, 'DBInstanceIdentifier');
    if (input.DBClusterIdentifier === undefined)
      throw new AwsFault(
        'InvalidParameterCombination',
        'DBClusterIdentifier must be given: instances here belong to Aurora clusters.',
      );
    const state = knownCluster(world, input.DBClusterIdentifier);
    const { cluster } = state;
    if (input.Engine !== cluster.Engine)
      throw new AwsFault(
        'InvalidParameterCombination',
        `The engine name requested for your DB Instance (${input.Engine}) doesn't match the engine name of your DB Cluster (${cluster.Engine}).`,
      );
    if (input.MasterUsername !== undefined || input.MasterUserPassword !== undefined)
      throw new AwsFault(
        'InvalidParameterCombination',
        'The requested DB Instance will be a member of a DB Cluster. Set master user credentials for the DB Cluster.',
      );
    const DBInstanceClass = orderable(input.DBInstanceClass ?? '', cluster.EngineVersion);
    if (findInstance(world, name) !== undefined || findSingle(world, name) !== undefined)
      throw new AwsFault('DBInstanceAlreadyExistsFault', 'DB instance already exists');
    mustHaveRoom(world, 'DBInstances', 'InstanceQuotaExceededFault', 'DB instances');
    mustBe(state, 'available');
    usableKey(world, cluster.KmsKeyId);
    const AvailabilityZone = zoneFor(world, state, input.AvailabilityZone);
    const MonitoringInterval = input.MonitoringInterval ?? 0;
    const member: InstanceState = {
      instance: {
        DBInstanceIdentifier: name,
        DBInstanceArn: arnOf(world, 'db', name),
        DbiResourceId: `db-${resourceId(world)}`,
        DBInstanceClass,
        DBInstanceStatus: 'creating',
        InstanceCreateTime: world.now,
        AvailabilityZone,
        PromotionTier: promotionTier(input.PromotionTier ?? 1),
        PreferredMaintenanceWindow: maintenanceWindow(
          input.PreferredMaintenanceWindow ?? cluster.PreferredMaintenanceWindow,
        ),
        DBParameterGroups: [
          {
            DBParameterGroupName: input.DBParameterGroupName ?? 'default.aurora-mysql8.0',
            ParameterApplyStatus: 'in-sync',
          },
        ],
        PendingModifiedValues: {},
        AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
        PubliclyAccessible: input.PubliclyAccessible ?? false,
        CopyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
        MonitoringInterval,
        ...(input.MonitoringRoleArn !== undefined && { MonitoringRoleArn: input.MonitoringRoleArn }),
        PerformanceInsightsEnabled: input.EnablePerformanceInsights ?? false,
        TagList: input.Tags ?? [],
      },
      isDown: true,
    };
    state.instances.push(member);
    const made = later(world.now, drawSpan(world, 'instanceCreation'));
    const configured = later(made, drawSpan(world, 'instanceConfiguration'));
    if (MonitoringInterval > 0)
      schedule(world, made, {
        kind: 'database-instance-stage',
        dbInstance: name,
        status: 'configuring-enhanced-monitoring',
      });
    schedule(world, MonitoringInterval > 0 ? configured : made, {
      kind: 'database-instance-created',
      dbInstance: name,
    });
    return { DBInstance: shownInstance(world, state, member) };
  },

  ModifyDBInstance(world, input) {
    const single = findSingle(world, input.DBInstanceIdentifier ?? '');
    if (single !== undefined) return { DBInstance: modifySingle(world, single, input) };
    const { cluster: state, member } = knownInstance(world, input.DBInstanceIdentifier);
    const { instance } = member;
    refuseUnserved(input, ['NewDBInstanceIdentifier']);
    mustBeAvailable(member, 'modified');
    if (
      input.MasterUserPassword !== undefined ||
      input.BackupRetentionPeriod !== undefined ||
      input.EngineVersion !== undefined
    )
      throw new AwsFault(
        'InvalidParameterCombination',
        'The specified DB Instance is a member of a cluster. Modify database-wide settings for the DB Cluster using the ModifyDbCluster API',
      );
    const DBInstanceClass = orderable(
      input.DBInstanceClass ?? instance.DBInstanceClass,
      state.cluster.EngineVersion,
    );
    const PreferredMaintenanceWindow = maintenanceWindow(
      input.PreferredMaintenanceWindow ?? instance.PreferredMaintenanceWindow,
    );
    member.instance = {
      ...instance,
      PromotionTier: promotionTier(input.PromotionTier ?? instance.PromotionTier),
      PreferredMaintenanceWindow,
      AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? instance.AutoMinorVersionUpgrade ?? true,
      MonitoringInterval: input.MonitoringInterval ?? instance.MonitoringInterval ?? 0,
      PerformanceInsightsEnabled:
        input.EnablePerformanceInsights ?? instance.PerformanceInsightsEnabled ?? false,
    };
    if (DBInstanceClass !== instance.DBInstanceClass) {
      member.instance.PendingModifiedValues = { DBInstanceClass };
      if (input.ApplyImmediately) changeClass(world, instance.DBInstanceIdentifier);
      else
        schedule(world, nextMaintenanceWindow(PreferredMaintenanceWindow, world.now), {
          kind: 'database-instance-window',
          dbInstance: instance.DBInstanceIdentifier,
        });
    }
    return { DBInstance: shownInstance(world, state, member) };
  },

  RebootDBInstance(world, { DBInstanceIdentifier, ForceFailover }) {
    refuseSingle(world, DBInstanceIdentifier ?? '');
    const { cluster: state, member } = knownInstance(world, DBInstanceIdentifier);
    if (ForceFailover)
      throw new AwsFault(
        'InvalidParameterCombination',
        'ForceFailover cannot be specified since the instance is not configured for either MultiAZ or High Availability',
      );
    mustBeAvailable(member, 'rebooted');
    const name = member.instance.DBInstanceIdentifier;
    takeDown(world, state, member, 'rebooting');
    say(world, 'db-instance', name, 'availability', 'DB instance shutdown');
    schedule(world, later(world.now, drawSpan(world, 'restart')), {
      kind: 'database-instance-restarted',
      dbInstance: name,
      demoted: false,
    });
    return { DBInstance: shownInstance(world, state, member) };
  },

  /** When the writer goes, a reader is promoted first. */
  DeleteDBInstance(world, input) {
    refuseSingle(world, input.DBInstanceIdentifier ?? '');
    const { cluster: state, member } = knownInstance(world, input.DBInstanceIdentifier);
    const name = member.instance.DBInstanceIdentifier;
    if (input.FinalDBSnapshotIdentifier !== undefined)
      throw new AwsFault(
        'InvalidParameterCombination',
        'FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance',
      );
    if (member.instance.DBInstanceStatus === 'deleting')
      throw new AwsFault('InvalidDBInstanceStateFault', `Instance ${name} is already being deleted.`);
    if (member.instance.DBInstanceStatus === 'creating')
      throw new AwsFault(
        'InvalidDBInstanceStateFault',
        `Instance ${name} is currently creating - it cannot be deleted.`,
      );
    forgetPlans(world, name);
    takeDown(world, state, member, 'deleting');
    const [best] = candidates(world, state);
    if (isWriter(state, member) && best !== undefined && state.failover === undefined)
      startFailover(world, state, best.instance.DBInstanceIdentifier);
    schedule(world, later(world.now, drawSpan(world, 'instanceDeletion')), {
      kind: 'database-instance-deleted',
      dbInstance: name,
    });
    return { DBInstance: shownInstance(world, state, member) };
  },
} satisfies Operations<typeof import('@aws-sdk/client-rds')>;

function mustBeAvailable({ instance }: InstanceState, verb: string): void {
  const { DBInstanceIdentifier, DBInstanceStatus } = instance;
  if (DBInstanceStatus !== 'available')
    throw new AwsFault(
      'InvalidDBInstanceStateFault',
      verb === 'rebooted'
        ? 'Instance cannot currently reboot due to an in-progress management operation'
        : `Database instance ${DBInstanceIdentifier} is not in available state and cannot be ${verb}.`,
    );
}

function promotionTier(tier: number): number {
  if (tier < 0 || tier > 15)
    throw new AwsFault('InvalidParameterValue', `Invalid promotion tier: ${tier}. Valid values: 0 - 15`);
  return tier;
}

/** The zone that was asked for, or the one of the subnet group with the fewest members. */
function zoneFor(world: World, { cluster, instances }: ClusterState, wanted: string | undefined): string {
  const { group } = knownSubnetGroup(world, cluster.DBSubnetGroup);
  const zones = group.Subnets.map(({ SubnetAvailabilityZone }) => SubnetAvailabilityZone?.Name ?? '');
  if (wanted !== undefined && !zones.includes(wanted))
    throw new AwsFault(
      'InvalidVPCNetworkStateFault',
      `DB subnet group ${group.DBSubnetGroupName} does not cover Availability Zone ${wanted}.`,
    );
  const members = (zone: string) =>
    instances.filter(({ instance }) => instance.AvailabilityZone === zone).length;
  const withoutCapacity = [
    ...inForce(world, 'zone-outage'),
    ...inForce(world, 'zone-without-capacity').filter(({ instanceType }) => instanceType === undefined),
  ].map(({ zone }) => zone);
  const choice = (wanted === undefined ? zones : [wanted])
    .filter((zone) => !withoutCapacity.includes(zone))
    .toSorted((one, other) => members(one) - members(other))[0];
  if (choice === undefined)
    throw new AwsFault(
      'InsufficientDBInstanceCapacityFault',
      'Cannot create a DB instance because no Availability Zone has enough capacity for the DB instance class',
    );
  return choice;
}
