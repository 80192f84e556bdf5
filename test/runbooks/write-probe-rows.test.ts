import { describe, expect, test } from 'vitest';
import { allBack, faredIn, rowsIn } from '../../src/runbooks/parts/write-probe-rows.ts';

const at = (second: number, milliseconds = 0) => new Date(Date.UTC(2026, 2, 2, 2, 10, second, milliseconds));
const row = (way: string, outcome: string, from: number, to: number) =>
  `${way} ${outcome} ${at(from).toISOString()}+4 ${at(to).toISOString()}+4 ${to - from + 1}`;

const asked = { former: 'one', target: 'two', from: at(10), until: at(10, 200) };
const probing = { asked, every: 1_000, skew: 0 };

describe('what a probe printed', () => {
  test('is read line by line; what is no row is passed over, and a cut is noticed', () => {
    const { rows, isCut } = rowsIn(`hello\n${row('fresh', 'ok', 0, 9)}\npooled 1290 no\n`);
    expect(rows).toEqual([
      {
        way: 'fresh',
        outcome: 'ok',
        first: { asked: at(0), answered: at(0, 4) },
        last: { asked: at(9), answered: at(9, 4) },
        tries: 10,
      },
    ]);
    expect(isCut).toBe(false);
    expect(rowsIn('fresh ok 2026\n---Output truncated---').isCut).toBe(true);
  });

  test('bounds the return by the last try that failed and the first that did not', () => {
    const printed = rowsIn(
      [row('pooled', 'ok', 0, 12), row('pooled', '2013', 13, 20), row('pooled', 'ok', 21, 50)].join('\n'),
    );
    expect(faredIn(printed, 'pooled', probing)).toEqual({
      tries: 51,
      failed: 8,
      last: 'ok',
      until: at(50),
      back: { notBefore: at(20), notAfter: at(21, 4) },
    });
    expect(faredIn(printed, 'pooled', { ...probing, skew: 1_500 })?.back).toEqual({
      notBefore: at(18, 500),
      notAfter: at(22, 504),
    });
    expect(faredIn(printed, 'fresh', probing)).toBeUndefined();
  });

  test('has no end where it ends failing, or was cut', () => {
    const failing = rowsIn([row('pooled', 'ok', 0, 12), row('pooled', '1290', 13, 50)].join('\n'));
    expect(faredIn(failing, 'pooled', probing)).toMatchObject({ last: '1290', back: { notBefore: at(50) } });
    expect(faredIn(failing, 'pooled', probing)?.back.notAfter).toBeUndefined();
    const cut = rowsIn(
      `${row('fresh', '2013', 11, 12)}\n${row('fresh', 'ok', 13, 30)}\n---Output truncated---`,
    );
    expect(faredIn(cut, 'fresh', probing)?.back.notAfter).toBeUndefined();
  });

  test('says nothing of a failover that was asked for after its end', () => {
    expect(faredIn(rowsIn(row('fresh', 'ok', 0, 5)), 'fresh', probing)).toBeUndefined();
  });

  test('began after the failover was asked for: the return may have been at any time before', () => {
    expect(faredIn(rowsIn(row('fresh', 'ok', 30, 50)), 'fresh', probing)?.back).toEqual({
      notBefore: at(10),
      notAfter: at(30, 4),
    });
  });
});

test('all are back when the last one is', () => {
  const early = { notBefore: at(1), notAfter: at(9) };
  expect(allBack([early, { notBefore: at(3), notAfter: at(4) }])).toEqual({
    notBefore: at(3),
    notAfter: at(9),
  });
  expect(allBack([early, { notBefore: at(3) }])).toEqual({ notBefore: at(3) });
});
