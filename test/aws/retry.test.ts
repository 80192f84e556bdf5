import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeImage } from '../../src/aws/ec2.ts';
import { AwsCallError, Interrupted } from '../../src/errors.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { type CannedAnswer, cannedAws, ec2Answer, ec2Error } from './canned-aws.ts';

const ok = ec2Answer('DescribeImages', '<imagesSet/>');
const throttled = ec2Error('RequestLimitExceeded', 'Request limit exceeded.', 503);
const broken = ec2Error('InternalError', 'An internal error has occurred', 500);
const cutOff = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
const denied = ec2Error('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403);

/** Answers with the list, and with success after it. */
const script = (answers: readonly CannedAnswer[], options: Parameters<typeof cannedAws>[1] = {}) =>
  cannedAws((_request, nth) => answers[nth] ?? ok, options);

const times = (count: number, answer: CannedAnswer) => Array<CannedAnswer>(count).fill(answer);

let realTimers: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  realTimers = vi.spyOn(globalThis, 'setTimeout');
});
afterEach(() => {
  expect(realTimers).not.toHaveBeenCalled();
  realTimers.mockRestore();
});

describe('retries', () => {
  it('wait on the clock, twice as long each time, at most 20 s', async () => {
    const aws = script(times(7, throttled), { random: () => 1 });
    await describeImage(aws.reading(describeImage), 'ami-1');
    expect(aws.clock.sleeps).toEqual([1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
    expect(aws.records).toMatchObject([{ attempts: 8 }]);
    expect(aws.records[0]).not.toHaveProperty('error');
  });

  it('wait a random part of that, by the injected randomness', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(broken, cutOff), { maxLength: 7 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (failures, stream) => {
          const drawn: number[] = [];
          const random = () => {
            const { value } = stream.next();
            drawn.push(value);
            return value;
          };
          const aws = script(failures, { random });
          await describeImage(aws.reading(describeImage), 'ami-1');
          expect(aws.clock.sleeps).toEqual(
            drawn.map((part, nth) => Math.floor(part * Math.min(200 * 2 ** nth, 20_000))),
          );
          expect(aws.sent).toHaveLength(failures.length + 1);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    ['throttling', throttled, 12],
    ['a fault of AWS', broken, 8],
    ['a lost connection', cutOff, 8],
  ])('give up on %s in the end', async (_what, answer, attempts) => {
    const aws = script(times(50, answer));
    const failed = describeImage(aws.reading(describeImage), 'ami-1');
    await expect(failed).rejects.toThrow(AwsCallError);
    await expect(failed).rejects.toMatchObject({
      transient: true,
      message: expect.stringContaining(`after ${attempts} attempts`),
    });
    expect(aws.sent).toHaveLength(attempts);
    expect(aws.records).toMatchObject([{ attempts }]);
  });

  it('ride out at least a minute of throttling, for the average roll of the dice', async () => {
    const clock = fakeClock();
    const start = clock.now().getTime();
    const aws = cannedAws(() => (clock.now().getTime() - start < 60_000 ? throttled : ok), { clock });
    await describeImage(aws.reading(describeImage), 'ami-1');
    expect(aws.records).toHaveLength(1);
  });

  it('do not begin for an error that another attempt cannot mend', async () => {
    const aws = script([denied]);
    await expect(describeImage(aws.reading(describeImage), 'ami-1')).rejects.toMatchObject({
      transient: false,
    });
    expect([aws.sent.length, aws.clock.sleeps]).toEqual([1, []]);
  });

  it('stop at the bound that the session sets', async () => {
    const aws = script(times(50, throttled), { maxAttempts: 3 });
    await expect(describeImage(aws.reading(describeImage), 'ami-1')).rejects.toThrow(/after 3 attempts/);
    expect(aws.sent).toHaveLength(3);
  });

  it.each([
    ['retry-after', '7', 7000],
    ['Retry-After', '600', 60_000],
    ['x-amz-retry-after', '1500', 1500],
    ['retry-after', 'Sun, 01 Mar 2026 03:00:07 GMT', 0],
  ])('wait as long as the answer asks for by %s: %s', async (header, value, expected) => {
    const aws = script([{ status: 503, headers: { [header]: value } }], { random: () => 0 });
    await describeImage(aws.reading(describeImage), 'ami-1');
    expect(aws.clock.sleeps).toEqual([expected]);
  });

  it('announce the attempt to AWS', async () => {
    const aws = script(times(2, broken));
    await describeImage(aws.reading(describeImage), 'ami-1');
    expect(aws.sent.map(({ headers }) => headers['amz-sdk-request'])).toEqual([
      'attempt=1',
      'attempt=2',
      'attempt=3',
    ]);
  });
});

describe('an interruption', () => {
  it('ends the waiting between attempts at once, and is recorded', async () => {
    const stop = new AbortController();
    const clock = fakeClock();
    clock.onSleep = () => {
      if (clock.sleeps.length === 3) stop.abort();
    };
    const aws = script(times(50, broken), { clock });
    const call = describeImage(aws.reading(describeImage, { signal: stop.signal }), 'ami-1');
    await expect(call).rejects.toThrow(Interrupted);
    expect(aws.sent).toHaveLength(3);
    expect(aws.records).toMatchObject([{ attempts: 3, error: 'Interrupted' }]);
  });

  it('does not cut off the attempt that is under way', async () => {
    const stop = new AbortController();
    const aws = cannedAws(() => {
      stop.abort();
      return ok;
    });
    await expect(
      describeImage(aws.reading(describeImage, { signal: stop.signal }), 'ami-1'),
    ).resolves.toBeUndefined();
    expect(aws.records).toMatchObject([{ attempts: 1 }]);
  });
});

describe('after AWS throttled a client', () => {
  it('its calls keep a distance, which shrinks to nothing with success', async () => {
    const aws = script([throttled], { random: () => 0 });
    for (let call = 0; call < 12; call += 1) await describeImage(aws.reading(describeImage), 'ami-1');
    const distances = aws.clock.sleeps.filter((span) => span > 0);
    expect(distances.length).toBeGreaterThan(5);
    expect(distances[0]).toBeCloseTo(1000 / 5);
    expect(distances).toEqual([...distances].sort((one, other) => other - one));
    const before = aws.clock.now();
    await describeImage(aws.reading(describeImage), 'ami-1');
    expect(aws.clock.now()).toEqual(before);
  });

  it('keeps the distance finite, however often it is throttled', async () => {
    const aws = script(times(200, throttled), { random: () => 0 });
    for (let call = 0; call < 16; call += 1) {
      await expect(describeImage(aws.reading(describeImage), 'ami-1')).rejects.toThrow(AwsCallError);
    }
    expect(Math.max(...aws.clock.sleeps)).toBeLessThanOrEqual(2000);
  });
});
