import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { between, criticalPath, type Phase } from '../../../src/runbooks/parts/critical-path.ts';

const at = (minute: number): Date => new Date(minute * 60_000);
const phase = (name: string, from: number, to: number, ...after: string[]): Phase => ({
  name,
  from: at(from),
  to: at(to),
  after,
});

describe('the critical path', () => {
  test('goes over the longest of those that are side by side', () => {
    const phases = [
      phase('files', 0, 20),
      phase('database', 0, 30),
      phase('fleet', 30, 35, 'files', 'database'),
      phase('probes', 35, 40, 'fleet'),
    ];
    expect(criticalPath(phases, at(0), at(40))).toEqual([
      { name: 'database', took: 1_800_000, share: 0.75 },
      { name: 'fleet', took: 300_000, share: 0.125 },
      { name: 'probes', took: 300_000, share: 0.125 },
    ]);
  });

  test('names the time for which no phase accounts', () => {
    const links = criticalPath(
      [phase('database', 10, 30), phase('fleet', 40, 45, 'database')],
      at(0),
      at(50),
    );
    expect(links.map(({ name, took }) => [name, took / 60_000])).toEqual([
      [between, 10],
      ['database', 20],
      [between, 10],
      ['fleet', 5],
      [between, 5],
    ]);
  });

  test('counts a phase that began too early only from when it was not held up any more', () => {
    const links = criticalPath([phase('database', 0, 30), phase('fleet', 20, 40, 'database')], at(0), at(40));
    expect(links.map(({ name, took }) => [name, took / 60_000])).toEqual([
      ['database', 30],
      ['fleet', 10],
    ]);
  });

  test('adds up to the whole, whatever the phases are', () => {
    const spans = fc.array(fc.tuple(fc.nat(100), fc.nat(100), fc.array(fc.nat(7), { maxLength: 3 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(spans, fc.nat(50), (drawn, later) => {
        const phases = drawn.map(([from, lasts, after], index) =>
          phase(
            `p${index}`,
            from,
            from + lasts,
            ...after.filter((each) => each < index).map((each) => `p${each}`),
          ),
        );
        const ended = Math.max(...phases.map(({ to }) => to.getTime() / 60_000)) + later;
        const links = criticalPath(phases, at(0), at(ended));
        expect(links.reduce((sum, { took }) => sum + took, 0)).toBe(ended * 60_000);
        expect(links.every(({ took }) => took > 0)).toBe(true);
      }),
    );
  });
});
