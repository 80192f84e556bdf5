import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { FailedStep } from '../../src/engine/operator.ts';
import { Interrupted } from '../../src/errors.ts';
import { terminalOperator } from '../../src/terminal/prompts.ts';

const enter = '\r';
const up = '\u001b[A';
const down = '\u001b[B';
const ctrlC = '\u0003';
const ctrlD = '\u0004';
/** As Escape does, it changes nothing of what was typed: inquirer then looks for the first choice that begins with nothing. */
const home = '\u001b[H';

/** A person at a keyboard: types the keys once the screen shows the text. */
function atTerminal(...script: readonly (readonly [shown: string, keys: string])[]) {
  const input = new PassThrough();
  const rest = [...script];
  let screen = '';
  let seen = 0;
  let wasStoppedFirst = false;
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
  const operator = terminalOperator({
    name: 'anna@laptop',
    colour: false,
    aside: async (ask) => {
      wasStoppedFirst = screen === '';
      return ask();
    },
    input,
    output,
  });
  return { operator, input, screen: () => screen, wasStoppedFirst: () => wasStoppedFirst };
}

const { signal } = new AbortController();

describe('an approval', () => {
  const request = {
    question: 'Replace 3 nodes?\u001b[2J',
    evidence: [
      { label: 'rollback', value: 'possible, to version 6' },
      { label: 'lowest healthy count', value: '3' },
    ],
  };

  test('shows the evidence, then asks; what was drawn is taken away before', async () => {
    const terminal = atTerminal(['(y/N)', `y${enter}`]);
    expect(await terminal.operator.approve(request, signal)).toEqual({ approved: true, by: 'anna@laptop' });
    expect(terminal.screen()).toContain(
      '  rollback              possible, to version 6\n  lowest healthy count  3',
    );
    expect(terminal.screen()).toContain('Replace 3 nodes?\\u{1b}[2J');
    expect(terminal.wasStoppedFirst()).toBe(true);
  });

  test('is a no for whoever just presses Enter', async () => {
    const { operator } = atTerminal(['(y/N)', enter]);
    expect(await operator.approve(request, signal)).toEqual({
      approved: false,
      by: 'anna@laptop',
      because: 'answered no',
    });
  });

  test('that asks to type a name takes that name only', async () => {
    const { operator } = atTerminal(
      ['Type prod to go on', `prd${enter}`],
      ['Type exactly prod', `\u007f\u007frod${enter}`],
    );
    const answer = await operator.approve({ ...request, typeToConfirm: 'prod' }, signal);
    expect(answer).toEqual({ approved: true, by: 'anna@laptop' });
  });

  test('that asks to type a name is declined by typing nothing', async () => {
    const { operator } = atTerminal(['Type prod to go on', enter]);
    expect(await operator.approve({ ...request, typeToConfirm: 'prod' }, signal)).toEqual({
      approved: false,
      by: 'anna@laptop',
      because: 'did not type prod',
    });
  });

  test.each([
    ['Ctrl-C', ctrlC],
    ['Ctrl-D', ctrlD],
  ])('is interrupted by %s', async (_, key) => {
    const { operator } = atTerminal(['(y/N)', key]);
    await expect(operator.approve(request, signal)).rejects.toThrow(Interrupted);
    const typing = atTerminal(['Type prod to go on', key]);
    await expect(typing.operator.approve({ ...request, typeToConfirm: 'prod' }, signal)).rejects.toThrow(
      Interrupted,
    );
  });

  test('is interrupted by the end of the input, and so is every question after it', async () => {
    const { operator, input } = atTerminal(['(y/N)', '']);
    const asked = operator.approve(request, signal);
    input.end();
    await expect(asked).rejects.toThrow(Interrupted);
    await expect(operator.approve(request, signal)).rejects.toThrow(Interrupted);
  });

  test('is interrupted by the signal, before and while it asks', async () => {
    const controller = new AbortController();
    const { operator } = atTerminal();
    const asked = operator.approve(request, controller.signal);
    controller.abort();
    await expect(asked).rejects.toThrow(Interrupted);
    await expect(operator.approve(request, controller.signal)).rejects.toThrow(Interrupted);
  });
});

describe('a failed step', () => {
  const failure: FailedStep = {
    path: 'canary',
    title: 'The canary is healthy',
    error: { code: 'X', message: 'x' },
    maySkip: true,
    changesInPlace: ['Start the refresh', 'Suspend AZRebalance'],
  };

  test('leaves everything as it is for whoever just presses Enter', async () => {
    const terminal = atTerminal(['What now?', enter]);
    expect(await terminal.operator.decide(failure, signal)).toEqual({ choice: 'leave' });
    expect(terminal.screen()).toContain('    Start the refresh\n    Suspend AZRebalance');
  });

  test('leaves everything as it is where Escape took the cursor', async () => {
    const { operator } = atTerminal(['What now?', down + home + enter]);
    expect(await operator.decide(failure, signal)).toEqual({ choice: 'leave' });
  });

  test('is interrupted by Ctrl-D', async () => {
    const { operator } = atTerminal(['What now?', ctrlD]);
    await expect(operator.decide(failure, signal)).rejects.toThrow(Interrupted);
  });

  test('can be undone', async () => {
    const { operator } = atTerminal(['What now?', up + enter]);
    expect(await operator.decide(failure, signal)).toEqual({ choice: 'undo' });
  });

  test('is skipped only with a reason', async () => {
    const { operator } = atTerminal(
      ['What now?', up + up + enter],
      ['Why is it right', enter],
      ['for a reason', `known, INC-12${enter}`],
    );
    expect(await operator.decide(failure, signal)).toEqual({ choice: 'skip', reason: 'known, INC-12' });
  });

  test('can be tried again', async () => {
    const { operator } = atTerminal(['What now?', up + up + up + enter]);
    expect(await operator.decide(failure, signal)).toEqual({ choice: 'retry' });
  });

  test('is not offered what makes no sense', async () => {
    const terminal = atTerminal(['What now?', up + enter]);
    expect(
      await terminal.operator.decide({ ...failure, maySkip: false, changesInPlace: [] }, signal),
    ).toEqual({
      choice: 'retry',
    });
    expect(terminal.screen()).not.toMatch(/Skip the step|Undo the/);
  });
});
