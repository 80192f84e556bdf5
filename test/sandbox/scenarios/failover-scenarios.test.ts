import { expect, test } from 'vitest';
import { begin } from '../../../src/sandbox/scenario.ts';
import { rdsOperations } from '../../../src/sandbox/services/rds/index.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { scenario } from '../../helpers/scenario.ts';
import { pass, prod } from '../services/stack.ts';

async function failedOver(named: string): Promise<World> {
  const world = prod(11);
  await begin(world, scenario(named));
  rdsOperations.FailoverDBCluster(world, { DBClusterIdentifier: 'morpheus-prod' });
  return world;
}

function clusterIn({ rds }: World) {
  const [cluster] = rds.clusters;
  if (cluster === undefined) throw new Error('There is no cluster');
  return cluster;
}

const statusOf = (world: World, id: string) =>
  clusterIn(world).instances.find(({ instance }) => instance.DBInstanceIdentifier === id)?.instance
    .DBInstanceStatus;

test('failover-stuck: nothing happens until RDS gives up', async () => {
  const world = await failedOver('failover-stuck');
  pass(world, 540);
  expect(clusterIn(world)).toMatchObject({ cluster: { Status: 'failing-over' }, writer: 'morpheus-prod-1' });
  pass(world, 90);
  expect(clusterIn(world)).toMatchObject({ cluster: { Status: 'available' }, writer: 'morpheus-prod-1' });
});

test('reader-lost: users are served, and the former writer stays away', async () => {
  const world = await failedOver('reader-lost');
  pass(world, 600);
  expect(clusterIn(world)).toMatchObject({ cluster: { Status: 'available' }, writer: 'morpheus-prod-2' });
  expect(statusOf(world, 'morpheus-prod-1')).toBe('rebooting');
});

test('pools-stay: two of three nodes stay with the former writer, and their writes fail', async () => {
  const world = await failedOver('pools-stay');
  pass(world, 300);
  const pools = Object.values(world.ec2.nodes).map(({ application }) => application?.pool);
  expect(pools.filter((pool) => pool?.readOnly)).toHaveLength(2);
  expect(world.applications[0]?.outages.at(-1)).toMatchObject({ what: 'writes-failing' });
  expect(world.applications[0]?.outages.at(-1)?.to).toBeUndefined();
});

test('second-failover: the writer is where it was in the beginning', async () => {
  const world = await failedOver('second-failover');
  pass(world, 85);
  expect(clusterIn(world).writer).toBe('morpheus-prod-2');
  pass(world, 120);
  expect(clusterIn(world).writer).toBe('morpheus-prod-1');
});
