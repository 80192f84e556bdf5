import { describe, expect, test } from 'vitest';
import { minutes, seconds } from '../../src/duration.ts';
import { stepTimesOf, timedEvents } from '../../src/reports/step-times.ts';
import { nodeByNodeRun, restoreBothRun, rolledBackRun, succeededRun, Tape } from '../helpers/run-events.ts';

/** One step that takes so long, in a list if a node is named. */
const took = (minutesLong: number, node?: string): Tape => {
  const path = node === undefined ? 'w' : `nodes/${node}/w`;
  const tape = new Tape();
  if (node !== undefined)
    tape.add({ type: 'items-listed', step: 'nodes', title: 'Nodes', items: [{ key: node, item: node }] });
  return tape
    .start(path, 'wait', 'W')
    .pass(60 * minutesLong)
    .succeed(path)
    .finish('succeeded');
};

/** A list of one item with two branches and a step. */
const zonesRun = (): Tape =>
  new Tape()
    .add({ type: 'items-listed', step: 'zones', title: 'Zones', items: [{ key: 'a', item: 'a' }] })
    .add({
      type: 'branches-started',
      step: 'zones/a/both',
      title: 'Both',
      branches: [
        { id: 'l', title: 'L' },
        { id: 'r', title: 'R' },
      ],
    })
    .start('zones/a/both/l/w', 'wait', 'W')
    .start('zones/a/both/r/v', 'wait', 'V')
    .pass(60)
    .succeed('zones/a/both/r/v')
    .pass(60)
    .succeed('zones/a/both/l/w')
    .start('zones/a/last', 'wait', 'L')
    .pass(60)
    .succeed('zones/a/last')
    .finish('failed-with-changes', { code: 'OBJECTIVE_MISSED', message: 'missed' });

const timesOf = (...tapes: readonly Tape[]) => stepTimesOf(tapes.map(({ events }) => events));

describe('what a step usually takes', () => {
  test.each([
    [[10], 10],
    [[30, 10, 20], 20],
    [[10, 20, 99, 12], 16],
  ])('is the median of what it took: of %j it is %i minutes', (all, usual) => {
    const times = timesOf(...all.map((each) => took(each)));
    expect(times.step('w', 'w')).toBe(minutes(usual));
    expect(times.runs).toBe(all.length);
  });

  test('is not known where no run timed it; a run without any time is none that it stands on', () => {
    const times = timesOf(new Tape().finish('failed'));
    expect(times.step('w', 'w')).toBeUndefined();
    expect(times.runs).toBe(0);
  });

  test('for an item is its own, and for one that no run had what the other items took', () => {
    const times = timesOf(took(10, 'a'), took(50, 'b'), took(30, 'a'));
    expect(times.step('nodes/a/w', 'nodes/*/w')).toBe(minutes(20));
    expect(times.step('nodes/b/w', 'nodes/*/w')).toBe(minutes(50));
    expect(times.step('nodes/c/w', 'nodes/*/w')).toBe(minutes(30));
  });

  test('keeps the branches of a together apart', () => {
    const times = timesOf(restoreBothRun());
    expect(times.step('restore/files/files-there', 'restore/files/files-there')).toBe(minutes(10));
    expect(times.step('restore/other/files-there', 'restore/*/files-there')).toBeUndefined();
  });

  test('does not count approvals, nor what was undone', () => {
    const times = timesOf(succeededRun(), rolledBackRun());
    expect(times.step('approve', 'approve')).toBeUndefined();
    expect(times.step('start-refresh', 'start-refresh')).toBe(seconds(2));
  });

  test('is that of the attempt that succeeded', () => {
    const tape = new Tape()
      .start('w', 'wait', 'W')
      .pass(600)
      .add({ type: 'step-failed', step: 'w', error: { code: 'NO', message: 'no' } })
      .pass(900)
      .add({ type: 'failure-decided', step: 'w', choice: 'retry', by: 'anna' })
      .start('w', 'wait', 'W')
      .pass(60)
      .succeed('w');
    expect(timesOf(tape).step('w', 'w')).toBe(minutes(1));
  });

  test.each([
    ['a run that was stopped and resumed', { type: 'run-resumed', by: 'anna', toolVersion: '1' }],
    ['a decision that it rested for', { type: 'failure-decided', step: 'x', choice: 'retry', by: 'anna' }],
  ] as const)('says nothing of a step that went on after %s', (_what, event) => {
    const tape = new Tape()
      .start('w', 'wait', 'W')
      .pass(60)
      .add(event)
      .pass(90_000)
      .add({ type: 'step-started', step: 'w', kind: 'wait', title: 'W', attempt: 1 })
      .succeed('w')
      .start('next', 'wait', 'N')
      .pass(60)
      .succeed('next');
    expect(timesOf(tape).step('w', 'w')).toBeUndefined();
    expect(timesOf(tape).step('next', 'next')).toBe(minutes(1));
  });
});

describe('what a list usually takes', () => {
  test('is the sum of its steps, of one run after the other', () => {
    expect(timesOf(nodeByNodeRun()).list('nodes', 'nodes')).toBe(3 * seconds(2 + 65 + 2 + 200));
    expect(timesOf(took(10, 'a'), took(20, 'b')).list('nodes', 'nodes')).toBe(minutes(15));
  });

  test('is nothing for a list of nothing, and not known of one that was not gone through', () => {
    const empty = new Tape()
      .add({ type: 'items-listed', step: 'nodes', title: 'Nodes', items: [] })
      .finish('succeeded');
    expect(timesOf(empty).list('nodes', 'nodes')).toBe(0);
    const cut = new Tape()
      .add({ type: 'items-listed', step: 'nodes', title: 'Nodes', items: [{ key: 'a', item: 'a' }] })
      .start('nodes/a/w', 'wait', 'W')
      .pass(60);
    expect(timesOf(cut).list('nodes', 'nodes')).toBeUndefined();
    cut.succeed('nodes/a/w');
    expect(timesOf(cut).list('nodes', 'nodes')).toBeUndefined();
    expect(timesOf(nodeByNodeRun('hangs')).list('nodes', 'nodes')).toBeUndefined();
  });

  test('is not known of one in which a step went on after a resume', () => {
    const tape = new Tape()
      .add({ type: 'items-listed', step: 'nodes', title: 'Nodes', items: [{ key: 'a', item: 'a' }] })
      .start('nodes/a/w', 'wait', 'W')
      .add({ type: 'run-resumed', by: 'anna', toolVersion: '1' })
      .succeed('nodes/a/w')
      .finish('succeeded');
    expect(timesOf(tape).list('nodes', 'nodes')).toBeUndefined();
  });

  test('counts branches within it as the longest', () => {
    expect(timesOf(zonesRun()).list('zones', 'zones')).toBe(minutes(3));
  });
});

test('the events that times are read from tell as much as the whole journal', () => {
  const wanted = new Set<string>(timedEvents);
  for (const whole of [
    succeededRun(),
    rolledBackRun(),
    nodeByNodeRun(),
    nodeByNodeRun('hangs'),
    restoreBothRun(),
    zonesRun(),
  ]) {
    const part = stepTimesOf([whole.events.filter(({ type }) => wanted.has(type))]);
    const all = stepTimesOf([whole.events]);
    for (const event of whole.events)
      if ('step' in event) {
        expect(part.step(event.step, event.step)).toBe(all.step(event.step, event.step));
        expect(part.list(event.step, event.step)).toBe(all.list(event.step, event.step));
      }
  }
});
