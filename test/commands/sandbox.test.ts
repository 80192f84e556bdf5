import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CliUser, cliUser, type RunningCli } from '../helpers/cli.ts';

interface Serving {
  readonly running: RunningCli;
  readonly facts: {
    readonly url: string;
    readonly now: string;
    readonly speed: number;
    readonly environments: readonly string[];
    readonly variables: Record<string, string>;
  };
  /** What the user has in the environment of another terminal. */
  readonly variables: Record<string, string>;
}

/** Starts `sandbox serve` on a free port and waits until it listens. */
async function serve(user: CliUser, ...flags: readonly string[]): Promise<Serving> {
  const running = user.start(['sandbox', 'serve', '--port', '0', '--json', ...flags]);
  onTestFinished(() => {
    running.process.kill('SIGKILL');
  });
  let printed = '';
  running.process.stdout?.on('data', (text) => {
    printed += String(text);
  });
  await running.printed('\n}\n');
  const facts = JSON.parse(printed);
  return { running, facts, variables: facts.variables };
}

async function stop({ running }: Serving, signal: NodeJS.Signals = 'SIGTERM') {
  running.process.kill(signal);
  return running.end;
}

const rollingUpdate = [
  'run',
  'rolling-update',
  '--env',
  'prod',
  '--config',
  'runbook.yaml',
  '--yes',
  '--reason',
  'x',
  '--json',
];

async function describesItsEnvironments(user: CliUser, { variables }: Serving): Promise<void> {
  const { stdout } = await user.run(['sandbox', 'config'], variables);
  writeFileSync(join(user.folder, 'runbook.yaml'), stdout);
}

const runIdIn = (report: string): string => JSON.parse(report).runId;

const jsonOf = async (user: CliUser, serving: Serving, ...command: readonly string[]) => {
  const { stdout } = await user.run([...command, '--json'], serving.variables);
  return JSON.parse(stdout);
};

describe('runbook sandbox serve', () => {
  test('says what a client needs, begins now, and ends with exit 0 when it is told to', async () => {
    const user = cliUser();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const serving = await serve(user, '--speed', '0');
      const { url, now, speed, environments, variables } = serving.facts;
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(Math.abs(Date.parse(now) - statSync(user.folder).mtimeMs)).toBeLessThan(300_000);
      expect(speed).toBe(0);
      expect(environments).toContain('prod');
      expect(variables).toEqual({
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: expect.any(String),
        AWS_SECRET_ACCESS_KEY: expect.any(String),
        AWS_REGION: 'us-east-1',
      });
      expect(await stop(serving, signal)).toMatchObject({ code: 0, stderr: '' });
    }
  });

  test('tells people where it listens, what they will meet, what to type, and how it ends', async () => {
    const user = cliUser();
    const running = user.start(['sandbox', 'serve', '--port', '0', '--scenario', 'bad-ami']);
    onTestFinished(() => {
      running.process.kill('SIGKILL');
    });
    await running.printed('Ctrl-C');
    running.process.kill('SIGINT');
    const { code, stdout } = await running.end;
    expect(code).toBe(0);
    const url = /listens at (\S+)/.exec(stdout)?.[1];
    expect(stdout).toContain(`\n  export AWS_ENDPOINT_URL=${url}\n`);
    expect(stdout).toContain('Scenario bad-ami');
    expect(stdout).toContain('runbook run rolling-update --env prod');
  });

  test('a port that is taken, and flags that mean nothing, are wrong usage: exit 2', async () => {
    const user = cliUser();
    const serving = await serve(user);
    const port = new URL(serving.facts.url).port;
    const taken = await user.run(['sandbox', 'serve', '--port', port]);
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain('PORT_TAKEN');
    expect(taken.stderr).toContain(`--port ${Number(port) + 1}`);
    for (const flags of [
      ['--port', '65536'],
      ['--port', '-1'],
      ['--speed', '-1'],
      ['--speed', 'fast'],
      ['--seed', '1.5'],
      ['--scenario', 'meteor'],
    ]) {
      const { code, stderr } = await user.run(['sandbox', 'serve', ...flags]);
      expect(code, flags.join(' ')).toBe(2);
      expect(stderr).toMatch(/✖ [A-Z_]+ /);
    }
  });

  test('with --state the world outlives the server, for its owner only', async () => {
    const user = cliUser();
    const first = await serve(user, '--speed', '0', '--state', 'world.json');
    await user.run(['sandbox', 'advance', '3h'], first.variables);
    await stop(first);
    const file = join(user.folder, 'world.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.new`)).toBe(false);
    const second = await serve(user, '--speed', '0', '--state', 'world.json');
    const hours = (Date.parse(second.facts.now) - Date.parse(first.facts.now)) / 3_600_000;
    expect(hours).toBe(3);
    await stop(second);
    const other = await user.run(['sandbox', 'serve', '--state', 'world.json', '--scenario', 'bad-ami']);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('STATE_HAS_SCENARIO') });
    writeFileSync(file, '{');
    const broken = await user.run(['sandbox', 'serve', '--port', '0', '--state', 'world.json']);
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringMatching(/STATE_UNREADABLE +world\.json/) });
    expect(existsSync(`${file}.lock`)).toBe(false);
    const nowhere = await user.run([
      'sandbox',
      'serve',
      '--port',
      '0',
      '--state',
      'no/such/folder/world.json',
    ]);
    expect(nowhere).toMatchObject({ code: 4, stderr: expect.stringContaining('STATE_NOT_WRITABLE') });
  });
});

describe('the file of a served world', () => {
  test('has one server at a time; one whose server was killed is taken over', async () => {
    const user = cliUser();
    const first = await serve(user, '--speed', '0', '--state', 'world.json');
    const second = await user.run(['sandbox', 'serve', '--port', '0', '--state', './world.json']);
    expect(second.code).toBe(8);
    expect(second.stderr).toMatch(
      new RegExp(`STATE_IN_USE .*process\\s+${first.running.process.pid}\\b`, 's'),
    );
    await stop(first, 'SIGKILL');
    await stop(await serve(user, '--speed', '0', '--state', 'world.json'));
    expect(existsSync(join(user.folder, 'world.json.lock'))).toBe(false);
  });

  test('a world that goes on is no new exercise: what is told is from where, and when', async () => {
    const user = cliUser();
    await stop(await serve(user, '--speed', '0', '--scenario', 'bad-ami', '--state', 'world.json'));
    const running = user.start(['sandbox', 'serve', '--port', '0', '--speed', '0', '--state', 'world.json']);
    onTestFinished(() => {
      running.process.kill('SIGKILL');
    });
    await running.printed('Ctrl-C');
    running.process.kill('SIGTERM');
    const { stdout } = await running.end;
    expect(stdout).toMatch(/goes on from world\.json at \d{4}-/);
    expect(stdout).not.toContain('The release of this week');
  });
});

describe('commands about a served sandbox', () => {
  test('let time jump, make things go wrong, and say what there is', async () => {
    const user = cliUser();
    const serving = await serve(user, '--speed', '0');
    expect(await jsonOf(user, serving, 'sandbox', 'advance', '90m')).toEqual({
      now: new Date(Date.parse(serving.facts.now) + 5_400_000).toISOString(),
    });
    expect(
      await jsonOf(user, serving, 'sandbox', 'inject', 'throttle', 'service=rds', 'calls=[1,2]'),
    ).toMatchObject({
      fault: { what: 'throttle', service: 'rds', calls: [1, 2] },
    });
    const state = await user.run(['sandbox', 'state'], serving.variables);
    expect(state.stdout).toMatch(
      /^Time[\s\S]+1 {2}throttle service=rds calls=\[1,2\]\n +in force[\s\S]+Group morpheus-prod-app: desired 3, 3 healthy/,
    );
    const named = await user.run(['sandbox', 'state', 'autoScaling'], serving.variables);
    expect(named.stdout).toMatch(/autoScaling fleets: 1\n +morpheus-prod-app\n/);
    const healed = await user.run(['sandbox', 'heal', '1'], serving.variables);
    expect(healed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Ended at \S+: 1 throttle/) });
    expect((await jsonOf(user, serving, 'sandbox', 'state')).faults).toEqual([]);
    expect((await user.run(['sandbox', 'heal'], serving.variables)).stdout).toBe(
      'No fault is in force or to come\n',
    );
    const ec2 = await jsonOf(user, serving, 'sandbox', 'state', 'ec2');
    expect(new Set(ec2.summary.map(({ service }: { service: string }) => service))).toEqual(new Set(['ec2']));
    const full = await jsonOf(user, serving, 'sandbox', 'state', 'ec2', '--full');
    expect(Object.keys(full.resources['us-east-1'].ec2)).toContain('vpcs');
  });

  test('print a runbook.yaml that the tool itself accepts', async () => {
    const user = cliUser();
    const serving = await serve(user);
    await describesItsEnvironments(user, serving);
    const { code, stdout } = await user.run(['config', 'check']);
    expect(code).toBe(0);
    expect(stdout).toContain('runbook.yaml is valid');
    expect(readFileSync(join(user.folder, 'runbook.yaml'), 'utf8')).toContain(serving.facts.url);
  });

  test('name the command that starts one where there is none: exit 2', async () => {
    const user = cliUser();
    const serving = await serve(user);
    await stop(serving);
    const commands = [['advance', '10m'], ['inject', 'throttle'], ['heal'], ['state'], ['config']];
    for (const command of commands) {
      const { code, stderr } = await user.run(['sandbox', ...command, '--url', serving.facts.url]);
      expect(code).toBe(2);
      expect(stderr).toContain('SANDBOX_NOT_RUNNING');
      expect(stderr).toContain('runbook sandbox serve');
    }
  });

  test('refuse what means nothing: exit 2', async () => {
    const user = cliUser();
    const serving = await serve(user);
    const wrong = [
      ['advance', 'soon'],
      ['advance', '9999999d'],
      ['inject', 'throttle', 'service'],
      ['inject', 'throttle', 'a=1', 'a=2'],
      ['heal', '1'],
      ['heal', 'all'],
      ['state', 'ses'],
      ['state', '--url', 'localhost'],
    ];
    for (const command of wrong) {
      const { code, stderr } = await user.run(['sandbox', ...command], serving.variables);
      expect(code, command.join(' ')).toBe(2);
      expect(stderr).toMatch(/✖ [A-Z_]+ /);
    }
  });

  test('say how a span of time is written', async () => {
    const { stderr } = await cliUser().run(['sandbox', 'advance', '10']);
    expect(stderr).toContain('DURATION_INVALID  10 is no duration: write 90s, 10m, 1h30m or 7d');
  });

  test('scenarios are listed without a server, exercises first', async () => {
    const user = cliUser();
    const { code, stdout } = await user.run(['sandbox', 'scenarios']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Exercises[\s\S]*^ {2}bad-ami +The new image[\s\S]*^Free practice/m);
    const listed = JSON.parse((await user.run(['sandbox', 'scenarios', '--json'])).stdout);
    expect(listed).toContainEqual(
      expect.objectContaining({
        id: 'bad-ami',
        title: expect.any(String),
        brief: expect.any(String),
        exercise: expect.objectContaining({ runbook: 'rolling-update' }),
      }),
    );
  });
});

describe('a run against a served sandbox', () => {
  test('succeeds in the time of the server, as a sandbox run: exit 0', async () => {
    const user = cliUser();
    const serving = await serve(user, '--speed', '300');
    await describesItsEnvironments(user, serving);
    const { code, stdout, stderr } = await user.run(rollingUpdate, serving.variables);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ runbook: 'rolling-update', outcome: 'succeeded', mode: 'sandbox' });
    expect(await stop(serving)).toMatchObject({ code: 0, stderr: '' });
  });

  test('that waits where time stands still goes on when somebody lets it jump', async () => {
    const user = cliUser();
    const serving = await serve(user, '--speed', '0');
    await describesItsEnvironments(user, serving);
    const run = user.start(rollingUpdate, serving.variables);
    const over = run.end.then(() => true);
    const live = async (): Promise<string> => (await user.run(['runs', 'show', 'last'])).stdout;
    let shown = await live();
    while (shown === '') shown = await live();
    expect(shown).toMatch(new RegExp(`^■ Under way, process ${run.process.pid} on this machine. So far`));
    expect(shown).not.toMatch(/^Next$/m);
    while (
      !(await Promise.race([
        over,
        user.run(['sandbox', 'advance', '2m'], serving.variables).then(() => false),
      ]))
    );
    const { code, stderr } = await run.end;
    expect(code, stderr).toBe(0);
  });

  test('that failed is taken up again in the same sandbox, and never on AWS', async () => {
    const user = cliUser();
    const serving = await serve(user, '--speed', '300', '--scenario', 'bad-ami');
    await describesItsEnvironments(user, serving);
    const failed = await user.run(
      [...rollingUpdate, '--strategy', 'node-by-node', '--on-failure', 'leave'],
      serving.variables,
    );
    expect(failed.code, failed.stderr).toBe(5);
    const elsewhere = await user.run(['rollback', 'last', '--yes', '--reason', 'x']);
    expect(elsewhere.stderr).toContain('SANDBOX_WORLD_LOST');
    const journal = join(user.state, 'runbook', 'runs', runIdIn(failed.stdout), 'journal.jsonl');
    const asWritten = readFileSync(journal, 'utf8');
    writeFileSync(journal, asWritten.replace('"mode":"sandbox"', '"mode":"live"'));
    const begunOnAws = await user.run(['rollback', 'last', '--yes', '--reason', 'x'], serving.variables);
    expect(begunOnAws).toMatchObject({ code: 8, stderr: expect.stringContaining('RUN_ELSEWHERE') });
    writeFileSync(journal, asWritten);
    const undone = await user.run(['rollback', 'last', '--yes', '--reason', 'x'], serving.variables);
    expect(undone.code, undone.stderr).toBe(0);
  });

  test('whose calls would go to AWS in part is refused: exit 2', async () => {
    const user = cliUser();
    const serving = await serve(user);
    await describesItsEnvironments(user, serving);
    const { code, stdout } = await user.run(rollingUpdate, {
      ...serving.variables,
      AWS_ENDPOINT_URL_AUTO_SCALING: 'https://autoscaling.us-east-1.amazonaws.com',
    });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ENDPOINTS_MIXED' } });
  });
});
