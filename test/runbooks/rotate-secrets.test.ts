import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { commentOf } from '../../src/runbooks/parts/commands-on-nodes.ts';
import { rotateSecrets } from '../../src/runbooks/rotate-secrets.ts';
import { advance } from '../../src/sandbox/advance.ts';
import { later } from '../../src/sandbox/schedule.ts';
import {
  asActiveMq,
  configured,
  loadedIn,
  rotating,
  type SecretName,
  secretIn,
  standsFirm,
  versionWith,
  withoutFunction,
} from '../helpers/rotation-setting.ts';
import { rollBackFrom, runIn, type SandboxRun } from '../helpers/sandbox-run.ts';

const made = 'runbook.a-run-20260302-021000-abcd';

const succeeded = ({ end }: SandboxRun): void =>
  expect(end.outcome, JSON.stringify(end.state.error)).toBe('succeeded');

const currentOf = ({ sandbox }: SandboxRun, name: SecretName) =>
  versionWith(secretIn(sandbox, name), 'AWSCURRENT');

const summaryOf = ({ events }: SandboxRun, step: string) =>
  events.findLast(
    (event): event is Extract<RunEvent, { type: 'step-succeeded' }> =>
      event.type === 'step-succeeded' && event.step.endsWith(step),
  )?.summary;

describe('each way to rotate', () => {
  test.each<[what: string, name: SecretName, writes: string, more: Parameters<typeof rotating>[1]]>([
    [
      'the master password of a cluster, by ModifyDBCluster',
      'database-master',
      'ModifyDBCluster',
      {
        prepare: (sandbox) => withoutFunction(sandbox, 'database-master'),
        environment: configured('database-master', { rotationFunction: undefined }),
      },
    ],
    [
      'the master user of a search domain, by UpdateDomainConfig',
      'search',
      'UpdateDomainConfig',
      {
        prepare: (sandbox) => withoutFunction(sandbox, 'search'),
        environment: configured('search', { rotationFunction: undefined }),
      },
    ],
    [
      'a user of ActiveMQ, by UpdateUser and a reboot',
      'queue',
      'UpdateUser RebootBroker',
      { prepare: asActiveMq, environment: configured('queue', { set: undefined }) },
    ],
    [
      'two users that take turns, by a command',
      'database',
      'SendCommand',
      {
        prepare: (sandbox) => withoutFunction(sandbox, 'database'),
        environment: configured('database', {
          rotationFunction: undefined,
          set: 'morpheus-ctl set-login {secret} {versionId}',
        }),
      },
    ],
    ['two users that take turns, by their function', 'database', 'RotateSecret', {}],
    ['a user of a search domain, by a function that was turned off', 'search', 'RotateSecret', {}],
  ])('%s', async (_, name, writes, more) => {
    const run = await runIn(rotating(name, more));
    succeeded(run);
    for (const write of writes.split(' ')) expect(run.writes).toContain(write);
    expect(currentOf(run, name)).toBe(made);
    expect(standsFirm(run.sandbox, name)).toBe(true);
  });

  test('nodes that must restart do so one after the other, out of their target group', async () => {
    const consumer = {
      fleet: 'app',
      restart: 'systemctl restart morpheus',
      status: 'morpheus-ctl credential-status {secret} --since {since}',
    };
    const setting = rotating('queue', { environment: configured('queue', { consumers: [consumer] }) });
    const run = await runIn(setting);
    succeeded(run);
    expect(loadedIn(run.sandbox.world, 'queue')).toEqual([made, made, made]);
    expect(run.writes.filter((write) => write === 'DeregisterTargets')).toHaveLength(3);
    expect(run.writes.filter((write) => write === 'RegisterTargets')).toHaveLength(3);
    expect(run.sandbox.world.autoScaling.fleets[0]?.group.SuspendedProcesses).toEqual([]);
    const serving = run.end.state.samples.get('healthy nodes')?.map(({ value }) => value) ?? [];
    expect(Math.min(...serving)).toBe(2);
    const undone = await rollBackFrom(run, setting);
    expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
    expect(standsFirm(undone.sandbox, 'queue')).toBe(true);
    expect(loadedIn(undone.sandbox.world, 'queue')).not.toContain(made);
    const comment = commentOf({ runId: undone.end.state.started.runId }, 'queue/put-back/app/take-up');
    const restarts = undone.events.filter(
      (event) =>
        event.type === 'aws-called' &&
        event.operation === 'SendCommand' &&
        JSON.stringify(event.parameters).includes(comment),
    );
    expect(restarts).toHaveLength(3);
    expect(run.sandbox.world.applications[0]?.outages).toEqual([]);
  });

  test('the key of an API is revoked once every node has the new one, and not before', async () => {
    const key = {
      kind: 'api-key' as const,
      component: undefined,
      field: null,
      login: { fleet: 'app', command: 'true {secret} {versionId}' },
      set: 'true {secret} {versionId}',
      retire: 'echo {secret} {versionId}',
    };
    const before: string[] = [];
    const run = await runIn(
      rotating('queue', {
        environment: configured('queue', {
          ...key,
          consumers: [
            {
              fleet: 'app',
              reload: 'true',
              status: `echo {secret} && echo version=${made} && echo healthy=yes`,
            },
          ],
        }),
        prepare: (sandbox) => before.push(versionWith(secretIn(sandbox, 'queue'), 'AWSCURRENT') ?? ''),
      }),
    );
    succeeded(run);
    expect(summaryOf(run, '/retire')).toBe(`version ${before[0]}`);
    expect(summaryOf(run, '/proof')).toContain('age of connections: not told');
    const order = run.events.flatMap((event) => (event.type === 'step-succeeded' ? [event.step] : []));
    expect(order.findIndex((step) => step.endsWith('/retire'))).toBeGreaterThan(
      order.findIndex((step) => step.endsWith('/proof')),
    );
  });
});

describe('what is rotated', () => {
  test('what is due, once; a second run right after it changes nothing and says so', async () => {
    const first = await runIn({ ...rotating(''), parameters: { soak: '15s' } });
    succeeded(first);
    for (const name of ['queue', 'search'] as const) {
      expect(currentOf(first, name)).toBe(made);
      expect(standsFirm(first.sandbox, name)).toBe(true);
    }
    for (const name of ['database', 'database-master'] as const)
      expect(currentOf(first, name)).not.toBe(made);
    const second = await runIn({ ...rotating(''), parameters: {} }, false, first.world);
    succeeded(second);
    expect(second.writes).toEqual([]);
    expect(summaryOf(second, 'secrets')).toBe('nothing is due: nothing will be changed');
    expect(second.events.some(({ type }) => type === 'approval-asked')).toBe(false);
  });

  test('by a tag', async () => {
    const run = await runIn(rotating('tag:Component=queue'));
    succeeded(run);
    expect(currentOf(run, 'queue')).toBe(made);
    expect(currentOf(run, 'search')).not.toBe(made);
  });

  test('keys that are not rotated and certificates that expire soon are reported, and fail nothing', async () => {
    const run = await runIn(
      { ...rotating(''), parameters: {}, environment: configured('queue', { maxAge: 1e12 }) },
      true,
    );
    const found = run.events.flatMap((event) => (event.type === 'found' ? event.findings : []));
    const warned = found.filter(({ verdict }) => verdict === 'warn').map(({ subject }) => subject);
    expect(warned).toContain('search');
    expect(warned.filter((subject) => subject.startsWith('key '))).toHaveLength(1);
    expect(found.filter(({ subject }) => subject.startsWith('certificate ')).length).toBeGreaterThan(0);
  });

  test('the approval names ages, ways and what restarts', async () => {
    const run = await runIn(
      rotating('queue', { prepare: asActiveMq, environment: configured('queue', { set: undefined }) }),
      true,
    );
    const asked = run.events.find((event) => event.type === 'approval-asked');
    expect(asked?.evidence[0]).toEqual({
      label: 'queue',
      value:
        '210d 3h old (at most 90d); by mq:UpdateUser, and THE BROKER IS REBOOTED for it; app loads it anew',
    });
  });
});

test('nobody notices: users of the application have no outage while every secret is rotated', async () => {
  const run = await runIn(rotating('database-master,database,queue,search'));
  succeeded(run);
  const { world } = run.sandbox;
  advance(world, later(world.now, 40 * 60_000));
  expect(world.applications[0]?.outages).toEqual([]);
  for (const name of ['database-master', 'database', 'queue', 'search'] as const)
    expect(standsFirm(run.sandbox, name)).toBe(true);
});

test('the list of steps is the same for the same parameters', () => {
  const ids = () => rotateSecrets.steps(rotateSecrets.parameters.parse({})).map(({ id }) => id);
  expect(ids()).toEqual(ids());
});
