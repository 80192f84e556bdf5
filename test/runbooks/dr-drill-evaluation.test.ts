import { describe, expect, test } from 'vitest';
import { minutes } from '../../src/duration.ts';
import { environmentSchema } from '../../src/environment.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import { areas, asAlways, doubts, evaluateOnly, evaluating, foundIn } from '../helpers/evaluation.ts';
import { resumeFrom, runIn } from '../helpers/sandbox-run.ts';

const morpheusProd = environmentSchema.parse(morpheusProdEnvironment);

describe('an evaluation', () => {
  test('finds a stack that could be rebuilt, and writes nothing', async () => {
    const run = await evaluating();
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(doubts(run)).toEqual(asAlways);
    expect(run.writes).toEqual([]);
    expect(run.events.some((event) => event.type === 'aws-called' && event.write)).toBe(false);
    for (const area of areas) {
      expect(foundIn(run, area).length, area).toBeGreaterThan(0);
      for (const finding of foundIn(run, area))
        expect(finding.toDo === undefined, finding.subject).toBe(finding.verdict === 'pass');
    }
  });

  test('says which record the renewal of the certificate waits for', async () => {
    const certificate = foundIn(await evaluating(), 'entrance').find(
      ({ subject }) => subject === 'certificate',
    );
    expect(certificate?.fact).toBe('it ends in 16 days, and its renewal is PENDING_VALIDATION');
    expect(certificate?.toDo).toMatch(
      /record _1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a\.recovery\.example\.com\. CNAME _9a8b/,
    );
  });

  test('a dry run finds the same', async () => {
    const rehearsed = await runIn(evaluateOnly, true);
    expect(rehearsed.end.outcome).toBe('succeeded');
    expect(rehearsed.writes).toEqual([]);
    expect(doubts(rehearsed)).toEqual(asAlways);
  });

  test('stopped after every line that it does not only inform with, and resumed, it finds the same', async () => {
    const whole = await evaluating(undefined, { keepMoments: true });
    const moments = whole.moments.filter(({ events }) => events.at(-1)?.type !== 'aws-called').slice(0, -1);
    expect(moments.length).toBeGreaterThan(areas.length);
    for (const moment of moments) {
      const resumed = await resumeFrom(moment, evaluateOnly);
      const where = JSON.stringify(moment.events.at(-1));
      expect(resumed.end.outcome, where).toBe('succeeded');
      expect(resumed.writes, where).toEqual([]);
      expect(doubts(resumed), where).toEqual(asAlways);
    }
  });

  test('works where the home Region does not answer, and says what it could not compare', async () => {
    const run = await evaluating(undefined, {
      prepare: (sandbox) => {
        for (const service of ['sts', 'ssm', 'secrets-manager', 'auto-scaling'])
          sandbox.inject({ what: '503', service, region: 'us-east-1', lasts: minutes(600) });
      },
    });
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(doubts(run)).toMatchObject({
      ...asAlways,
      'nodes / release': 'warn',
      'configuration / /morpheus/prod/app/release': 'warn',
      'configuration / endpoints': 'warn',
      'configuration / morpheus/prod/queue': 'warn',
    });
  });

  test('works where us-east-1 is lost, from which IAM and Route 53 are administered', async () => {
    const run = await evaluating(undefined, {
      prepare: (sandbox) => {
        for (const service of ['iam', 'route-53'])
          sandbox.inject({ what: '503', service, lasts: minutes(600) });
      },
    });
    expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
    expect(doubts(run)).toMatchObject({
      'nodes / instance profile': 'warn',
      'entrance / records': 'warn',
      'permissions / permissions': 'warn',
    });
  });

  test('one thing that AWS does not tell keeps nothing else from being seen', async () => {
    const run = await evaluating(undefined, {
      prepare: (sandbox) =>
        sandbox.inject({
          what: 'access-denied',
          service: 'acm',
          operation: 'DescribeCertificate',
          lasts: minutes(600),
        }),
    });
    expect(run.end.state.error?.code).toBe('FINDINGS_FAIL');
    expect(doubts(run)).toEqual({ ...asAlways, 'entrance / certificate': 'fail' });
    expect(foundIn(run, 'entrance').find(({ subject }) => subject === 'certificate')?.fact).toMatch(
      /^not known: AWS does not allow acm:DescribeCertificate/,
    );
  });

  test('what is encrypted is not read, and what no command restores comes up empty', async () => {
    const { queue, ...others } = morpheusProd.components;
    if (queue?.type !== 'broker' || queue.recovery === undefined) throw new Error('no broker');
    const { definitions: _, ...recovery } = queue.recovery;
    const run = await evaluating(
      (there) => {
        for (const parameter of there.systemsManager.parameters)
          if (parameter.Name.endsWith('/release'))
            Object.assign(parameter, { Type: 'SecureString', Value: 'x' });
      },
      { environment: { components: { ...others, queue: { ...queue, recovery } } } },
    );
    expect(doubts(run)).toEqual({
      ...asAlways,
      'data / queue: definitions': 'warn',
      'configuration / /morpheus/prod/app/release': 'warn',
    });
  });

  test('credentials that AWS does not accept end it, instead of filling its tables', async () => {
    const run = await evaluating(undefined, {
      prepare: (sandbox) =>
        sandbox.inject({ what: 'expired-credentials', service: 'backup', lasts: minutes(600) }),
    });
    expect(run.end.state.error?.code).not.toBe('FINDINGS_FAIL');
    expect(foundIn(run, 'nodes')).toEqual([]);
  });

  test('a caller that may not simulate its policies is told so, and fails nothing', async () => {
    const run = await evaluating(undefined, {
      prepare: (sandbox) =>
        sandbox.inject({
          what: 'access-denied',
          service: 'iam',
          operation: 'Simulate*',
          lasts: minutes(600),
        }),
    });
    expect(run.end.outcome).toBe('succeeded');
    expect(doubts(run)).toEqual({ ...asAlways, 'permissions / permissions': 'warn' });
  });
});
