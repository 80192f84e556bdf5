import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { debtsOf } from '../../src/engine/run-state.ts';
import { environmentSchema } from '../../src/environment.ts';
import { rotateSecrets } from '../../src/runbooks/rotate-secrets.ts';
import { runOnNode } from '../../src/sandbox/application/hooks.ts';
import type { Fault } from '../../src/sandbox/faults/fault.ts';
import { nodeIds, secrets as secretNames } from '../../src/sandbox/morpheus-prod/names.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { groupOperations } from '../../src/sandbox/services/auto-scaling/group-operations.ts';
import { instanceOperations } from '../../src/sandbox/services/auto-scaling/instance-operations.ts';
import { secretsManagerOperations } from '../../src/sandbox/services/secrets-manager/index.ts';
import { accountOf, snapshot } from '../../src/sandbox/world.ts';
import {
  asActiveMq,
  configured,
  loadedIn,
  loginWith,
  rotating,
  type SecretName,
  secretIn,
  standsFirm,
  versionWith,
  withoutFunction,
} from '../helpers/rotation-setting.ts';
import { type RunSetting, resumeFrom, rollBackFrom, runIn, type SandboxRun } from '../helpers/sandbox-run.ts';

const made = 'runbook.a-run-20260302-021000-abcd';
const third = nodeIds[2] ?? '';

const failureOf = ({ events }: SandboxRun) =>
  events.findLast(
    (event): event is Extract<RunEvent, { type: 'step-failed' }> => event.type === 'step-failed',
  );

const inject =
  (...faults: Fault[]) =>
  ({ world }: Sandbox): void => {
    world.faults.push(...faults);
  };

/** An account in which a rotation by its function failed its own test, as often as it is attempted, and lies there since. */
async function failedByFunction(name: SecretName): Promise<string> {
  const { world, advanceTo } = await openSandbox({ environment: 'prod' });
  world.faults.push({ what: 'rotation-fails', stage: 'testSecret' });
  const SecretId = secretIn({ world }, name).arn;
  secretsManagerOperations.RotateSecret(world, { SecretId, ClientRequestToken: leftOver });
  advanceTo(new Date(world.now.getTime() + 3_600_000));
  world.faults = [];
  return snapshot(accountOf(world));
}

/** A rollback, and how the secret stands after it: as before the run began. */
async function putBack(run: SandboxRun, setting: RunSetting, name: SecretName): Promise<SandboxRun> {
  const undone = await rollBackFrom(run, setting);
  expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
  expect(debtsOf(undone.end.state)).toEqual([]);
  expect(standsFirm(undone.sandbox, name)).toBe(true);
  expect(versionWith(secretIn(undone.sandbox, name), 'AWSCURRENT')).not.toBe(made);
  return undone;
}

describe('what stands in the way is found before anything is changed', () => {
  test.each<[what: string, code: string, says: RegExp, name: SecretName, more: Partial<RunSetting>]>([
    [
      'the secret is gone',
      'SECRET_MISSING',
      /secrets.queue: arn.* does not exist/,
      'queue',
      {
        prepare({ world }) {
          world.secretsManager.secrets = world.secretsManager.secrets.filter(
            ({ arn }) => arn !== secretNames.queue.arn,
          );
        },
      },
    ],
    [
      'the secret is on its way out',
      'SECRET_DELETED',
      /on its way out since/,
      'queue',
      {
        prepare(sandbox) {
          const { now } = sandbox.world;
          secretIn(sandbox, 'queue').deletion = { at: now, from: new Date(now.getTime() + 7 * 86_400_000) };
        },
      },
    ],
    [
      'the secret belongs to another service',
      'SECRET_OF_A_SERVICE',
      /belongs to rds/,
      'database',
      {
        prepare(sandbox) {
          secretIn(sandbox, 'database').owningService = 'rds';
        },
      },
    ],
    [
      'RDS manages the master password',
      'MASTER_USER_NOT_HERE',
      /RDS manages the master password of morpheus-prod, in arn:aws:secretsmanager:.*rds!/,
      'database-master',
      {
        prepare({ world }) {
          const [cluster] = world.rds.clusters;
          const SecretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!cluster-1-AbCdEf';
          if (cluster !== undefined) Object.assign(cluster.cluster, { MasterUserSecret: { SecretArn } });
        },
      },
    ],
    [
      'the master user of the domain is a role',
      'MASTER_USER_NOT_HERE',
      /no internal users/,
      'search',
      {
        prepare({ world }) {
          const [domain] = world.openSearch.domains;
          if (domain?.described.AdvancedSecurityOptions)
            domain.described.AdvancedSecurityOptions.InternalUserDatabaseEnabled = false;
        },
      },
    ],
    [
      'somebody gave it another function',
      'OTHER_ROTATION_FUNCTION',
      /Secrets Manager has arn:aws:lambda:.*:evil/,
      'database',
      {
        prepare(sandbox) {
          const { rotation } = secretIn(sandbox, 'database');
          if (rotation !== undefined) rotation.lambda = 'arn:aws:lambda:us-east-1:111122223333:function:evil';
        },
      },
    ],
    [
      'an earlier rotation did not finish',
      'ROTATION_LEFT_OVER',
      /AWSPENDING is on version l{32}, AWSCURRENT on/,
      'queue',
      { prepare: (sandbox) => leaveOver(sandbox, 'queue') },
    ],
    [
      'a rotation by its function is under way',
      'ROTATION_UNDER_WAY',
      /seems to be under way/,
      'database',
      {
        prepare: ({ world }) =>
          secretsManagerOperations.RotateSecret(world, {
            SecretId: secretNames.database.arn,
            ClientRequestToken: 'u'.repeat(32),
          }),
      },
    ],
    [
      'the database is being modified',
      'COMPONENT_NOT_READY',
      /DB cluster morpheus-prod is modifying/,
      'database',
      {
        prepare({ world }) {
          const [cluster] = world.rds.clusters;
          if (cluster !== undefined) cluster.cluster.Status = 'modifying';
        },
      },
    ],
    [
      'the broker waits for a reboot that would do more',
      'COMPONENT_NOT_READY',
      /would also change it to 3.11.20/,
      'queue',
      {
        prepare({ world }) {
          const [broker] = world.mq.brokers;
          if (broker !== undefined) broker.described.PendingEngineVersion = '3.11.20';
        },
      },
    ],
    [
      'the broker is RabbitMQ, and nothing says how its users are set',
      'NO_WAY_TO_ROTATE',
      /no rotation function/,
      'queue',
      { environment: configured('queue', { set: undefined, kind: 'api-key' }) },
    ],
    [
      'users of RabbitMQ are expected in AWS',
      'RABBITMQ_USERS_NOT_IN_AWS',
      /UpdateUser is for ActiveMQ alone/,
      'queue',
      { environment: configured('queue', { set: undefined }) },
    ],
    [
      'an agent is silent',
      'NODE_OUT_OF_REACH',
      new RegExp(`${third} \\(ConnectionLost\\)`),
      'queue',
      {
        prepare({ world }) {
          const node = world.ec2.nodes[third];
          if (node !== undefined) node.agentHangs = true;
        },
      },
    ],
    [
      'a blocking alarm fires',
      'ALARMS_NOT_OK',
      /morpheus-prod-app-cpu is ALARM/,
      'queue',
      {
        prepare(sandbox) {
          sandbox.world.faults.push({ what: 'alarm-fires', alarm: 'morpheus-prod-app-cpu' });
          sandbox.advanceTo(new Date(sandbox.world.now.getTime() + 10 * 60_000));
        },
      },
    ],
    [
      'AWSCURRENT does not work to begin with',
      'CURRENT_LOGIN_REFUSED',
      /whoever boots now does not get in/,
      'queue',
      {
        prepare({ world }) {
          const [broker] = world.mq.brokers;
          if (broker !== undefined) broker.logins = {};
        },
      },
    ],
  ])('%s: %s', async (_, code, says, name, more) => {
    const run = await runIn(rotating(name, more));
    expect(failureOf(run)?.error.code, JSON.stringify(failureOf(run)?.error)).toBe(code);
    expect(failureOf(run)?.error.message).toMatch(says);
    // A command in it can be typed as it stands.
    expect(failureOf(run)?.error.hint).toMatch(/^[^{}<>]+$/);
    expect(run.writes.filter((write) => write !== 'SendCommand')).toEqual([]);
  });

  test.each<[what: string, code: string, changes: Parameters<typeof configured>[1], secret: string]>([
    ['an unknown name', 'SECRET_UNKNOWN', {}, 'nothing'],
    ['an unknown component', 'COMPONENT_UNKNOWN', { component: 'nowhere' }, 'queue'],
    ['a user without a component', 'SECRET_MISCONFIGURED', { component: undefined }, 'queue'],
    ['a master user of a broker', 'SECRET_MISCONFIGURED', { kind: 'master-user' }, 'queue'],
    ['two users without a name', 'SECRET_MISCONFIGURED', { users: 'alternating', field: null }, 'queue'],
    [
      'an unknown fleet',
      'FLEET_UNKNOWN',
      { login: { fleet: 'no', command: '{secret} {versionId}' } },
      'queue',
    ],
  ])('%s is refused before a run begins', (_, code, changes, secret) => {
    const environment = {
      name: 'prod',
      ...environmentSchema.parse(morpheusProdEnvironment),
      ...configured('queue', changes),
    };
    const validate = () => rotateSecrets.validate?.(rotateSecrets.parameters.parse({ secret }), environment);
    expect(validate).toThrow(expect.objectContaining({ code }));
    expect(() =>
      rotateSecrets.validate?.(rotateSecrets.parameters.parse({}), { ...environment, secrets: {} }),
    ).toThrow(expect.objectContaining({ code: 'NO_SECRETS_CONFIGURED' }));
  });
});

/** A version that somebody put under AWSPENDING and went no further with, and, where it is set, the component's password as well. */
function leaveOver(sandbox: Sandbox, name: SecretName, { isSet = false } = {}): void {
  const { world } = sandbox;
  const { arn } = secretIn(sandbox, name);
  const { SecretString = '' } = secretsManagerOperations.GetSecretValue(world, { SecretId: arn });
  secretsManagerOperations.PutSecretValue(world, {
    SecretId: arn,
    ClientRequestToken: leftOver,
    SecretString: JSON.stringify({ ...JSON.parse(SecretString), password: 'Left-over-password-1' }),
    VersionStages: ['AWSPENDING'],
  });
  if (isSet) runOnNode(world, nodeIds[0] ?? '', `morpheus-ctl set-login ${arn} ${leftOver}`);
}

const leftOver = 'l'.repeat(32);

describe('a rotation that was left half-done', () => {
  test.each([true, false])(
    'is resumed, whether the component has its password or not (%s)',
    async (isSet) => {
      const setting = rotating('queue', {
        parameters: { leftOver: 'resume' },
        prepare: (sandbox) => leaveOver(sandbox, 'queue', { isSet }),
      });
      const run = await runIn(setting);
      expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
      expect(versionWith(secretIn(run.sandbox, 'queue'), 'AWSCURRENT')).toBe(leftOver);
      expect(run.writes).not.toContain('PutSecretValue');
      expect(standsFirm(run.sandbox, 'queue')).toBe(true);
      const undone = await rollBackFrom(run, setting);
      expect(undone.end.outcome).toBe('rolled-back');
      expect(standsFirm(undone.sandbox, 'queue')).toBe(true);
      expect(versionWith(secretIn(undone.sandbox, 'queue'), 'AWSPENDING')).toBeUndefined();
    },
  );

  test('whose password the broker has already costs it no reboot', async () => {
    const run = await runIn(
      rotating('queue', {
        parameters: { leftOver: 'resume' },
        prepare(sandbox) {
          leaveOver(sandbox, 'queue', { isSet: true });
          asActiveMq(sandbox);
        },
        environment: configured('queue', { set: undefined }),
      }),
    );
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(run.writes).not.toContain('RebootBroker');
    expect(standsFirm(run.sandbox, 'queue')).toBe(true);
  });

  test.each([true, false])('is withdrawn, and a new one made (%s)', async (isSet) => {
    const run = await runIn(
      rotating('queue', {
        parameters: { leftOver: 'withdraw' },
        prepare: (sandbox) => leaveOver(sandbox, 'queue', { isSet }),
      }),
    );
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(versionWith(secretIn(run.sandbox, 'queue'), 'AWSCURRENT')).toBe(made);
    expect(standsFirm(run.sandbox, 'queue')).toBe(true);
  });

  test.each(['resume', 'withdraw'])('by a function that failed its own test: %s', async (how) => {
    const world = await failedByFunction('database-master');
    const run = await runIn(rotating('database-master', { parameters: { leftOver: how } }), false, world);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(standsFirm(run.sandbox, 'database-master')).toBe(true);
    expect(secretIn(run.sandbox, 'database-master').rotation?.enabled).toBe(true);
  });
});

test('a function that was told to go on, and that finished while nobody looked, is found to have finished', async () => {
  const world = await failedByFunction('database-master');
  const setting = rotating('database-master', { parameters: { leftOver: 'resume' }, keepMoments: true });
  const { moments } = await runIn(setting, false, world);
  const told = moments.find(({ events }) => {
    const last = events.at(-1);
    return last?.type === 'aws-called' && last.operation === 'RotateSecret';
  });
  if (told === undefined) throw new Error('the function was not told');
  const later = { ...setting, keepMoments: false, wake: new Date('2026-03-02T04:30:00Z') };
  const resumed = await resumeFrom(told, later);
  expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('succeeded');
  expect(standsFirm(resumed.sandbox, 'database-master')).toBe(true);
  await putBack(told as SandboxRun, later, 'database-master');
});

describe('a rotation function that fails', () => {
  test.each([
    ['createSecret', 'database-master', /failed at createSecret/],
    ['setSecret', 'database-master', /failed at setSecret/],
    ['testSecret', 'database-master', /THE COMPONENT HAS THE NEW PASSWORD/],
    ['finishSecret', 'database-master', /THE COMPONENT HAS THE NEW PASSWORD/],
    ['finishSecret', 'database', /THE COMPONENT HAS THE NEW PASSWORD/],
  ] as const)(
    'at %s of %s: it is named, and going back ends with stages and component as before',
    async (stage, name, says) => {
      const setting = rotating(name, { prepare: inject({ what: 'rotation-fails', stage }) });
      const run = await runIn(setting);
      expect(run.end.outcome).toBe('failed-with-changes');
      expect(failureOf(run)?.error.code).toBe('ROTATION_FUNCTION_FAILED');
      expect(failureOf(run)?.error.message).toMatch(says);
      expect(failureOf(run)?.error.hint).toMatch(
        /aws logs tail \/aws\/lambda\/morpheus-prod-rotate-database-/,
      );
      const undone = await putBack(run, setting, name);
      expect(secretIn(undone.sandbox, name).rotation?.enabled).toBe(true);
    },
  );

  test('whose password nobody else can set: the stages follow the component, and that is said', async () => {
    const setting = rotating('search', {
      prepare: inject({ what: 'rotation-fails', stage: 'finishSecret' }),
      environment: configured('search', { kind: 'user' }),
    });
    const undone = await rollBackFrom(await runIn(setting), setting);
    expect(undone.end.outcome).toBe('rollback-failed');
    expect(undone.end.state.error?.code ?? '').toBe('ROTATION_STAYS');
    expect(versionWith(secretIn(undone.sandbox, 'search'), 'AWSCURRENT')).toBe(made);
    expect(loginWith(undone.sandbox.world, 'search', made)).toBe('works');
  });
});

describe('a component that does not take the password', () => {
  test('since it is against its rules: nothing is set, and AWSPENDING goes away', async () => {
    const setting = rotating('database-master', {
      prepare: (sandbox) => withoutFunction(sandbox, 'database-master'),
      environment: configured('database-master', { rotationFunction: undefined, password: { length: 64 } }),
    });
    const run = await runIn(setting);
    expect(run.end.outcome).toBe('failed-with-changes');
    expect(failureOf(run)?.step).toMatch(/set-password$/);
    expect(failureOf(run)?.error.message).toMatch(/longer than 41 characters/);
    await putBack(run, setting, 'database-master');
  });

  test.each(['queue', 'database-master'] as const)(
    'although it says that it did (%s): the test finds it, nothing is promoted, no node reloads',
    async (name) => {
      const setting = rotating(name, {
        prepare(sandbox) {
          if (name === 'database-master') withoutFunction(sandbox, name);
          sandbox.world.faults.push({ what: 'password-not-taken' });
        },
        environment: configured(name, { rotationFunction: undefined }),
      });
      const run = await runIn(setting);
      expect(failureOf(run)?.error.code).toBe('LOGIN_REFUSED');
      expect(failureOf(run)?.error.message).toMatch(/goes on with the password before/);
      expect(failureOf(run)?.error.hint).toMatch(new RegExp(`try-login \\S+ ${made}$`));
      expect(run.writes).not.toContain('UpdateSecretVersionStage');
      await putBack(run, setting, name);
    },
  );

  test('since its command fails: what the command printed is not shown', async () => {
    const setting = rotating('queue', {
      environment: configured('queue', { set: 'echo printed-password {secret} {versionId} && exit 7' }),
    });
    const run = await runIn(setting);
    expect(failureOf(run)?.error.code).toBe('PASSWORD_NOT_SET');
    expect(failureOf(run)?.error.message).toMatch(/exit code 7/);
    expect(JSON.stringify(run.events.filter(({ type }) => type !== 'run-started'))).not.toMatch(
      /[^o] printed-password/,
    );
    await putBack(run, setting, 'queue');
  });
});

describe('the dangerous moment between set and promote', () => {
  const interrupt = async (more: Partial<RunSetting> = {}) => {
    const stop = new AbortController();
    const setting = rotating('queue', more);
    const run = await runIn({
      ...setting,
      signal: stop.signal,
      observe(event) {
        if (event.type === 'step-succeeded' && event.step.endsWith('/test-login')) stop.abort();
      },
    });
    expect(run.end.outcome).toBe('interrupted');
    expect(run.writes).not.toContain('UpdateSecretVersionStage');
    expect(loginWith(run.sandbox.world, 'queue', made)).toBe('works');
    return { run, setting };
  };
  const hoursLater = ({ sandbox }: SandboxRun) => new Date(sandbox.world.now.getTime() + 3 * 3_600_000);

  test('interrupted there and resumed hours later, it finds out what works, and finishes', async () => {
    const { run, setting } = await interrupt();
    const sent = run.writes.filter((write) => write === 'SendCommand').length;
    const resumed = await resumeFrom(run, { ...setting, wake: hoursLater(run) });
    // Nodes renewed connections with the password before meanwhile, and are not well: that is seen, and then they load it.
    expect(
      resumed.events.some((event) => event.type === 'step-succeeded' && event.step.endsWith('/promote')),
    ).toBe(true);
    const beforePromote = resumed.writes.indexOf('UpdateSecretVersionStage');
    const asked = resumed.writes.slice(0, beforePromote).filter((write) => write === 'SendCommand').length;
    expect(asked - sent).toBe(2);
    expect(versionWith(secretIn(resumed.sandbox, 'queue'), 'AWSCURRENT')).toBe(made);
  });

  test('somebody set the password back by hand: the resume notices, promotes nothing, and can be put back', async () => {
    const { run, setting } = await interrupt();
    const { world } = run.sandbox;
    const before = versionWith(secretIn(run.sandbox, 'queue'), 'AWSCURRENT');
    runOnNode(world, nodeIds[0] ?? '', `morpheus-ctl set-login ${secretNames.queue.arn} ${before}`);
    const changed = { ...run, world: snapshot(accountOf(world)) };
    const resumed = await resumeFrom(changed, { ...setting, wake: hoursLater(run) });
    expect(failureOf(resumed)?.error.code).toBe('PASSWORD_SET_BACK');
    expect(resumed.writes).not.toContain('UpdateSecretVersionStage');
    await putBack(resumed, setting, 'queue');
  });

  test('interrupted there and rolled back, the component gets the password before', async () => {
    const { run, setting } = await interrupt();
    await putBack(run, { ...setting, wake: hoursLater(run) }, 'queue');
  });

  test('the answer to the promotion is lost: it is looked up, and promoted once', async () => {
    const run = await runIn(
      rotating('queue', {
        prepare: inject({ what: 'answer-lost', operation: 'UpdateSecretVersionStage', calls: [1] }),
      }),
    );
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(standsFirm(run.sandbox, 'queue')).toBe(true);
    expect(versionWith(secretIn(run.sandbox, 'queue'), 'AWSCURRENT')).toBe(made);
  });

  test('somebody else makes a third version current: neither way overwrites it', async () => {
    const { run, setting } = await interrupt();
    const { world } = run.sandbox;
    secretsManagerOperations.PutSecretValue(world, {
      SecretId: secretNames.queue.arn,
      ClientRequestToken: 't'.repeat(32),
      SecretString: '{"username":"morpheus","password":"By-hand-password-1"}',
    });
    const changed = { ...run, world: snapshot(accountOf(world)) };
    for (const go of [resumeFrom, rollBackFrom]) {
      const end = await go(changed, { ...setting, wake: hoursLater(run) });
      expect(end.end.state.error?.code).toBe('SECRET_SUPERSEDED');
      expect(versionWith(secretIn(end.sandbox, 'queue'), 'AWSCURRENT')).toBe('t'.repeat(32));
    }
  });
});

describe('nodes that do not take it up', () => {
  test('one keeps the version before: it is named, and password, stages and nodes go back', async () => {
    const setting = rotating('queue', { prepare: inject({ what: 'credentials-stay', instance: third }) });
    const run = await runIn(setting);
    expect(run.end.outcome).toBe('failed-with-changes');
    expect(failureOf(run)?.error).toMatchObject({ code: 'NODE_NOT_ON_NEW_VERSION' });
    expect(failureOf(run)?.error.message).toMatch(new RegExp(`${third} has the version before`));
    expect(new Set(loadedIn(run.sandbox.world, 'queue')).size).toBe(2);
    await putBack(run, setting, 'queue');
  });

  test('one falls silent: it is named, and once it answers again everything goes back', async () => {
    const setting = rotating('queue', {
      prepare: inject({
        what: 'agent-offline',
        instance: third,
        after: 'PutSecretValue',
        lasts: 20 * 60_000,
      }),
    });
    const run = await runIn(setting);
    expect(failureOf(run)?.error.code).toBe('NODE_NOT_TOLD');
    expect(failureOf(run)?.error.message).toMatch(new RegExp(`${third}: `));
    await putBack(run, setting, 'queue');
  });

  test('a connection from before is still open: the version before is not retired', async () => {
    const status = `echo version=${made} && echo healthy=yes && echo oldest-connection=2026-03-02T02:09:00.000Z && echo {secret}`;
    const setting = rotating('queue', {
      environment: configured('queue', { consumers: [{ fleet: 'app', reload: 'true', status }] }),
    });
    const run = await runIn(setting);
    expect(failureOf(run)?.error.code).toBe('OLD_CREDENTIAL_IN_USE');
    expect(failureOf(run)?.error.message).toMatch(/has a connection from 2026-03-02T02:09/);
  });

  test('a stop alarm fires meanwhile: no further node is told', async () => {
    const run = await runIn(
      rotating('queue', {
        parameters: { soak: '10m' },
        prepare: inject({
          what: 'alarm-fires',
          alarm: 'morpheus-prod-5xx',
          after: 'UpdateSecretVersionStage',
        }),
      }),
    );
    expect(failureOf(run)?.error.code).toBe('STOP_ALARM');
    expect(run.end.outcome).toBe('failed-with-changes');
  });
});

test('a broker that takes long to reboot: the run says so, and can be gone on with or put back', async () => {
  const setting = rotating('queue', {
    parameters: { rebootTimeout: '15m' },
    prepare(sandbox) {
      asActiveMq(sandbox);
      sandbox.world.faults.push({ what: 'broker-reboot-slow', by: 30 * 60_000 });
    },
    environment: configured('queue', { set: undefined }),
  });
  const run = await runIn(setting);
  expect(failureOf(run)?.step).toMatch(/broker-rebooted$/);
  expect(failureOf(run)?.error.code).toBe('WAIT_TIMED_OUT');
  const resumed = await resumeFrom(run, {
    ...setting,
    wake: new Date(run.sandbox.world.now.getTime() + 3_600_000),
  });
  expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('succeeded');
  expect(standsFirm(resumed.sandbox, 'queue')).toBe(true);
  await putBack(run, setting, 'queue');
});

test('AWS throttles every service: it takes longer, and ends the same', async () => {
  const run = await runIn(
    rotating('queue', {
      prepare: inject({ what: 'throttle', calls: [1, 2, 4] }, { what: '500', service: 'ssm', calls: [3] }),
    }),
  );
  expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
  expect(standsFirm(run.sandbox, 'queue')).toBe(true);
});

test('killed right behind the new version of a user of ActiveMQ, the resumed run still reboots the broker', async () => {
  const setting = rotating('queue', {
    prepare: asActiveMq,
    environment: configured('queue', { set: undefined }),
    keepMoments: true,
  });
  const whole = await runIn(setting);
  const behind = whole.moments.find(({ events }) => {
    const last = events.at(-1);
    return last?.type === 'aws-called' && last.operation === 'PutSecretValue';
  });
  if (behind === undefined) throw new Error('no version was made');
  const resumed = await resumeFrom(behind, { ...setting, keepMoments: false });
  expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('succeeded');
  expect(resumed.writes).toContain('RebootBroker');
  expect(standsFirm(resumed.sandbox, 'queue')).toBe(true);
});

describe('somebody else at work at the same time', () => {
  test('a version that they put under AWSPENDING meanwhile is not taken from them', async () => {
    const setting = rotating('queue', {
      observe(event, sandbox) {
        if (event.type === 'step-succeeded' && event.step.endsWith('/try-login')) leaveOver(sandbox, 'queue');
      },
    });
    const run = await runIn(setting);
    expect(failureOf(run)?.error.code).toBe('SECRET_CHANGED');
    expect(versionWith(secretIn(run.sandbox, 'queue'), 'AWSPENDING')).toBe(leftOver);
    expect(run.writes).not.toContain('PutSecretValue');
  });

  test('a version that was to be gone on with, and that they withdrew, is not given to the component', async () => {
    const run = await runIn(
      rotating('queue', {
        parameters: { leftOver: 'resume' },
        prepare: (sandbox) => leaveOver(sandbox, 'queue'),
        observe(event, sandbox) {
          if (event.type !== 'step-succeeded' || !event.step.endsWith('/try-login')) return;
          secretsManagerOperations.UpdateSecretVersionStage(sandbox.world, {
            SecretId: secretNames.queue.arn,
            VersionStage: 'AWSPENDING',
            RemoveFromVersionId: leftOver,
          });
        },
      }),
    );
    expect(failureOf(run)?.error.code).toBe('SECRET_CHANGED');
    expect(loginWith(run.sandbox.world, 'queue', leftOver)).toBe('refused');
  });

  test('Auto Scaling replaces a node while the new version is taken up: the others go on, and all are proven', async () => {
    const setting = rotating('queue', {
      observe(event, sandbox) {
        if (event.type !== 'step-succeeded' || !event.step.endsWith('/canary/adopted')) return;
        instanceOperations.TerminateInstanceInAutoScalingGroup(sandbox.world, {
          InstanceId: third,
          ShouldDecrementDesiredCapacity: false,
        });
      },
    });
    const run = await runIn(setting);
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(standsFirm(run.sandbox, 'queue')).toBe(true);
  });

  test('a node that came into service after the others were asked, before a kill, is asked as well', async () => {
    const setting = rotating('queue', { keepMoments: true });
    const whole = await runIn(setting);
    const asked = whole.moments.find(({ events }) => {
      const last = events.at(-1);
      return last?.type === 'aws-called' && last.operation === 'SendCommand' && last.step.endsWith('/proof');
    });
    if (asked === undefined) throw new Error('no proof was asked for');
    const meanwhile = await openSandbox({ stored: asked.world });
    groupOperations.SetDesiredCapacity(meanwhile.world, {
      AutoScalingGroupName: 'morpheus-prod-app',
      DesiredCapacity: 4,
    });
    meanwhile.advanceTo(new Date(meanwhile.world.now.getTime() + 20 * 60_000));
    const world = snapshot(accountOf(meanwhile.world));
    const resumed = await resumeFrom({ ...asked, world }, { ...setting, keepMoments: false });
    expect(resumed.end.outcome, JSON.stringify(resumed.end.state.error)).toBe('succeeded');
    const proof = resumed.end.state.steps.get(
      [...resumed.end.state.steps.keys()].find((path) => path.endsWith('/proof')) ?? '',
    );
    expect(proof?.summary).toMatch(/^4 nodes/);
  });
});
