import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Scorecard, ScoreLine } from '../../src/reports/scorecard.ts';
import { type CliEnd, type CliUser, cliUser } from '../helpers/cli.ts';

const flags = ['--yes', '--reason', 'a test'];

const cardIn = ({ stdout }: CliEnd): Scorecard & { outcome: string } => JSON.parse(stdout).scorecard;
const lineOf = ({ lines }: Scorecard, about: ScoreLine['about']) =>
  lines.find((line) => line.about === about);

function runFolder(user: CliUser): string {
  const runs = join(user.state, 'runbook', 'runs');
  return join(runs, readdirSync(runs)[0] ?? '');
}

describe('runbook train', () => {
  test('solved by rolling back: exit 0; briefing, run, story, scorecard and advice in this order', async () => {
    const { code, stdout, stderr } = await cliUser().run(['train', 'bad-ami', ...flags]);
    expect(code, stderr).toBe(0);
    const parts = [
      'Exercise: ',
      'The release of this week is in launch template version 3.',
      'To look around',
      'Rolled back: no change is left in place',
      'What really happened',
      'Scorecard of bad-ami',
      'Result: good',
      'What a good operator does here',
    ];
    const places = parts.map((part) => stdout.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('the title of the scenario, which gives it away, comes with the story', async () => {
    const { stdout } = await cliUser().run(['train', 'bad-ami', ...flags]);
    expect(stdout).toContain('Exercise: Rolling update of app nodes');
    expect(stdout.indexOf('The new image never gets healthy')).toBeGreaterThan(
      stdout.indexOf('What really happened'),
    );
  });

  test('the example of docs/scenarios.md can be solved without a fault', async () => {
    const user = cliUser();
    const examples = readFileSync('docs/scenarios.md', 'utf8').matchAll(/```yaml\n(title:[\s\S]*?)```/g);
    const [[, text = ''] = []] = examples;
    writeFileSync(join(user.folder, 'example.yaml'), text);
    const end = await user.run(['train', './example.yaml', ...flags, '--json']);
    expect(end.code, end.stderr).toBe(0);
    expect(cardIn(end)).toMatchObject({ outcome: 'rolled-back', solved: true, result: 'good' });
  });

  test('what is left in place is a debt: exit 5, and the scorecard says so', async () => {
    const { code, stdout } = await cliUser().run([
      'train',
      'stop-alarm',
      ...flags,
      '--on-failure',
      'leave',
      '--json',
    ]);
    expect(code).toBe(5);
    const card = cardIn({ code, stdout, stderr: '' });
    expect(card).toMatchObject({ outcome: 'failed-with-changes', solved: false, result: 'wrong' });
    expect(lineOf(card, 'debts')).toMatchObject({ verdict: 'wrong', fact: '1 change still in place' });
    expect(lineOf(card, 'outcome')?.verdict).toBe('wrong');
    expect(lineOf(card, 'downtime')?.verdict).toBe('wrong');
    expect(card.failedRequests).toBeGreaterThan(0);
  });

  test('the same exercise, undone at once, is good: what could not be helped is forgiven', async () => {
    const end = await cliUser().run(['train', 'stop-alarm', ...flags, '--json']);
    expect(end.code).toBe(0);
    const card = cardIn(end);
    expect(card).toMatchObject({ outcome: 'rolled-back', solved: true, result: 'good' });
    expect(card.outages).toMatchObject([{ what: 'requests-failing', over: true }]);
  });

  test('the same flags give the same scorecard but for ids', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(async () => cardIn(await cliUser().run(['train', 'stop-alarm', ...flags, '--json']))),
    );
    expect({ ...one, runId: '' }).toEqual({ ...other, runId: '' });
  });

  test('succeeding where that was wrong is a failed exercise: exit 4', async () => {
    const user = cliUser();
    writeFileSync(
      join(user.folder, 'trap.yaml'),
      [
        'title: A change freeze',
        'story: The window was closed.',
        'brief: Bring the fleet to the newest version.',
        'exercise: { runbook: rolling-update }',
        'good: { outcomes: [declined], advice: [Ask whether the window is open.] }',
      ].join('\n'),
    );
    const end = await user.run(['train', 'trap.yaml', ...flags, '--json']);
    expect(end.code).toBe(4);
    expect(cardIn(end)).toMatchObject({ scenario: 'trap', outcome: 'succeeded', solved: false });
    expect((await user.run(['train', './trap.yaml'])).code).toBe(0);
  });

  test('is a run like any other, with a mark: listed, and shown with its scorecard', async () => {
    const user = cliUser();
    await user.run(['train', 'bad-ami', ...flags]);
    const folder = runFolder(user);
    expect(readdirSync(folder).toSorted()).toEqual(['exercise.json', 'journal.jsonl', 'sandbox-world.json']);
    expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8')).not.toContain('bad-ami');
    expect((await user.run(['runs'])).stdout).toContain('exercise bad-ami');
    const listed = JSON.parse((await user.run(['runs', '--json'])).stdout);
    expect(listed.runs).toMatchObject([{ exercise: 'bad-ami', mode: 'sandbox' }]);
    expect((await user.run(['runs', 'show', 'last'])).stdout).toContain('Scorecard of bad-ami');
    const shown = JSON.parse((await user.run(['runs', 'show', 'last', '--json'])).stdout);
    expect(shown.scorecard).toMatchObject({ scenario: 'bad-ami', result: 'good' });
  });
});

describe('an exercise that cannot begin: exit 2, and no run', () => {
  test.each([
    [['train', 'stale-pool', ...flags], 'SCENARIO_WITHOUT_EXERCISE', 'runbook sandbox serve --scenario'],
    [['train', 'bad-amy', ...flags], 'SCENARIO_UNKNOWN', 'bad-ami'],
    [['train', './gone.yaml', ...flags], 'SCENARIO_UNREADABLE', 'gone.yaml'],
    [['train', 'bad-ami', '--yes'], 'REASON_MISSING', '--reason'],
    [['train', 'bad-ami', ...flags, '--pace', '0'], 'PACE_INVALID', '--pace 60'],
    [['train', 'wrong-parameters.yaml', ...flags], 'SCENARIO_INVALID', 'exercise.parameters.canary'],
    [['train', 'wrong-runbook.yaml', ...flags], 'SCENARIO_INVALID', 'did you mean rolling-update?'],
    [
      ['train', './free.yaml', ...flags],
      'SCENARIO_WITHOUT_EXERCISE',
      'runbook sandbox serve --scenario ./free.yaml',
    ],
  ])('%s', async (line, errorCode, hint) => {
    const user = cliUser();
    const head = 'title: a\nstory: b\nbrief: c\n';
    const exercise = (text: string) => `${head}exercise: ${text}\n`;
    writeFileSync(
      join(user.folder, 'wrong-parameters.yaml'),
      exercise('{ runbook: rolling-update, parameters: { canary: many } }'),
    );
    writeFileSync(join(user.folder, 'wrong-runbook.yaml'), exercise('{ runbook: rolling-updates }'));
    writeFileSync(join(user.folder, 'free.yaml'), head);
    const { code, stderr } = await user.run(line);
    expect(stderr).toContain(errorCode);
    expect(stderr.replace(/\s+/g, ' ')).toContain(hint);
    expect(code).toBe(2);
    expect(() => runFolder(user)).toThrow();
  });
});
