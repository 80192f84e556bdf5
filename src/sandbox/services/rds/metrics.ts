import { inForce } from '../../faults/fault.ts';
import type { World } from '../../world.ts';
import { bytesAt } from './data.ts';
import { classOf } from './instance-classes.ts';
import { isServing, isWriter } from './serving.ts';
import type { ClusterState, InstanceState } from './state.ts';

/** One of AWS/RDS, with the value that it has now. */
export type DatabaseMetric = {
  readonly name: string;
  readonly unit: 'Percent' | 'Bytes' | 'Milliseconds' | 'Count/Second' | 'Seconds';
  readonly value: number;
} & ({ readonly instance: string; readonly cluster: string } | { readonly cluster: string });

/**
 * What CloudWatch would be told now. Nothing is drawn: what varies follows from name and minute, so that a look changes nothing.
 * Names and units: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
 */
export const databaseMetrics = (world: World): DatabaseMetric[] =>
  world.rds.clusters.flatMap((state) => [
    {
      cluster: state.cluster.DBClusterIdentifier,
      name: 'VolumeBytesUsed',
      unit: 'Bytes',
      value: Math.round(bytesAt(world, state)),
    },
    ...state.instances
      .filter((member) => isServing(world, member))
      .flatMap((member) => metricsOf(world, state, member)),
  ]);

function metricsOf(world: World, state: ClusterState, member: InstanceState): DatabaseMetric[] {
  const { DBInstanceIdentifier: instance, DBInstanceClass } = member.instance;
  const cluster = state.cluster.DBClusterIdentifier;
  const writes = isWriter(state, member);
  const isBusy = state.data.isGrowing && state.data.rowsPerSecond > 0;
  const about = (middle: number, name: string) =>
    Math.round(middle * (0.92 + 0.16 * noise(world, instance + name)) * 100) / 100;
  const of = (name: string, unit: DatabaseMetric['unit'], middle: number): DatabaseMetric => ({
    instance,
    cluster,
    name,
    unit,
    value: about(middle, name),
  });
  const memory = classOf(DBInstanceClass)?.memory ?? 0;
  const load = isBusy ? (writes ? 21 : 9) : 3;
  return [
    of('CPUUtilization', 'Percent', load),
    of('FreeableMemory', 'Bytes', memory * 0.31),
    of('Queries', 'Count/Second', isBusy ? (writes ? 310 : 140) : 4),
    of('CommitLatency', 'Milliseconds', writes ? 3.1 : 0),
    writes
      ? of('DMLLatency', 'Milliseconds', isBusy ? 0.4 : 0)
      : {
          ...of('AuroraReplicaLag', 'Milliseconds', 17),
          value: about(17, 'AuroraReplicaLag') + lagOf(world, cluster),
        },
  ];
}

const lagOf = (world: World, name: string): number =>
  inForce(world, 'replica-lag')
    .filter(({ cluster = name }) => cluster === name)
    .reduce((sum, { by }) => sum + by, 0);

/** In [0, 1): FNV-1a over name and minute. */
function noise(world: World, name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of `${name}${Math.floor(world.now.getTime() / 60_000)}`)
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  hash ^= hash >>> 15;
  return (Math.imul(hash, 0x2c1b3c6d) >>> 0) / 4_294_967_296;
}
