import { expect, test } from 'vitest';
import { wantsColour } from '../../src/terminal/colour.ts';

const terminal = { noColorFlag: false, env: { TERM: 'xterm-256color' }, stream: { isTTY: true } };

test.each([
  ['on a terminal', terminal, true],
  ['not in a pipe', { ...terminal, stream: {} }, false],
  ['not with --no-color', { ...terminal, noColorFlag: true }, false],
  ['not with NO_COLOR', { ...terminal, env: { NO_COLOR: '1' } }, false],
  ['with an empty NO_COLOR, which no-color.org says is none', { ...terminal, env: { NO_COLOR: '' } }, true],
  ['not on a dumb terminal', { ...terminal, env: { TERM: 'dumb' } }, false],
])('colour %s', (_name, wishes, wanted) => {
  expect(wantsColour(wishes)).toBe(wanted);
});
