import { expect, test } from 'vitest';
import { systemNameLookup } from '../../src/name-lookup.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { linkedNameLookup } from '../../src/sandbox-link/linked-name-lookup.ts';

const { signal } = new AbortController();
const suffix = 'c7xk2p9q4r1s.us-east-1.rds.amazonaws.com';

test('the endpoint of a cluster is an alias of the instance that writes, and follows it some seconds after', async () => {
  const sandbox = await openSandbox({ environment: 'prod' });
  const ask = (name: string) => sandbox.names.aliasOf(name, 5000, signal);
  expect(await ask(`Morpheus-Prod.cluster-${suffix}`)).toEqual({ leadsTo: `morpheus-prod-1.${suffix}` });
  const [cluster] = sandbox.world.rds.clusters;
  if (cluster === undefined) throw new Error('The sandbox has no cluster');
  const from = new Date(sandbox.world.now.getTime() + 4000);
  cluster.endpoint.next = { leadsTo: 'morpheus-prod-2', from };
  expect(await ask(`morpheus-prod.cluster-${suffix}`)).toEqual({ leadsTo: `morpheus-prod-1.${suffix}` });
  sandbox.advanceTo(from);
  expect(await ask(`morpheus-prod.cluster-${suffix}`)).toEqual({ leadsTo: `morpheus-prod-2.${suffix}` });
});

test('an instance has a name of its own, and nobody knows other names', async () => {
  const { names } = await openSandbox({ environment: 'prod' });
  expect(await names.aliasOf(`morpheus-prod-1.${suffix}`, 5000, signal)).toEqual({ failed: 'ENODATA' });
  expect(await names.aliasOf('nowhere.example.com', 5000, signal)).toEqual({ failed: 'ENOTFOUND' });
});

test('a served sandbox is asked by name; one that does not answer leads nowhere', async () => {
  const asked: unknown[] = [];
  const answering = linkedNameLookup({
    async get<Answer>(route: string, query?: Readonly<Record<string, string>>) {
      asked.push([route, query]);
      return { leadsTo: 'b' } as Answer;
    },
  });
  expect(await answering.aliasOf('a', 5000, signal)).toEqual({ leadsTo: 'b' });
  expect(asked).toEqual([['name-lookup', { name: 'a', timeout: '5s' }]]);
  const silent = linkedNameLookup({ get: () => Promise.reject(new Error('gone')) });
  expect(await silent.aliasOf('a', 5000, signal)).toEqual({ failed: 'gone' });
});

test('whoever is told to stop asks no name server', async () => {
  expect(await systemNameLookup.aliasOf('example.com', 5000, AbortSignal.abort())).toEqual({
    failed: 'ECANCELLED',
  });
});
