import { describe, expect, test } from 'vitest';
import type { FailedStep } from '../../src/engine/operator.ts';
import { flagOperator } from '../../src/terminal/flag-operator.ts';

const { signal } = new AbortController();
const request = { question: 'Go on?', evidence: [], typeToConfirm: 'prod' };
const failure = (changesInPlace: readonly string[]): FailedStep => ({
  path: 'canary',
  title: 'The canary is healthy',
  error: { code: 'X', message: 'x' },
  maySkip: true,
  changesInPlace,
});
const operator = (yes: boolean, onFailure: 'undo' | 'leave', reason?: string) =>
  flagOperator({ name: 'ci@runner', yes, onFailure, ...(reason !== undefined && { reason }) });

describe('flags in place of a person', () => {
  test('say no, unless --yes was given', async () => {
    expect(await operator(false, 'undo').approve(request, signal)).toEqual({
      approved: false,
      by: 'ci@runner',
      because: 'no terminal to ask on, and --yes was not given',
    });
    expect(await operator(true, 'undo').approve(request, signal)).toEqual({
      approved: true,
      by: 'ci@runner',
    });
    expect(await operator(true, 'undo', 'weekly drill').approve(request, signal)).toEqual({
      approved: true,
      by: 'ci@runner',
      reason: 'weekly drill',
    });
  });

  test('say no to what must be typed, unless it was typed beforehand', async () => {
    const typing = { ...request, mustBeTyped: true as const };
    const answer = await operator(true, 'undo', 'now').approve(typing, signal);
    expect(answer).toMatchObject({ approved: false, because: expect.stringContaining('--confirm "prod"') });
    expect((await operator(true, 'undo').approve({ ...typing, typed: 'Prod' }, signal)).approved).toBe(false);
    expect((await operator(true, 'undo').approve({ ...typing, typed: 'prod' }, signal)).approved).toBe(true);
    expect((await operator(false, 'undo').approve({ ...typing, typed: 'prod' }, signal)).approved).toBe(
      false,
    );
  });

  test('decide as --on-failure says, and leave things as they are where nothing is in place', async () => {
    const decide = async (onFailure: 'undo' | 'leave', changes: readonly string[]) =>
      (await operator(true, onFailure).decide(failure(changes), signal)).choice;
    expect(await decide('undo', ['Start the refresh'])).toBe('undo');
    expect(await decide('undo', [])).toBe('leave');
    expect(await decide('leave', ['Start the refresh'])).toBe('leave');
  });
});
