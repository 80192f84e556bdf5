import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { type CliUser, cliUser } from '../helpers/cli.ts';

const inScenario = (name: string) => [
  'run',
  'rolling-update',
  '--sandbox',
  name,
  '--yes',
  '--reason',
  'a test',
];
const inSandbox = ['run', 'rolling-update', '--sandbox', '--yes', '--reason', 'a test'];

const exampleEnvironment = `environments:
  prod:
    account: "111122223333"
    region: us-east-1
    components:
      app: { type: auto-scaling-group, group: morpheus-prod-app, targetGroup: morpheus-prod-app }
`;

function runIds({ state }: CliUser): readonly string[] {
  try {
    return readdirSync(join(state, 'runbook', 'runs'));
  } catch {
    return [];
  }
}

function journalOf(user: CliUser): readonly RunEvent[] {
  const [runId] = runIds(user);
  const text = readFileSync(join(user.state, 'runbook', 'runs', runId ?? '', 'journal.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a run in the sandbox', () => {
  test('succeeds without a terminal in plain lines, exit 0, with a summary', async () => {
    const { code, stdout, stderr } = await cliUser().run(inSandbox);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('✔ Succeeded');
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}✔ The caller's account and Region/m);
    expect(stdout).not.toContain('\u001b');
    expect(stderr).toBe('');
  });

  test('after earlier ones, and resumed, says how long it takes; what ran here says nothing of what is rehearsed', async () => {
    const user = cliUser();
    const failing = await user.run([...inScenario('bad-ami'), '--on-failure', 'leave']);
    expect(failing.stdout).not.toMatch(/, from \d run/);
    expect((await user.run(inSandbox)).stdout).toMatch(
      /^02:10:00 {4}no telling how long it still takes, from 1 run: \d+ steps were never timed$/m,
    );
    expect((await user.run(inSandbox)).stdout).toMatch(/^02:10:00 {4}about \d+m left, from 2 runs$/m);
    expect((await user.run([...inSandbox, '--dry-run'])).stdout).not.toMatch(/ left, from /);
    const [failed = ''] = runIds(user).toSorted();
    expect((await user.run(['resume', failed])).stdout).toMatch(/ left, from 2 runs/);
  });

  test('--json puts one object on stdout and everything else on stderr', async () => {
    const { code, stdout, stderr } = await cliUser().run([...inSandbox, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      runbook: 'rolling-update',
      outcome: 'succeeded',
      mode: 'sandbox',
      measures: expect.arrayContaining([expect.objectContaining({ verdict: 'pass' })]),
    });
    expect(stderr).toContain('Start an instance refresh');
  });

  test('without a terminal and without --yes an approval is a no: exit 3, nothing written', async () => {
    const user = cliUser();
    const { code, stdout } = await user.run(['run', 'rolling-update', '--sandbox']);
    expect(code).toBe(3);
    expect(stdout).toContain('--yes was not given');
    expect(journalOf(user).some((event) => event.type === 'aws-called' && event.write)).toBe(false);
  });

  test('--yes in a protected environment needs a reason: exit 2, and no run begins', async () => {
    const user = cliUser();
    const { code, stderr } = await user.run(['run', 'rolling-update', '--sandbox', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('REASON_MISSING');
    expect(stderr).toContain('--yes --reason');
    expect(runIds(user)).toEqual([]);
  });

  test('a dry run says what it would call, writes nothing, exit 0', async () => {
    const user = cliUser();
    const { code, stdout } = await user.run(['run', 'rolling-update', '--sandbox', '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toContain('autoscaling:StartInstanceRefresh');
    const writes = journalOf(user).flatMap((event) =>
      event.type === 'aws-called' && event.write ? [event.error] : [],
    );
    expect(writes).toEqual(['BlockedWrite']);
  });

  test('a failed run is undone by itself: exit 6; with --on-failure leave it is left: exit 5; rollback then: exit 0', async () => {
    const badAmi = [...inScenario('bad-ami'), '--strategy', 'node-by-node'];
    expect((await cliUser().run(badAmi)).code).toBe(6);
    const user = cliUser();
    const left = await user.run([...badAmi, '--on-failure', 'leave']);
    expect(left.code).toBe(5);
    expect(left.stdout).toMatch(/runbook rollback rolling-update-/);
    expect(left.stdout).toMatch(/runbook resume rolling-update-/);
    const declined = await user.run(['rollback', 'last']);
    expect(declined.code).toBe(3);
    const undone = await user.run(['rollback', 'last', '--yes', '--reason', 'a test']);
    expect(undone.code, undone.stderr).toBe(0);
    expect(undone.stdout).toContain('Rolled back');
    const again = await user.run(['rollback', 'last', '--yes', '--reason', 'a test']);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/RUN_IS_OVER|NOTHING_TO_UNDO/);
  });

  test('a check that fails changes nothing: exit 4', async () => {
    const { code, stdout } = await cliUser().run([...inSandbox, '--launch-template-version', '99']);
    expect(code).toBe(4);
    expect(stdout).toContain('has no version 99');
  });

  test('the journal, the world and their folder are for their owner only', async () => {
    const user = cliUser();
    await user.run(inSandbox);
    const folder = join(user.state, 'runbook', 'runs', runIds(user)[0] ?? '');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder))
      expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
    expect(readdirSync(folder).toSorted()).toEqual(['journal.jsonl', 'sandbox-world.json']);
  });
});

describe('an interrupted run', () => {
  const slowly = [...inSandbox, '--pace', '60'];

  test('Ctrl-C ends it as interrupted with the two next commands, exit 130; resume ends it', async () => {
    const user = cliUser();
    const running = user.start(slowly);
    await running.printed('❯ The canary serves on the new version');
    running.process.kill('SIGINT');
    const { code, stdout } = await running.end;
    expect(code).toBe(130);
    expect(stdout).toMatch(/runbook resume rolling-update-/);
    expect(stdout).toMatch(/runbook rollback rolling-update-/);
    expect(journalOf(user).at(-1)?.type).toBe('run-interrupted');
    const resumed = await user.run(['resume', 'last']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(startsIn(user)).toBe(1);
  });

  test('killed, it can be resumed, and makes no change twice', async () => {
    const user = cliUser();
    const running = user.start(slowly);
    await running.printed('❯ The canary serves on the new version');
    running.process.kill('SIGKILL');
    await running.end;
    const [runId = ''] = runIds(user);
    const shown = await user.run(['runs', 'show', 'last']);
    expect(shown.stdout).toContain(`runbook resume ${runId}`);
    const resumed = await user.run(['resume', runId.slice(-4), '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ runId, outcome: 'succeeded', resumes: 1 });
    expect(startsIn(user)).toBe(1);
  });

  test('is not driven by two processes: exit 8', async () => {
    const user = cliUser();
    const running = user.start(slowly);
    await running.printed('❯ The canary serves on the new version');
    const second = await user.run(['resume', 'last']);
    expect(second.code).toBe(8);
    expect(second.stderr).toContain('RUN_LOCKED');
    running.process.kill('SIGINT');
    expect((await running.end).code).toBe(130);
  });

  test('a reader that goes away (| head) does not end it', async () => {
    const user = cliUser();
    const running = user.start(inSandbox);
    await running.printed('✔');
    running.process.stdout?.destroy();
    await running.end;
    expect(journalOf(user).at(-1)).toMatchObject({ type: 'run-finished', outcome: 'succeeded' });
  });

  test('resumed by two at once, is driven by one: the other is refused, or finds the run over', async () => {
    const user = cliUser();
    const running = user.start(slowly);
    await running.printed('❯ The canary serves on the new version');
    running.process.kill('SIGKILL');
    await running.end;
    const ends = await Promise.all([user.run(['resume', 'last']), user.run(['resume', 'last'])]);
    const [driver, other] = ends.toSorted((a, b) => (a.code ?? 1) - (b.code ?? 1));
    expect(driver?.code, driver?.stderr).toBe(0);
    expect([other?.code, other?.stderr]).toEqual(
      other?.code === 8
        ? [8, expect.stringContaining('RUN_LOCKED')]
        : [2, expect.stringContaining('RUN_IS_OVER')],
    );
    const types = journalOf(user).map(({ type }) => type);
    expect(types.filter((type) => type === 'run-resumed')).toHaveLength(1);
    expect(types.filter((type) => type === 'run-finished')).toHaveLength(1);
    expect(startsIn(user)).toBe(1);
  });

  test.skipIf(!existsSync('/dev/full')).each([
    [1, ''],
    [1, ' --json'],
    [2, ' --json'],
  ])('output that cannot be written (stream %i%s) does not end it', async (stream, flag) => {
    const user = cliUser();
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = await user.start(
      [...inSandbox, ...(flag === '' ? [] : ['--json'])],
      {},
      { [stream]: full },
    ).end;
    closeSync(full);
    expect(code).toBe(0);
    expect(journalOf(user).at(-1)).toMatchObject({ type: 'run-finished', outcome: 'succeeded' });
    if (stream === 1) expect(stderr).toMatch(/Output was lost: ENOSPC/);
  });

  const startsIn = (user: CliUser): number =>
    journalOf(user).filter(
      (event) => event.type === 'aws-called' && event.operation === 'StartInstanceRefresh',
    ).length;
});

describe('bad input is a clear error with a hint, and nothing is changed', () => {
  const live = ['run', 'rolling-update', '--env', 'prod'];

  type Bad = [what: string, config: string | undefined, command: string[], code: number, says: RegExp[]];

  test.each<Bad>([
    ['no configuration', undefined, live, 2, [/CONFIG_NOT_FOUND/, /runbook config init/]],
    [
      'an unknown environment',
      exampleEnvironment,
      ['run', 'rolling-update', '--env', 'prdo'],
      2,
      [/ENVIRONMENT_UNKNOWN/, /prod/],
    ],
    [
      'no environment',
      exampleEnvironment,
      ['run', 'rolling-update'],
      2,
      [/ENVIRONMENT_MISSING/, /--env/, /--sandbox/],
    ],
    ['malformed YAML', 'environments:\n  prod: [', live, 2, [/CONFIG_INVALID/, /runbook\.yaml:2/]],
    [
      'a misspelled key',
      exampleEnvironment.replace('targetGroup', 'targetGrop'),
      live,
      2,
      [/runbook\.yaml:6/, /targetGroup/],
    ],
    ['an unknown fleet', exampleEnvironment, [...live, '--fleet', 'front'], 2, [/FLEET_UNKNOWN/, /app/]],
    [
      'an unknown sandbox environment',
      undefined,
      [...inSandbox, '--env', 'staging'],
      2,
      [/ENVIRONMENT_UNKNOWN/],
    ],
    ...['constructor', '__proto__'].map(
      (name): Bad => [
        `a sandbox environment named ${name}`,
        undefined,
        [...inSandbox, '--env', name],
        2,
        [/ENVIRONMENT_UNKNOWN/],
      ],
    ),
    ['a blank name of a run', undefined, ['rollback', ''], 2, [/RUN_NAME_BLANK/, /runbook runs/]],
    ['an unknown scenario', undefined, inScenario('meteor'), 2, [/meteor/, /bad-ami/]],
    ['an unknown runbook', undefined, ['show', 'rolling-updaet'], 2, [/RUNBOOK_UNKNOWN/, /runbook list/]],
    [
      'a wrong parameter',
      undefined,
      [...inSandbox, '--ami', 'ubuntu'],
      2,
      [/--ami ubuntu/, /ami-0123456789abcdef0/],
    ],
    [
      'two parameters that exclude each other',
      undefined,
      [...inSandbox, '--ami', 'ami-0b2e3a4c5d6f71822', '--launch-template-version', '3'],
      2,
      [/not both/],
    ],
    ['a wrong duration', undefined, [...inSandbox, '--bake-time', '5 minutes'], 2, [/--bake-time/, /90s/]],
    ['an unknown flag', undefined, [...inSandbox, '--force'], 2, [/--force/, /--help/]],
    ['a missing argument', undefined, ['resume'], 2, [/USAGE/, /run/, /--help/]],
    ['an unknown run', undefined, ['resume', 'nothing'], 2, [/RUN_UNKNOWN/, /runbook runs/]],
    ['missing credentials', exampleEnvironment, live, 4, [/credential/i, /aws sso login|AWS_PROFILE/]],
  ])('%s', async (_what, config, command, code, says) => {
    const user = cliUser();
    if (config !== undefined) writeFileSync(join(user.folder, 'runbook.yaml'), config);
    const end = await user.run(command);
    const said = `${end.stdout}${end.stderr}`;
    expect(end.code, said).toBe(code);
    for (const pattern of says) expect(said).toMatch(pattern);
    expect(said).not.toMatch(/^\s+at .*\.js:\d+/m);
    if (code === 2) expect(runIds(user)).toEqual([]);
  });

  test('an error is an object too, with --json', async () => {
    const { code, stdout, stderr } = await cliUser().run([...live, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'CONFIG_NOT_FOUND', hint: expect.stringContaining('runbook') },
    });
    expect(stderr).toBe('');
  });

  test('another account than the environment says: exit 8, and both are named', async () => {
    const user = cliUser();
    writeFileSync(join(user.folder, 'runbook.yaml'), exampleEnvironment);
    const end = await user.run(live, {
      AWS_ENDPOINT_URL: await stsOfAccount('999988887777'),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    expect(end.code, end.stderr).toBe(8);
    expect(end.stdout).toContain('999988887777');
    expect(end.stdout).toContain('111122223333');
  });
});

test('a relative XDG_STATE_HOME is ignored: runs must not depend on the folder that one stands in', async () => {
  const user = cliUser();
  const { code } = await user.run([...inSandbox, '--dry-run'], { XDG_STATE_HOME: 'here' });
  expect(code).toBe(0);
  expect(existsSync(join(user.folder, 'here'))).toBe(false);
  expect((await user.run(['runs', '--json'], { XDG_STATE_HOME: '' })).stdout).toContain('rolling-update');
});

test('a state folder that cannot be written: exit 4, the folder is named, and nothing was changed', async () => {
  const user = cliUser();
  writeFileSync(user.state, 'a file where the folder should be');
  const { code, stderr } = await user.run(inSandbox);
  expect(code).toBe(4);
  expect(stderr).toContain('STATE_NOT_WRITABLE');
  expect(stderr).toContain(user.state);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("another Region in the caller's settings than the environment says: exit 8, and both are named", async () => {
  const user = cliUser();
  writeFileSync(join(user.folder, 'runbook.yaml'), exampleEnvironment);
  const end = await user.run(['run', 'rolling-update', '--env', 'prod'], {
    AWS_ENDPOINT_URL: await stsOfAccount('111122223333'),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  expect(end.code, end.stderr).toBe(8);
  expect(end.stdout).toContain('eu-west-1');
  expect(end.stdout).toContain('AWS_REGION=us-east-1');
});

/** The least of STS: who calls. */
async function stsOfAccount(account: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
        `<Arn>arn:aws:iam::${account}:user/somebody</Arn><UserId>AIDA</UserId><Account>${account}</Account>` +
        `</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a sandbox run that was cut off before it wrote anything can be gone on with', async () => {
  const user = cliUser();
  expect((await user.run(['run', 'rolling-update', '--sandbox'])).code).toBe(3);
  const resumed = await user.run(['resume', 'last', '--yes', '--reason', 'a test']);
  expect(resumed.code, resumed.stderr).toBe(0);
});
