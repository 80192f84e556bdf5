/** A step of a compiled pattern. Forks lead to other steps, counted from their own place. */
type Step =
  | { readonly is: 'one'; fits(character: string): boolean }
  | { readonly is: 'fork'; readonly to: readonly number[] }
  | { readonly is: 'begin' | 'end' | 'edge' | 'no edge' };

/** No service takes longer ones. */
const longest = 1024;
/** So many still take less than a second over the longest text that a service keeps. */
const mostSteps = 5000;

/**
 * Whether a text holds what a client's regular expression describes. Some can keep JavaScript's own matching busy for years. Here all
 * ways through the pattern go through the text side by side, so the time is at most the product of both lengths.
 * https://swtch.com/~rsc/regexp/regexp1.html
 * @throws SyntaxError for what is no regular expression, is too long, or looks around or back
 */
export function patternOf(source: string): (text: string) => boolean {
  if (source.length > longest) throw tooLong();
  // Knows the errors of syntax. An expression that is only built takes no time.
  new RegExp(source);
  const steps = stepsOf(source);
  return (text) => isFound(steps, text);
}

/** A group's beginning, a class, an escape, or any one character. */
const token = /\((?:\?(?:<[=!]|<\w+>|.))?|\[(?:\\.|[^\]\\])*\]|\\(?:x[\da-f]{2}|u[\da-f]{4}|c[a-z]|.)|./isy;
const quantifier = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y;

const assertions: ReadonlyMap<string, Step> = new Map([
  ['^', { is: 'begin' }],
  ['$', { is: 'end' }],
  ['\\b', { is: 'edge' }],
  ['\\B', { is: 'no edge' }],
]);

function stepsOf(source: string): readonly Step[] {
  let at = 0;

  function read(expected: RegExp): readonly (string | undefined)[] | undefined {
    expected.lastIndex = at;
    const match = expected.exec(source) ?? undefined;
    if (match !== undefined) at = expected.lastIndex;
    return match;
  }

  function alternatives(): readonly Step[] {
    const first = sequence();
    if (source[at] !== '|') return first;
    at += 1;
    const rest = alternatives();
    return within([fork(1, first.length + 2), ...first, fork(rest.length + 1), ...rest]);
  }

  function sequence(): readonly Step[] {
    const steps: Step[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') steps.push(...repeated(single()));
    return within(steps);
  }

  function single(): readonly Step[] {
    const [text = ''] = read(token) ?? [];
    const assertion = assertions.get(text);
    if (assertion !== undefined) return [assertion];
    if (/^\(\?<?[=!]|^\\[1-9k]/.test(text))
      throw new SyntaxError('The pattern looks around itself, or refers to a group');
    if (text.startsWith('(')) {
      const group = alternatives();
      at += 1;
      return group;
    }
    if (text.length === 1 && text !== '.') return [{ is: 'one', fits: (character) => character === text }];
    const one = new RegExp(`^${text}$`);
    return [{ is: 'one', fits: (character) => one.test(character) }];
  }

  function repeated(part: readonly Step[]): readonly Step[] {
    const [found, sign, count = '', comma, limit = ''] = read(quantifier) ?? [];
    if (found === undefined) return part;
    if (sign === '?') return optional(part);
    if (sign === '*') return anyNumberOf(part);
    if (sign === '+') return [...part, ...anyNumberOf(part)];
    const least = Number(count);
    const most = comma === '' ? least : limit === '' ? undefined : Number(limit);
    if (Math.max(least, most ?? 0) * Math.max(part.length, 1) > mostSteps) throw tooLong();
    const needed = Array.from({ length: least }, () => part);
    const further =
      most === undefined ? [anyNumberOf(part)] : Array.from({ length: most - least }, () => optional(part));
    return within([...needed, ...further].flat());
  }

  return alternatives();
}

const fork = (...to: readonly number[]): Step => ({ is: 'fork', to });
const optional = (part: readonly Step[]): readonly Step[] => [fork(1, part.length + 1), ...part];
const anyNumberOf = (part: readonly Step[]): readonly Step[] => [
  fork(1, part.length + 2),
  ...part,
  fork(-part.length - 1),
];

const tooLong = () => new SyntaxError('The pattern is too long');

function within(steps: readonly Step[]): readonly Step[] {
  if (steps.length > mostSteps) throw tooLong();
  return steps;
}

function isFound(steps: readonly Step[], text: string): boolean {
  const seenAt = new Int32Array(steps.length + 1).fill(-1);
  let places: number[] = [];
  for (let at = 0; at <= text.length; at += 1) {
    // What is looked for may begin at every character.
    const open = [...places, 0];
    const character = text[at];
    places = [];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (seenAt[place] === at) continue;
      seenAt[place] = at;
      const step = steps[place];
      if (step === undefined) return true;
      if (step.is === 'fork') for (const way of step.to) open.push(place + way);
      else if (step.is !== 'one') {
        if (holds(step.is, text, at)) open.push(place + 1);
      } else if (character !== undefined && step.fits(character)) places.push(place + 1);
    }
  }
  return false;
}

function holds(assertion: 'begin' | 'end' | 'edge' | 'no edge', text: string, at: number): boolean {
  switch (assertion) {
    case 'begin':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'edge':
    case 'no edge':
      return (isWord(text[at - 1]) !== isWord(text[at])) === (assertion === 'edge');
    default:
      return assertion satisfies never;
  }
}

const isWord = (character = ''): boolean => /^\w$/.test(character);
