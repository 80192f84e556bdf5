import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { outcomes } from '../../src/engine/outcome.ts';
import { UsageError } from '../../src/errors.ts';
import { runbooks } from '../../src/runbooks/index.ts';
import { parseScenario, readScenario, scenarioNames } from '../../src/scenarios/read-scenario.ts';

const folder = 'scenarios';
const names = scenarioNames(folder);

function failure(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('expected a UsageError, nothing was thrown');
}

/** What is said of a file, without the line above and with the name of the file left out. */
const problemsIn = (text: string): readonly string[] =>
  failure(() => parseScenario(text, 'mine.yaml'))
    .message.split('\n')
    .slice(1)
    .map((line) => line.trim().replace('mine.yaml:', ''));

const head = 'title: A title\nstory: A story.\nbrief: A brief.\n';

describe('the scenarios that come with runbook', () => {
  test('are ten or more, a calm one among them', () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(names).toContain('calm');
  });

  test.each(names)('%s is valid, and tells a trainee no more than they should know', (name) => {
    const scenario = readScenario(name, { folder, from: '/' });
    expect(scenario.id).toBe(name);
    expect(scenario.title).not.toMatch(/\.$/);
    for (const text of [scenario.story, scenario.brief]) expect(text).toMatch(/[.!?]$/);
    for (const { what } of scenario.faults) expect(scenario.brief).not.toContain(what);
  });

  test.each(names)('%s has an exercise that can be carried out and judged, or none', (name) => {
    const { exercise, good } = readScenario(name, { folder, from: '/' });
    expect(good === undefined).toBe(exercise === undefined);
    if (exercise === undefined || good === undefined) return;
    const runbook = runbooks.find(({ id }) => id === exercise.runbook);
    expect(runbook?.parameters.safeParse(exercise.parameters).success).toBe(true);
    for (const outcome of good.outcomes) expect(outcomes).toContain(outcome);
  });

  test.each(names)('%s names steps that its procedure has, where they may be skipped', (name) => {
    const { exercise, good } = readScenario(name, { folder, from: '/' });
    if (exercise === undefined || good === undefined) return;
    const runbook = runbooks.find(({ id }) => id === exercise.runbook);
    const steps = runbook?.steps(runbook.parameters.parse(exercise.parameters)).map(({ id }) => id);
    for (const skip of good.skips) expect(steps).toContain(skip);
  });
});

describe('a scenario of the user', () => {
  test('is found by its path, from where the command was typed', () => {
    const from = mkdtempSync(join(tmpdir(), 'runbook-scenario-'));
    onTestFinished(() => rmSync(from, { recursive: true }));
    writeFileSync(join(from, 'mine.yaml'), head);
    expect(readScenario('mine.yaml', { folder, from })).toMatchObject({ id: 'mine', title: 'A title' });
    expect(readScenario('./mine.yaml', { folder, from })).toMatchObject({ seed: 1, faults: [], before: [] });
    expect(failure(() => readScenario('./gone.yaml', { folder, from })).code).toBe('SCENARIO_UNREADABLE');
    expect(failure(() => readScenario('./', { folder, from })).code).toBe('SCENARIO_UNREADABLE');
  });

  test('that is asked for by a name that there is not: what was meant comes first', () => {
    const error = failure(() => readScenario('bad-amy', { folder, from: '/' }));
    expect(error.code).toBe('SCENARIO_UNKNOWN');
    expect(error.message).toMatch(/^There is no scenario "bad-amy". There are: bad-ami, /);
    expect(error.hint).toContain('runbook sandbox scenarios');
  });

  test('that is larger than any scenario is refused unread', () => {
    const from = mkdtempSync(join(tmpdir(), 'runbook-scenario-'));
    onTestFinished(() => rmSync(from, { recursive: true }));
    writeFileSync(join(from, 'huge.yaml'), `# ${'x'.repeat(1_000_001)}\n${head}`);
    expect(failure(() => readScenario('huge.yaml', { folder, from })).message).toContain('larger than 1 MB');
  });

  test('reads spans of time as they are written', () => {
    const { faults, during } = parseScenario(
      `${head}faults:\n  - { what: zone-outage, zone: us-east-1c, from: 12m, lasts: 1h30m }\nduring:\n  - { at: 90s, service: rds, operation: FailoverDBCluster }\n`,
      'mine.yaml',
    );
    expect(faults).toEqual([{ what: 'zone-outage', zone: 'us-east-1c', from: 720_000, lasts: 5_400_000 }]);
    expect(during).toEqual([
      { at: 90_000, by: 'somebody-else', service: 'rds', operation: 'FailoverDBCluster', input: {} },
    ]);
  });
});

describe('a file that is wrong: line, column, key and what to write', () => {
  test.each([
    ['an unknown key', `${head}storry: x\n`, ['4:1 storry: unknown key. Keys that may stand here: ']],
    ['a misspelled key', head.replace('brief', 'breif'), ['3:1 breif: unknown key, did you mean brief?']],
    [
      'an unknown key of a fault',
      `${head}faults:\n  - what: zone-outage\n    zoen: us-east-1a\n`,
      ['6:5 faults[0].zoen: unknown key, did you mean zone?'],
    ],
    [
      'a wrong duration',
      `${head}faults:\n  - what: slow\n    by: 5 minutes\n`,
      ['6:9 faults[0].by: expected a duration such as 90s, 15m or 1h30m; found "5 minutes"'],
    ],
    [
      'an unknown fault',
      `${head}faults:\n  - what: zone-outrage\n    zone: us-east-1a\n`,
      ['5:11 faults[0].what: expected one of 35 names, the nearest is zone-outage; found "zone-outrage"'],
    ],
    [
      'a fault that resembles none',
      `${head}faults:\n  - what: xyzzy-xyzzy-xyzzy\n`,
      ['5:11 faults[0].what: expected one of throttle, 500, 503, '],
    ],
    [
      'an outcome that there is not',
      `${head}good: { outcomes: [rolledback] }\n`,
      ['4:20 good.outcomes[0]: expected one of 9 names, the nearest is rolled-back; found "rolledback"'],
    ],
    ['a fault without what', `${head}faults:\n  - zone: us-east-1a\n`, ['faults[0]']],
    ['a missing key', 'title: x\nstory: y\n', ['1:1 brief: missing: expected text']],
    [
      'a number for text',
      `${head.replace('A title', '12')}`,
      ['1:8 title: expected text; found the number 12. To make it text, write "12" with the quotes'],
    ],
    [
      'an unknown environment',
      `${head}environments: [prod, production]\n`,
      ['4:22 environments[1]: expected prod or dev; found "production"'],
    ],
    ['a duplicate key', `${head}title: again\n`, ['4:1 title: duplicate key: it already stands in line 1']],
    ['an empty file', '', ['1:1']],
    ['a list', '- a\n- b\n', ['1:1 expected a mapping']],
    ['no YAML', 'title: "never closed\n', ['']],
  ])('%s', (_, text, expected) => {
    const said = problemsIn(text);
    expect(said.length).toBeGreaterThanOrEqual(expected.length);
    for (const [index, start] of expected.entries()) expect(said[index]).toContain(start);
    for (const line of said) expect(line).toMatch(/^\d+:\d+ /);
  });

  test('every problem is told, in the order of the file, with a hint', () => {
    const error = failure(() => parseScenario('title: x\nseed: -1\nfaults: 3\n', 'mine.yaml'));
    expect(error.code).toBe('SCENARIO_INVALID');
    expect(error.message.split('\n')[0]).toBe('mine.yaml has 4 problems:');
    const lines = [...error.message.matchAll(/mine\.yaml:(\d+):/g)].map(([, line]) => Number(line));
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    expect(error.hint).toContain('docs/scenarios.md');
  });

  test('an unknown key names those that may stand there', () => {
    expect(problemsIn(`${head}xyzzy: 1\n`)[0]).toContain('Keys that may stand here: $schema, title, story');
  });
});

describe('what is good', () => {
  test('is success without any advice where a file says no more', () => {
    expect(parseScenario(`${head}good: {}\n`, 'mine.yaml').good).toEqual({
      outcomes: ['succeeded'],
      downtime: 0,
      skips: [],
      advice: [],
    });
  });
});

describe('docs/scenarios.md', () => {
  const page = readFileSync('docs/scenarios.md', 'utf8');
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

  test('has an example that is a whole scenario', () => {
    expect(examples.filter((text) => text.startsWith('title:')).length).toBeGreaterThan(0);
  });

  test.each(examples)('has examples that are right: %#', (text) => {
    const whole = /^title:/m.test(text) ? text : `${head}${text}`;
    expect(() => parseScenario(whole, 'example.yaml')).not.toThrow();
  });
});
