import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { patternOf } from '../../src/sandbox/pattern.ts';

const part = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\.',
  '\\b',
  '^',
  '$',
  'é',
  '\\x61',
  '[\\]x]',
);
const sign = fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{0,2}', '{1,}');

const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.tuple(part, sign).map(([one, many]) => (/^(?:\^|\$|\\b)$/.test(one) ? one : one + many)),
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?<x>'), tie('pattern'), sign)
      .map(([open, inner, many]) => `${open}${inner})${many}`),
  ),
  pattern: fc
    .array(fc.array(tie('piece'), { maxLength: 3 }), { minLength: 1, maxLength: 2 })
    .map((branches) => branches.map((pieces) => pieces.join('')).join('|')),
}));

const isPattern = (source: string): boolean => {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
};

const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '.', 'é', '\n', ']'), maxLength: 8 });

describe("a client's regular expression", () => {
  test('finds what JavaScript finds', () => {
    fc.assert(
      fc.property(pattern.filter(isPattern), text, (source, within) => {
        expect(patternOf(source)(within)).toBe(new RegExp(source).test(within));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    '^(a+)+$',
    '^(a|a)*$',
    '(a*)*b',
    'a*a*a*a*a*b',
    '(.*.*)*x',
    '((){999}){999}b',
    '((){999}){999}b',
    '(?:a?){500}a{500}$',
  ])('%s ends over a long text', (source) => {
    expect(patternOf(source)(`${'a'.repeat(8000)}!`)).toBe(false);
  });

  test.each(['(', '[', 'a{2,1}', '(?=a)', '(?<!a)b', '(a)\\1', '(a{1000}){1000}', `${'a'.repeat(1025)}`])(
    '%s is refused',
    (source) => {
      expect(() => patternOf(source)).toThrow(SyntaxError);
    },
  );
});
