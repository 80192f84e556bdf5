import { describe, expect, test } from 'vitest';
import { stateOf } from '../../src/engine/run-state.ts';
import { type TextOptions, textOf } from '../../src/reports/layout.ts';
import { stepReportOf } from '../../src/reports/run-report.ts';
import { groupParagraphs, type Moment, type ShownStep, stepParagraphs } from '../../src/terminal/row-text.ts';
import { rolledBackRun, Tape } from '../helpers/run-events.ts';

const wide: TextOptions = { width: 100, colour: false };

const moment: Moment = {
  now: new Date('2025-11-21T02:17:14.900Z'),
  spinner: '⠋',
  over: false,
  stopping: false,
};

function shownStep({ events }: Tape, path: string): ShownStep {
  const step = stateOf(events).steps.get(path);
  if (step === undefined) throw new Error(`no step ${path}`);
  return { undoing: false, since: step.startedAt, step: stepReportOf(step, new Map()) };
}

const waiting = shownStep(new Tape().start('canary', 'wait', 'The canary is healthy', 1200), 'canary');

describe('a step under way', () => {
  test('says how long it has taken by the clock that it is given, how long it may take, and why it waits', () => {
    const shown = { ...waiting, note: '0 of 1 replaced' };
    expect(textOf(stepParagraphs(shown, moment, 'step 7 of 24'), wide)).toBe(
      '⠋ The canary is healthy — 3m 05s of at most 20m · step 7 of 24\n  › 0 of 1 replaced',
    );
  });

  test('shows that Ctrl-C was understood', () => {
    expect(textOf(stepParagraphs(waiting, { ...moment, stopping: true }), wide)).toBe(
      '⠋ The canary is healthy — 3m 05s of at most 20m\n  Stopping after the call under way. Ctrl-C again exits at once.',
    );
  });

  test('is not finished where the list ends before it', () => {
    expect(textOf(stepParagraphs(waiting, { ...moment, over: true }), wide)).toBe(
      '■ The canary is healthy — not finished',
    );
  });

  test('is named by what undoes it while it is undone', () => {
    const events = rolledBackRun().events.filter(({ type }) => type !== 'undone' && type !== 'run-finished');
    const tape = { events } as Tape;
    const shown = { ...shownStep(tape, 'start-refresh'), undoing: true, since: '2025-11-21T02:17:09.000Z' };
    expect(textOf(stepParagraphs(shown, moment), wide)).toBe(
      '⠋ Roll the instance refresh back — 5s of at most 57m',
    );
  });
});

describe('a group under way', () => {
  const group = { title: 'Replace each node', since: '2025-11-21T02:14:14.000Z', steps: [waiting] };

  test('says how long it has taken', () => {
    expect(textOf(groupParagraphs(group, moment, 'step 6 of 9'), wide)).toBe(
      '❯ Replace each node — 3m · step 6 of 9',
    );
  });

  test('is a failure as soon as one of its steps is', () => {
    const failed: ShownStep = { ...waiting, step: { ...waiting.step, status: 'failed' } };
    expect(textOf(groupParagraphs({ ...group, steps: [failed] }, moment), wide)).toBe(
      '✖ Replace each node — 3m',
    );
  });
});
