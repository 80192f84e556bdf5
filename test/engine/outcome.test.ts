import { expect, test } from 'vitest';
import { exitCodeOf, outcomes, usageExitCode } from '../../src/engine/outcome.ts';

test('the exit codes are those of the documentation', () => {
  expect(exitCodeOf).toEqual({
    succeeded: 0,
    fault: 1,
    declined: 3,
    failed: 4,
    'failed-with-changes': 5,
    'rolled-back': 6,
    'rollback-failed': 7,
    refused: 8,
    interrupted: 130,
  });
  expect(usageExitCode).toBe(2);
});

test('every outcome has an exit code of its own, and only success has 0', () => {
  const codes = [...outcomes.map((outcome) => exitCodeOf[outcome]), usageExitCode];
  expect(new Set(codes).size).toBe(outcomes.length + 1);
  expect(outcomes.filter((outcome) => exitCodeOf[outcome] === 0)).toEqual(['succeeded']);
});
