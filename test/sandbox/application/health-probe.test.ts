import { expect, test } from 'vitest';
import { loadBalancerHost } from '../../../src/sandbox/morpheus-prod/names.ts';
import { openSandbox } from '../../../src/sandbox/sandbox.ts';

const ask = async (
  prepare: (world: Awaited<ReturnType<typeof openSandbox>>['world']) => void,
  url: string,
) => {
  const sandbox = await openSandbox({ environment: 'prod' });
  prepare(sandbox.world);
  return sandbox.http.get(url, 5000, new AbortController().signal);
};

const site = 'https://morpheus.example.com/health';

test('a name leads through Route 53 to the load balancer and the application behind it', async () => {
  expect(await ask(() => {}, site)).toMatchObject({ status: 200 });
  expect(await ask(() => {}, `https://${loadBalancerHost}/health`)).toMatchObject({ status: 200 });
  expect(await ask(() => {}, 'https://nowhere.example.com/')).toMatchObject({
    failed: expect.stringContaining('ENOTFOUND'),
  });
});

test('a site whose zone is elsewhere is answered by the application whose host it is', async () => {
  expect(
    await ask((world) => {
      world.route53.zones = [];
    }, site),
  ).toMatchObject({ status: 200 });
});

test('a record that leads to the recovery Region is answered there, by nobody', async () => {
  const answer = await ask((world) => {
    for (const { records } of world.route53.zones)
      for (const record of records)
        if (record.Failover === 'PRIMARY') records.splice(records.indexOf(record), 1);
  }, site);
  expect(answer).toMatchObject({ status: 503 });
});

test('it fails as often as requests fail', async () => {
  const answer = await ask((world) => {
    for (const { application } of Object.values(world.ec2.nodes))
      application?.stoppages.push({
        from: world.now,
        answersUntil: new Date(world.now.getTime() + 60_000),
        why: 'a test',
      });
  }, site);
  expect(answer).toMatchObject({ status: 500 });
});
