import { describe, expect, test } from 'vitest';
import { factsSeen } from '../../src/reports/facts-seen.ts';
import { textOf } from '../../src/reports/layout.ts';
import { failedRun, restoreBothRun, Tape } from '../helpers/run-events.ts';

const plain = { width: 100, colour: false };
const textFor = (tape: Tape): string => textOf(factsSeen(tape.events, plain.width), plain);

describe('what was seen so far', () => {
  test('has every step with its fact, the last reason to wait, and what is in place', () => {
    const text = textFor(failedRun());
    expect(text).toContain('Seen so far — 02:14:09 to 02:26:34 UTC');
    expect(text).toContain('✔ The group exists and is stable — 3 of 3 in service, in 3 zones');
    expect(text).toContain('TARGET_UNHEALTHY i-0aaa is unhealthy');
    expect(text).toContain('last seen: target i-0aaa is unhealthy');
    expect(text).toContain('Changes in place, oldest first\n  Start the instance refresh — 02:14:32 UTC');
  });

  test('says of steps in branches in which', () => {
    expect(textFor(restoreBothRun('middle'))).toContain('■ Restore the files: The file system is there');
  });

  test('has the numbers that were sampled, the latest first', () => {
    const tape = new Tape();
    for (const value of [3, 2, 4]) tape.pass(10).add({ type: 'sampled', name: 'healthy nodes', value });
    tape.add({ type: 'sampled', name: 'errors', value: 7 });
    const text = textFor(tape);
    expect(text).toContain('healthy nodes  4, lowest 2, highest 4');
    expect(text).toMatch(/errors {9}7$/m);
  });

  test('of a run that has just begun is nothing', () => {
    expect(textFor(new Tape())).toBe('Seen so far — 02:14:09 to 02:14:09 UTC');
  });
});
