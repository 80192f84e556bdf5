import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aligned,
  bad,
  columnsOf,
  isRoomFor,
  paragraph,
  quiet,
  table,
  textOf,
  visible,
} from '../../src/reports/layout.ts';
import { anyText } from '../helpers/any-journal.ts';

const plain = (width: number) => ({ width, colour: false });

describe('a paragraph', () => {
  test('breaks at spaces, and continues below its text', () => {
    expect(textOf([paragraph(2, 'the group exists and is stable')], plain(20))).toBe(
      '  the group exists\n    and is stable',
    );
  });

  test('breaks within a word only where the word alone is too long', () => {
    expect(textOf([paragraph(0, 'id arn:aws:autoscaling:us-east-1')], plain(12))).toBe(
      'id\n  arn:aws:au\n  toscaling:\n  us-east-1',
    );
  });

  test('counts wide characters as two columns and marks as none', () => {
    expect(columnsOf('節点')).toBe(4);
    expect(columnsOf('e\u0301')).toBe(1);
    expect(textOf([{ content: ['節点は健全'], indent: 0, hang: 0 }], plain(4))).toBe('節点\nは健\n全');
  });

  test('is coloured only when asked to, and tones end with their text', () => {
    const content = [paragraph(0, bad('failed'), ' ', quiet('12s'))];
    expect(textOf(content, plain(80))).toBe('failed 12s');
    expect(textOf(content, { width: 80, colour: true })).toBe(
      '\u001b[31mfailed\u001b[39m \u001b[2m12s\u001b[22m',
    );
  });

  test('keeps every word, in order, at any width', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 30 }), fc.integer({ min: 20, max: 120 }), (text, width) => {
        expect(
          textOf([paragraph(3, text)], plain(width))
            .split(/\s+/)
            .filter(Boolean),
        ).toEqual(text.split(' '));
      }),
    );
  });

  test('fits the width, whatever its text and however deep it stands', () => {
    fc.assert(
      fc.property(anyText, fc.nat({ max: 200 }), fc.integer({ min: 4, max: 120 }), (text, indent, width) => {
        for (const line of textOf([paragraph(indent, text, quiet(text))], plain(width)).split('\n')) {
          expect(columnsOf(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});

describe('visible', () => {
  test('shows what would move the cursor, change colours or turn the text around', () => {
    expect(visible('\u001b[31mred\u0007 \u009b2J \u202eabc')).toBe(
      '\\u{1b}[31mred\\u{7} \\u{9b}2J \\u{202e}abc',
    );
    expect(visible('one\r\ntwo\tthree\u2028four')).toBe('one two three four');
  });

  test('leaves no control, format or lone surrogate character, and changes nothing a second time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
  });
});

describe('a table', () => {
  const rows = [
    ['rollback', 'possible, to version 6'],
    ['lowest healthy count', '3'],
  ];

  test('aligns its columns and wraps the last one within itself', () => {
    expect(textOf(table(rows, 2, 80), plain(80))).toBe(
      '  rollback              possible, to version 6\n  lowest healthy count  3',
    );
    expect(textOf(aligned([['rollback', 'possible, to version 6']], 0), plain(24))).toBe(
      'rollback  possible, to\n          version 6',
    );
  });

  test('becomes a list where further lines could not begin below the last column', () => {
    const wide = [
      ['runbook rollback rolling-update-20261121-091602-8sux', 'go back: undo what this run changed'],
    ];
    expect(textOf(table(wide, 2, 100), plain(100))).toBe(`  ${wide[0]?.join('  ')}`);
    const wider = [[wide[0]?.[0] ?? '', 'go back: undo what this run changed, the latest first']];
    expect(textOf(table(wider, 2, 100), plain(100))).toBe(
      '  runbook rollback rolling-update-20261121-091602-8sux\n      go back: undo what this run changed, the latest first',
    );
  });

  test('lists a row below its name where a word would be broken in its column', () => {
    const record = '_1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a.recovery.example.com.';
    const mixed = [
      ['key', 'enabled'],
      ['certificate, and what renews it', `put back ${record}`],
    ];
    expect(textOf(table(mixed, 4, 80), plain(80))).toBe(
      `    key                              enabled\n    certificate, and what renews it\n        put back ${record}`,
    );
  });

  test('becomes a list where there is no room for it', () => {
    expect(isRoomFor(rows, 0, 40)).toBe(false);
    expect(textOf(table(rows, 0, 40), plain(40))).toBe(
      'rollback\n    possible, to version 6\nlowest healthy count\n    3',
    );
  });
});
