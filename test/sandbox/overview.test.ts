import { expect, test } from 'vitest';
import { stateByPlace, summaryOf } from '../../src/sandbox/http-server/state-summary.ts';
import { newWorld } from '../../src/sandbox/new-world.ts';
import { overviewOf } from '../../src/sandbox/overview.ts';
import { inject } from '../../src/sandbox/scenario.ts';
import { rdsOperations } from '../../src/sandbox/services/rds/index.ts';
import { accountOf } from '../../src/sandbox/world.ts';
import { aws, name, pass, prod } from './services/stack.ts';

test('an environment at rest: its nodes, its database, no alarm and nothing under way', () => {
  const [overview, ...others] = overviewOf(prod());
  expect(others).toEqual([]);
  expect(overview).toMatchObject({
    name: 'prod',
    regions: ['us-east-1', 'us-west-2'],
    databases: [{ cluster: 'morpheus-prod', status: 'available' }],
    notOk: [],
    underWay: [],
  });
  const group = overview?.groups.find((each) => each.name === name);
  expect(group?.desired).toBe(3);
  expect(group?.nodes.map(({ zone, state, health }) => [zone, state, health])).toEqual([
    ['us-east-1a', 'InService', 'healthy'],
    ['us-east-1b', 'InService', 'healthy'],
    ['us-east-1c', 'InService', 'healthy'],
  ]);
  expect(overview?.databases[0]?.instances.map(({ role }) => role).toSorted()).toEqual(['reader', 'writer']);
});

test('what is not as usual: an alarm, a refresh under way, a database that fails over', () => {
  const world = prod();
  inject(world, { what: 'alarm-fires', alarm: 'morpheus-prod-5xx' });
  aws.StartInstanceRefresh(world, {
    AutoScalingGroupName: name,
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: name, Version: '3' } },
  });
  pass(world, 150);
  rdsOperations.FailoverDBCluster(world, { DBClusterIdentifier: 'morpheus-prod' });
  pass(world, 5);
  const [overview] = overviewOf(world);
  expect(overview?.notOk).toContainEqual(
    expect.objectContaining({ name: 'morpheus-prod-5xx', state: 'ALARM' }),
  );
  expect(overview?.underWay).toEqual([
    { what: 'instance refresh', of: name, state: expect.stringMatching(/^InProgress, \d+ %$/) },
  ]);
  expect(overview?.databases[0]?.status).toBe('failing-over');
});

test('the counts hold resources only: nothing that the sandbox keeps for itself, no owner as a name, nothing terminated', () => {
  const world = newWorld({ seed: 7 });
  const [node] = Object.values(world.ec2.nodes);
  if (node !== undefined) node.instance.State = { Name: 'terminated', Code: 48 };
  const rows = summaryOf(stateByPlace(accountOf(world)));
  const kinds = new Set(rows.map(({ kind }) => kind));
  for (const own of ['timings', 'series', 'software', 'history']) expect(kinds).not.toContain(own);
  const names = rows.flatMap(({ named }) => named.map((each) => each.name));
  expect(names).not.toContain(world.account);
  expect(names).toContain('fs-0a7c9e1b3d5f20486');
  expect(rows.find(({ place, kind }) => place === 'us-east-1' && kind === 'nodes')?.count).toBe(2);
});
