import type { DBCluster, Tag } from '@aws-sdk/client-rds';
import { minutes } from '../../../duration.ts';
import { later, schedule } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { shownCluster } from './cluster-view.ts';
import { copyAt } from './copy-at.ts';
import { engine, offeredVersion } from './engine-versions.ts';
import { clusterByArn } from './find.ts';
import { usableKey } from './keys.ts';
import { newCluster } from './new-cluster.ts';
import type { ClusterCopy, ClusterState } from './state.ts';
import { drawSpan } from './timings.ts';

export type { ClusterCopy } from './state.ts';
export { clusterByArn };

/** What a snapshot taken now holds; `undefined` where there is no such cluster in this Region. */
export function copyOfCluster(world: World, clusterArn: string): ClusterCopy | undefined {
  const state = clusterByArn(world, clusterArn);
  return state && copyAt(world, state, world.now);
}

export interface RestoreSettings {
  readonly DBClusterIdentifier: string;
  readonly DBSubnetGroupName?: string | undefined;
  readonly VpcSecurityGroupIds?: string[] | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly Engine?: string | undefined;
  readonly EngineVersion?: string | undefined;
  readonly Port?: number | undefined;
  readonly DBClusterParameterGroupName?: string | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly DeletionProtection?: boolean | undefined;
}

/** Begins a new cluster with the data of the copy. It has no instance until somebody creates one. */
export function restoreCluster(world: World, copy: ClusterCopy, settings: RestoreSettings): DBCluster {
  return shownCluster(world, beginRestore(world, copy, settings, 'restore'));
}

export function beginRestore(
  world: World,
  copy: ClusterCopy,
  settings: RestoreSettings,
  span: 'restore' | 'pointInTimeRestore',
): ClusterState {
  if ((settings.Engine ?? engine) !== copy.engine)
    throw new AwsFault(
      'InvalidParameterCombination',
      `The engine name ${settings.Engine} does not match the engine name of the source, ${copy.engine}.`,
    );
  const state = newCluster(
    world,
    {
      ...settings,
      EngineVersion: offeredVersion(settings.EngineVersion ?? copy.engineVersion),
      Port: settings.Port ?? copy.port,
      KmsKeyId: usableKey(world, settings.KmsKeyId ?? copy.kmsKeyId),
      MasterUsername: copy.masterUsername,
      DatabaseName: copy.databaseName,
      BackupRetentionPeriod: copy.backupRetentionPeriod,
      PreferredBackupWindow: copy.backupWindow,
    },
    {
      rows: copy.rows,
      bytes: copy.bytes,
      newestRow: copy.newestRow,
      bytesPerRow: copy.bytesPerRow,
      beacons: [...copy.beacons],
    },
    { ...copy.users },
  );
  const takes = drawSpan(world, span);
  // A volume of a hundred gibibytes adds about two minutes.
  const readyAt = later(world.now, takes + minutes((copy.bytes / 1024 ** 3 / 100) * 2));
  schedule(world, readyAt, {
    kind: 'database-cluster-created',
    cluster: state.cluster.DBClusterIdentifier,
  });
  return state;
}
