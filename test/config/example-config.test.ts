import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidConfig, parseConfig } from '../../src/config/config-file.ts';
import { exampleConfig } from '../../src/config/example-config.ts';
import { hours, minutes, seconds } from '../../src/duration.ts';

const alarms = ['morpheus-prod-5xx', 'morpheus-prod-unhealthy-hosts', 'morpheus-prod-latency'];

describe('the example', () => {
  it('describes morpheus-prod', () => {
    expect(parseConfig(exampleConfig(), 'runbook.yaml').environments).toEqual([
      {
        name: 'prod',
        account: '111122223333',
        region: 'us-east-1',
        recoveryRegion: 'us-west-2',
        protected: true,
        objectives: { rto: hours(1), rpo: minutes(15), errorRate: 0.1 },
        alarms: { blocking: alarms, stop: alarms, success: alarms },
        components: {
          app: {
            type: 'auto-scaling-group',
            group: 'morpheus-prod-app',
            targetGroup: 'morpheus-prod-app',
            healthUrl: 'https://morpheus.example.com/health',
          },
          database: {
            type: 'aurora-cluster',
            cluster: 'morpheus-prod',
            lagLimit: seconds(1),
            failoverGap: hours(1),
            longestOutage: minutes(2),
          },
        },
        secrets: {},
      },
    ]);
  });

  it('begins with the place of its schema, for editors', () => {
    expect(exampleConfig().split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./schema/runbook.schema.json',
    );
    expect(exampleConfig('../a.json').split('\n')[0]).toBe('# yaml-language-server: $schema=../a.json');
  });
});

describe('any slip of the finger in a key of the example', () => {
  const lines = exampleConfig().split('\n');
  /** Names that the author of the file chooses. */
  const chosen = ['prod', 'app', 'database'];
  const keys = lines.flatMap((line, index) => {
    const key = /^ *([a-zA-Z]+):/.exec(line)?.[1];
    return key === undefined || chosen.includes(key) ? [] : [{ key, index }];
  });
  const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
  const slip = fc.constantFrom('drop', 'add', 'replace', 'swap');
  const siblings: Readonly<Record<string, string>> = { rto: 'rpo', rpo: 'rto' };

  function misspell(key: string, kind: string, at: number, added: string): string {
    const [before, here, after] = [key.slice(0, at), key.slice(at, at + 1), key.slice(at + 1)];
    if (kind === 'drop') return before + after;
    if (kind === 'add') return before + added + here + after;
    if (kind === 'replace') return before + added + after;
    return before + after.slice(0, 1) + here + after.slice(1);
  }

  it('is one problem, in its own line, that suggests the right key', () => {
    expect(keys.map(({ key }) => key)).toEqual([
      ...['environments', 'account', 'region', 'recoveryRegion', 'protected'],
      ...['objectives', 'rto', 'rpo', 'errorRate', 'alarms', 'blocking', 'stop', 'success'],
      ...['components', 'type', 'group', 'targetGroup', 'healthUrl'],
      ...['type', 'cluster', 'longestOutage'],
    ]);
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        slip,
        fc.nat(20),
        letter,
        ({ key, index }, kind, position, added) => {
          const typo = misspell(key, kind, position % key.length, added);
          fc.pre(typo !== key && typo !== siblings[key]);
          const text = lines.with(index, lines[index]?.replace(`${key}:`, `${typo}:`) ?? '').join('\n');
          const problems = problemsIn(text);
          expect(problems).toEqual([
            expect.objectContaining({ line: index + 1, message: `unknown key, did you mean ${key}?` }),
          ]);
          expect(problems[0]?.path.split('.').at(-1)).toBe(typo);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function problemsIn(text: string) {
  try {
    parseConfig(text, 'runbook.yaml');
    return [];
  } catch (error) {
    if (error instanceof InvalidConfig) return error.problems;
    throw error;
  }
}
