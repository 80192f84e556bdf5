import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cliUser } from '../helpers/cli.ts';

describe('commands that only tell', () => {
  test('list names every runbook and what it is for', async () => {
    const { code, stdout } = await cliUser().run(['list']);
    expect(code).toBe(0);
    expect(stdout).toContain('rolling-update');
    expect(stdout).toContain('without the service noticing');
  });

  test('show prints both lists of steps, how changes are undone, and the IAM actions', async () => {
    const { code, stdout } = await cliUser().run(['show', 'rolling-update']);
    expect(code).toBe(0);
    expect(stdout).toContain('Start an instance refresh to the new version');
    expect(stdout).toContain('Suspend AZRebalance');
    expect(stdout).toContain('autoscaling:StartInstanceRefresh');
  });

  test('runs begins empty, then lists each run with how it ended', async () => {
    const user = cliUser();
    expect((await user.run(['runs'])).stdout).toContain('No runs yet');
    await user.run(['run', 'rolling-update', '--sandbox', '--dry-run']);
    await user.run(['run', 'rolling-update', '--sandbox']);
    const { code, stdout } = await user.run(['runs', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toMatchObject([
      { mode: 'rehearsal', outcome: 'succeeded' },
      { mode: 'sandbox', outcome: 'declined' },
    ]);
    const shown = await user.run(['runs', 'show', 'last']);
    expect(shown.stdout).toContain('Declined');
  });

  test('a journal that cannot be read is named, and hides no other run', async () => {
    const user = cliUser();
    await user.run(['run', 'rolling-update', '--sandbox']);
    const { runs } = JSON.parse((await user.run(['runs', '--json'])).stdout);
    const journal = join(user.state, 'runbook', 'runs', runs[0].runId, 'journal.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('"version":1', '"version":99'));
    const { code, stderr } = await user.run(['runs']);
    expect(code).toBe(0);
    expect(stderr).toContain('version 99');
    const shown = await user.run(['runs', 'show', 'last']);
    expect(shown.code).toBe(4);
    expect(shown.stderr).toContain('JOURNAL_VERSION_UNKNOWN');
  });

  test.each([
    ['--version'],
    ['--help'],
    ['run', '--help'],
    ['run', 'rolling-update', '--help'],
    ['config', 'check', '--help'],
  ])('runbook %s %s %s', async (...command) => {
    const { code, stdout, stderr } = await cliUser().run(command.filter((word) => word !== undefined));
    expect(code, stderr).toBe(0);
    expect(stdout).not.toBe('');
    expect(stderr).toBe('');
  });

  test('an unknown command is wrong usage', async () => {
    const { code, stderr } = await cliUser().run(['rollbak', 'last']);
    expect(code).toBe(2);
    expect(stderr).toContain('rollbak');
  });
});

describe('the configuration', () => {
  test('init writes an example that check finds valid, and never overwrites', async () => {
    const user = cliUser();
    expect((await user.run(['config', 'init'])).code).toBe(0);
    const written = readFileSync(join(user.folder, 'runbook.yaml'), 'utf8');
    const check = await user.run(['config', 'check']);
    expect(check.code, check.stderr).toBe(0);
    expect(check.stdout).toContain('morpheus-prod-app');
    const again = await user.run(['config', 'init']);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('CONFIG_EXISTS');
    expect(readFileSync(join(user.folder, 'runbook.yaml'), 'utf8')).toBe(written);
  });

  test('check names file, line and the nearest valid key', async () => {
    const user = cliUser();
    await user.run(['config', 'init']);
    const file = join(user.folder, 'runbook.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^( +)targetGroup:/m, '$1targetgroop:'));
    const { code, stderr } = await user.run(['config', 'check']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/runbook\.yaml:\d+:\d+/);
    expect(stderr).toContain('targetGroup');
  });

  test('init --from-terraform says what is wrong with what it was given', async () => {
    const user = cliUser();
    writeFileSync(join(user.folder, 'outputs.json'), '{"oops"');
    const { code, stderr } = await user.run(['config', 'init', '--from-terraform', 'outputs.json']);
    expect(code).toBe(2);
    expect(stderr).toContain('TERRAFORM_NOT_JSON');
  });
});
