import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { FailedStep, NextChange, Operator } from '../../src/engine/operator.ts';
import { Interrupted } from '../../src/errors.ts';
import { paragraph } from '../../src/reports/layout.ts';
import { stepByStepOperator, thinkingTakesTime } from '../../src/terminal/step-by-step.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

const enter = '\r';
const up = '\u001b[A';
const down = '\u001b[B';
const ctrlC = '\u0003';
const ctrlD = '\u0004';
/** As Escape does, it changes nothing of what was typed: inquirer then looks for the first choice that begins with nothing. */
const home = '\u001b[H';
const { signal } = new AbortController();

/** A person at a keyboard: types the keys once the screen shows the text. */
function atTerminal(...script: readonly (readonly [shown: string, keys: string])[]) {
  const input = new PassThrough();
  const rest = [...script];
  let screen = '';
  let seen = 0;
  const output = new Writable({
    write(chunk, _encoding, done) {
      screen += chunk.toString();
      const [next] = rest;
      if (next !== undefined && screen.includes(next[0], seen)) {
        rest.shift();
        seen = screen.length;
        // inquirer begins to listen after it has drawn.
        setImmediate(() => input.write(next[1]));
      }
      done();
    },
  });
  // A prompt ends every output but the process's own.
  output.end = () => output;
  const operator = stepByStepOperator({
    name: 'anna@laptop',
    colour: false,
    aside: (ask) => ask(),
    input,
    output,
    facts: () => [paragraph(2, 'the fleet has 3 nodes')],
  });
  return { operator, screen: () => screen };
}

const change: NextChange = {
  path: 'start-refresh',
  title: 'Start the instance refresh',
  wayBack: 'Roll the instance refresh back',
  changesInPlace: ['Suspend AZRebalance'],
};

describe('before a change', () => {
  test('it is shown with its way back and what is in place', async () => {
    const { operator, screen } = atTerminal(['Start the instance refresh?', enter]);
    await operator.goOn?.(change, signal);
    expect(screen()).toContain('Next change  Start the instance refresh');
    expect(screen()).toContain('Way back     Roll the instance refresh back');
    expect(screen()).toContain('In place     Suspend AZRebalance');
  });

  test('whoever just presses Enter stops', async () => {
    const { operator } = atTerminal(['Start the instance refresh?', enter]);
    expect(await operator.goOn?.(change, signal)).toBe(false);
  });

  test('whoever presses Escape before stops as well', async () => {
    const { operator } = atTerminal(['Start the instance refresh?', down + home + enter]);
    expect(await operator.goOn?.(change, signal)).toBe(false);
  });

  test('going on is chosen', async () => {
    const { operator } = atTerminal(['Start the instance refresh?', down + enter]);
    expect(await operator.goOn?.(change, signal)).toBe(true);
  });

  test('a look shows what was seen, and the question comes again', async () => {
    const { operator, screen } = atTerminal(
      ['Start the instance refresh?', up + enter],
      ['the fleet has 3 nodes', ''],
      ['Start the instance refresh?', down + enter],
    );
    expect(await operator.goOn?.(change, signal)).toBe(true);
    expect(screen()).toContain('  the fleet has 3 nodes');
  });

  test.each([
    ['Ctrl-C', ctrlC],
    ['Ctrl-D', ctrlD],
  ])('%s interrupts', async (_, key) => {
    const { operator } = atTerminal(['Start the instance refresh?', key]);
    await expect(operator.goOn?.(change, signal)).rejects.toThrow(Interrupted);
  });
});

describe('a failed step', () => {
  const failure: FailedStep = {
    path: 'canary',
    title: 'The canary is healthy',
    error: { code: 'X', message: 'x' },
    maySkip: true,
    changesInPlace: [],
  };

  test('can be looked at before it is decided', async () => {
    const { operator, screen } = atTerminal(
      ['What now?', up + enter],
      ['the fleet has 3 nodes', ''],
      ['What now?', enter],
    );
    expect(await operator.decide(failure, signal)).toEqual({ choice: 'leave' });
    expect(screen()).toContain('the fleet has 3 nodes');
  });
});

describe('thinking', () => {
  const real = fakeClock();
  const world = fakeClock();
  /** Thinks for as long as it is told, and answers. */
  const slow = (milliseconds: number): Operator => ({
    name: 'anna@laptop',
    approve: async () => {
      await real.sleep(milliseconds);
      return { approved: true, by: 'anna@laptop' };
    },
    decide: async () => {
      await real.sleep(milliseconds);
      return { choice: 'leave' };
    },
    goOn: async () => {
      await real.sleep(milliseconds);
      return true;
    },
  });

  test('takes as much of the time of the run', async () => {
    const operator = thinkingTakesTime(slow(40_000), { real, world });
    const spent = async (ask: () => Promise<unknown> | undefined): Promise<number> => {
      const before = world.now().getTime();
      await ask();
      return world.now().getTime() - before;
    };
    const request = { question: 'Go?', evidence: [] };
    const failure = { path: 'a', title: 'A', error: { code: 'X', message: 'x' }, maySkip: true };
    expect(await spent(() => operator.approve(request, signal))).toBe(40_000);
    expect(await spent(() => operator.decide({ ...failure, changesInPlace: [] }, signal))).toBe(40_000);
    expect(await spent(() => operator.goOn?.(change, signal))).toBe(40_000);
    expect(await operator.approve(request, signal)).toMatchObject({ approved: true });
  });

  test('takes its time also where it ends with Ctrl-C', async () => {
    const interrupted: Operator = {
      ...slow(0),
      decide: async () => {
        await real.sleep(15_000);
        throw new Interrupted();
      },
    };
    const before = world.now().getTime();
    const failure = { path: 'a', title: 'A', error: { code: 'X', message: 'x' }, maySkip: true };
    const operator = thinkingTakesTime(interrupted, { real, world });
    await expect(operator.decide({ ...failure, changesInPlace: [] }, signal)).rejects.toThrow(Interrupted);
    expect(world.now().getTime() - before).toBe(15_000);
  });

  test('asks before changes only whoever was to be asked', () => {
    const { goOn: _, ...others } = slow(0);
    expect(thinkingTakesTime(others, { real, world }).goOn).toBeUndefined();
  });
});
