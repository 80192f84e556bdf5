import { expect, test } from 'vitest';
import { ChangesInPlace, withChangesInPlace } from '../../src/command-line/changes-in-place.ts';
import { stateOf } from '../../src/engine/run-state.ts';
import { Bug, Declined, OperatorError, Refusal, UsageError } from '../../src/errors.ts';
import { bench } from '../helpers/engine-harness.ts';
import { creates } from '../helpers/engine-toy-steps.ts';

const details = { code: 'STATE_NOT_WRITABLE', message: 'The disk is full', hint: 'runbook resume toy' };

async function stateAfter(things: readonly string[]) {
  const it = bench([creates('a')], { things });
  await it.start();
  return stateOf(it.journal.events);
}

test('what ends a command with changes in place says so by its exit code, and is told the same', async () => {
  const error = withChangesInPlace(new OperatorError(details), await stateAfter([]));
  expect(error).toBeInstanceOf(ChangesInPlace);
  expect(error).toMatchObject(details);
});

test('without changes in place it is what it was', async () => {
  const error = new OperatorError(details);
  expect(withChangesInPlace(error, await stateAfter(['a']))).toBe(error);
});

test.each([new Refusal(details), new Declined(details), new UsageError(details), new Bug('A fault')])(
  '%s keeps the exit code of its own',
  async (error) => {
    expect(withChangesInPlace(error, await stateAfter([]))).toBe(error);
  },
);
