import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import * as z from 'zod';
import { environmentNamed, InvalidConfig, loadConfig, parseConfig } from '../../src/config/config-file.ts';
import { configSchema } from '../../src/config/config-schema.ts';
import { exampleConfig } from '../../src/config/example-config.ts';
import { formatExactDuration } from '../../src/duration.ts';
import { UsageError } from '../../src/errors.ts';

function failure(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('expected a UsageError, nothing was thrown');
}

const problemsIn = (text: string) => {
  const error = failure(() => parseConfig(text, 'runbook.yaml'));
  expect(error).toBeInstanceOf(InvalidConfig);
  return error.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
};

const environment = (lines: string) =>
  `environments:\n  prod:\n    account: "111122223333"\n    region: us-east-1\n${lines}`;

describe('loadConfig', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runbook-config-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('finds runbook.yaml in the folder itself', () => {
    writeFileSync(join(folder, 'runbook.yaml'), exampleConfig());
    expect(loadConfig({ from: folder })).toMatchObject({
      file: 'runbook.yaml',
      environments: [{ name: 'prod' }],
    });
  });

  it('finds the nearest one above the folder, and names it as seen from there', () => {
    const deep = join(folder, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(folder, 'runbook.yaml'), 'environments: nonsense');
    writeFileSync(join(folder, 'a', 'runbook.yaml'), exampleConfig());
    expect(loadConfig({ from: deep }).file).toBe('../runbook.yaml');
  });

  it('reads the given file instead, relative to the folder', () => {
    writeFileSync(join(folder, 'runbook.yaml'), 'environments: nonsense');
    writeFileSync(join(folder, 'other.yaml'), exampleConfig());
    expect(loadConfig({ path: 'other.yaml', from: folder }).file).toBe('other.yaml');
    expect(loadConfig({ path: join(folder, 'other.yaml'), from: '/' }).environments).toHaveLength(1);
  });

  it('says where it looked, and how to begin, where there is none', () => {
    const error = failure(() => loadConfig({ from: folder }));
    expect(error.code).toBe('CONFIG_NOT_FOUND');
    expect(error.message).toContain(folder);
    expect(error.hint).toContain('runbook config init');
  });

  it('says which given file does not exist', () => {
    const error = failure(() => loadConfig({ path: 'missing.yaml', from: folder }));
    expect(error.code).toBe('CONFIG_NOT_FOUND');
    expect(error.message).toContain(
      `missing.yaml does not exist (looked for ${join(folder, 'missing.yaml')})`,
    );
  });

  it('says why a file cannot be read', () => {
    mkdirSync(join(folder, 'runbook.yaml'));
    const error = failure(() => loadConfig({ from: folder }));
    expect(error).toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: 'runbook.yaml cannot be read: it is a folder, not a file.',
    });
  });

  it.each([
    ['runbook.yaml', 'a link that leads back to itself'],
    ['elsewhere.yaml', 'a link to a file that does not exist'],
  ])('does not pass over a link that leads nowhere (to %s)', (target, why) => {
    const deep = join(folder, 'deep');
    mkdirSync(deep);
    writeFileSync(join(folder, 'runbook.yaml'), exampleConfig());
    symlinkSync(target, join(deep, 'runbook.yaml'));
    expect(failure(() => loadConfig({ from: deep }))).toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: `runbook.yaml cannot be read: it is ${why}.`,
    });
  });

  it('repeats --config in the command that checks a file again', () => {
    writeFileSync(join(folder, 'other.yaml'), 'environments: {}');
    expect(failure(() => loadConfig({ path: 'other.yaml', from: folder })).hint).toContain(
      'runbook config check --config other.yaml',
    );
  });
});

describe('environmentNamed', () => {
  const config = {
    file: 'runbook.yaml',
    environments: ['staging', 'demo', 'prod'].flatMap((name) =>
      parseConfig(exampleConfig(), 'x').environments.map((found) => ({ ...found, name })),
    ),
  };

  it('is the environment of that name', () => {
    expect(environmentNamed(config, 'demo').name).toBe('demo');
  });

  it('lists the names, the nearest first, for any other', () => {
    const error = failure(() => environmentNamed(config, 'prdo'));
    expect(error).toMatchObject({
      code: 'ENVIRONMENT_UNKNOWN',
      message: 'runbook.yaml describes no environment "prdo". It describes: prod, demo, staging.',
      hint: 'Did you mean: --env prod',
    });
  });

  it('suggests none where none resembles it', () => {
    expect(failure(() => environmentNamed(config, 'xyz')).hint).toContain('Choose one of them');
  });

  it('does not take what every object has for an environment', () => {
    expect(failure(() => environmentNamed(config, 'constructor')).code).toBe('ENVIRONMENT_UNKNOWN');
  });
});

describe('a file that is not as it should be', () => {
  it.each(['', '\n\n', '# only a comment\n', '---\n', '~'])('%j is empty', (text) => {
    expect(failure(() => parseConfig(text, 'runbook.yaml')).code).toBe('CONFIG_EMPTY');
  });

  it.each([
    ['a tab', 'environments:\n\tprod: {}', 'runbook.yaml:2:1 Tabs are not allowed as indentation'],
    ['an open quote', 'environments: "x', 'runbook.yaml:1:17 Missing closing "quote'],
    [
      'two documents',
      'environments: {}\n---\nenvironments: {}',
      'runbook.yaml:2:1 Source contains multiple documents; please use YAML.parseAllDocuments()',
    ],
    [
      'an unknown tag',
      environment('    profile: !Ref x\n    components: {}'),
      'runbook.yaml:5:14 Unresolved tag: !Ref',
    ],
    ['a list', '- environments', 'runbook.yaml:1:1 expected a mapping (lines of "key: value"); found a list'],
    [
      'no environment',
      'environments: {}',
      'runbook.yaml:1:15 environments: expected at least one environment; found an empty mapping',
    ],
    [
      'a name that YAML takes for an alias',
      environment('    alarms: { stop: [ *5xx ] }\n    components: {}'),
      'runbook.yaml:5:23 environments.prod.alarms.stop[0]: *5xx refers to an anchor &5xx that is not there. A value that begins with * needs quotes',
    ],
    [
      'a duplicate key',
      environment('    components: {}\n    region: us-west-2'),
      'runbook.yaml:6:5 environments.prod.region: duplicate key: it already stands in line 4',
    ],
    [
      'a missing key',
      'environments:\n  prod:\n    region: us-east-1\n    components: {}',
      'runbook.yaml:2:3 environments.prod.account: missing: expected an AWS account id of 12 digits, in quotes',
    ],
    [
      'an unknown key that resembles none',
      environment('    components: {}\n    colour: red'),
      'runbook.yaml:6:5 environments.prod.colour: unknown key. Keys that may stand here: account, region, recoveryRegion, profile, protected, objectives, alarms, recovery, prices, components, secrets',
    ],
    [
      'a number as a duration',
      environment('    objectives: { rto: 60 }\n    components: {}'),
      'runbook.yaml:5:24 environments.prod.objectives.rto: expected a duration such as 90s, 15m or 1h30m; found the number 60',
    ],
    [
      'a duration that nobody means',
      environment('    objectives: { rto: 999999999999d }\n    components: {}'),
      'runbook.yaml:5:24 environments.prod.objectives.rto: expected at most 7d; found "999999999999d"',
    ],
    [
      'a text that is no duration',
      environment('    objectives: { rto: soon }\n    components: {}'),
      'runbook.yaml:5:24 environments.prod.objectives.rto: expected a duration such as 90s, 15m or 1h30m; found "soon"',
    ],
    [
      'too large a number',
      environment('    objectives: { errorRate: 101 }\n    components: {}'),
      'runbook.yaml:5:30 environments.prod.objectives.errorRate: expected at most 100; found the number 101',
    ],
    [
      'one name instead of a list',
      environment('    alarms:\n      stop: morpheus-prod-5xx\n    components: {}'),
      'runbook.yaml:6:13 environments.prod.alarms.stop: expected a list; found "morpheus-prod-5xx"',
    ],
    [
      'YAML 1.1 words for true',
      environment('    protected: yes\n    components: {}'),
      'runbook.yaml:5:16 environments.prod.protected: expected true or false; found "yes"',
    ],
    [
      'an unknown component type',
      environment('    components:\n      app: { type: asg, group: x, targetGroup: x }'),
      'runbook.yaml:6:20 environments.prod.components.app.type: expected one of auto-scaling-group, aurora-cluster, file-system, broker, search-domain, ebs-volumes, rds-instance; found "asg"',
    ],
    [
      'a component without a type',
      environment('    components:\n      app: { group: x, targetGroup: x }'),
      'runbook.yaml:6:7 environments.prod.components.app.type: missing: expected one of auto-scaling-group, aurora-cluster, file-system, broker, search-domain, ebs-volumes, rds-instance',
    ],
    [
      'a component name with capitals',
      environment('    components:\n      App: { type: auto-scaling-group, group: x, targetGroup: x }'),
      'runbook.yaml:6:7 environments.prod.components.App: expected a name such as app; found the name "App"',
    ],
    [
      'an address of another kind',
      environment(
        '    components:\n      app: { type: auto-scaling-group, group: x, targetGroup: x, healthUrl: app.example.com }',
      ),
      'runbook.yaml:6:77 environments.prod.components.app.healthUrl: expected an address such as https://morpheus.example.com/health; found "app.example.com"',
    ],
    [
      'a value still to be filled in',
      environment(
        '    components:\n      app:\n        type: auto-scaling-group\n        group: x\n        targetGroup: # TODO: look it up',
      ),
      'runbook.yaml:9:22 environments.prod.components.app.targetGroup: expected text; found nothing. TODO: look it up',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemsIn(text)).toEqual([problem]);
  });

  it.each(['012345678901', '111122223333'])('asks to put the account id %s into quotes', (account) => {
    expect(
      problemsIn(
        `environments:\n  prod:\n    account: ${account}\n    region: us-east-1\n    components: {}`,
      ),
    ).toEqual([
      `runbook.yaml:3:14 environments.prod.account: expected an AWS account id of 12 digits, in quotes; found the number ${account}. To make it text, write "${account}" with the quotes`,
    ]);
  });

  it('tells all problems at once, in the order of the file', () => {
    const text = environment(
      '    protect: true\n    components:\n      app: { type: auto-scaling-group, grup: x }\n  staging: {}\n  prod: {}',
    );
    expect(problemsIn(text).map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual([
      'runbook.yaml:8:3 environments.staging.account:',
      'runbook.yaml:8:3 environments.staging.region:',
      'runbook.yaml:8:3 environments.staging.components:',
      'runbook.yaml:9:3 environments.prod:',
      'runbook.yaml:9:3 environments.prod.account:',
      'runbook.yaml:9:3 environments.prod.region:',
      'runbook.yaml:9:3 environments.prod.components:',
    ]);
    expect(problemsIn(text.replace('\n  prod: {}', '')).map((problem) => problem.split(' ')[1])).toEqual([
      'environments.prod.protect:',
      'environments.prod.components.app.targetGroup:',
      'environments.prod.components.app.grup:',
      'environments.staging.account:',
      'environments.staging.region:',
      'environments.staging.components:',
    ]);
  });

  it('finds its way through anchors and aliases', () => {
    const text = environment(
      '    components:\n      a: &fleet { type: auto-scaling-group, group: x, targetGroup: 5 }\n      b: *fleet',
    );
    expect(problemsIn(text)).toEqual([
      expect.stringContaining(
        'runbook.yaml:6:68 environments.prod.components.a.targetGroup: expected text; found the number 5',
      ),
      expect.stringContaining(
        'runbook.yaml:6:68 environments.prod.components.b.targetGroup: expected text; found the number 5',
      ),
    ]);
  });

  it('says what to type next', () => {
    expect(failure(() => parseConfig('environments: {}', 'runbook.yaml')).hint).toContain(
      'runbook config check',
    );
  });
});

describe('every valid file', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  const region = fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1', 'ap-southeast-2');
  const span = fc.nat(7 * 86_400_000).map(formatExactDuration);
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const defined = <T extends object>(shape: T) =>
    Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
  const fleet = fc
    .record({
      type: fc.constant('auto-scaling-group'),
      group: text,
      targetGroup: text,
      healthUrl: optional(fc.webUrl({ validSchemes: ['http', 'https'] })),
    })
    .map(defined);
  const settings = fc
    .record({
      account: fc.stringMatching(/^[0-9]{12}$/),
      region,
      recoveryRegion: optional(region),
      profile: optional(text),
      protected: optional(fc.boolean()),
      objectives: optional(
        fc
          .record({
            rto: optional(span),
            rpo: optional(span),
            errorRate: optional(fc.double({ min: 0, max: 100, noNaN: true })),
          })
          .map(defined),
      ),
      alarms: optional(
        fc
          .record({
            blocking: optional(fc.array(text)),
            stop: optional(fc.array(text)),
            success: optional(fc.array(text)),
          })
          .map(defined),
      ),
      components: fc.dictionary(name, fleet, { maxKeys: 3 }),
    })
    .map(defined);
  const file = fc.record({ environments: fc.dictionary(name, settings, { minKeys: 1, maxKeys: 3 }) });

  it('says in YAML what it says as data, and comes back the same when written from what was read', () => {
    fc.assert(
      fc.property(file, (data) => {
        const read = parseConfig(stringify(data), 'runbook.yaml').environments;
        const expected = configSchema.parse(data);
        expect(read).toEqual(
          Object.entries(expected.environments).map(([key, value]) => ({ ...value, name: key })),
        );
        expect(parseConfig(stringify(z.encode(configSchema, expected)), 'runbook.yaml').environments).toEqual(
          read,
        );
      }),
      { numRuns: 150 },
    );
  });
});
