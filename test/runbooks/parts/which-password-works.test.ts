import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Action,
  type Answer,
  actionBackwards,
  actionForwards,
  type Standing,
} from '../../../src/runbooks/parts/which-password-works.ts';

const [yes, no, unknown] = ['works', 'refused', 'cannot tell'] as const;
const answers = [yes, no, unknown] as const;

/** Every answer of the version before, with every answer of the next: what is to be done forwards, and backwards by command and by API. */
type Row = readonly [before: Answer, next: Answer, forwards: Action, back: Action, backByApi: Action];

const nobody = 'stop: nobody gets in';

const tables: Readonly<Record<'pending' | 'promoted' | 'gone', readonly Row[]>> = {
  pending: [
    [yes, yes, 'promote', 'withdraw', 'withdraw'],
    [yes, no, 'set next', 'withdraw', 'withdraw'],
    [yes, unknown, 'ask again', 'withdraw', 'withdraw'],
    [no, yes, 'promote', 'set before', 'set before'],
    [no, no, nobody, nobody, 'set before'],
    [no, unknown, 'ask again', 'ask again', 'set before'],
    [unknown, yes, 'promote', 'ask again', 'ask again'],
    [unknown, no, 'ask again', 'ask again', 'ask again'],
    [unknown, unknown, 'ask again', 'ask again', 'ask again'],
  ],
  promoted: [
    [yes, yes, 'nothing', 'move back', 'move back'],
    [yes, no, 'set next', 'move back', 'move back'],
    [yes, unknown, 'ask again', 'move back', 'move back'],
    [no, yes, 'nothing', 'set before', 'set before'],
    [no, no, nobody, nobody, 'set before'],
    [no, unknown, 'ask again', 'ask again', 'set before'],
    [unknown, yes, 'nothing', 'ask again', 'ask again'],
    [unknown, no, 'ask again', 'ask again', 'ask again'],
    [unknown, unknown, 'ask again', 'ask again', 'ask again'],
  ],
  gone: [
    [yes, yes, 'stop: gone', 'nothing', 'nothing'],
    [yes, no, 'stop: gone', 'nothing', 'nothing'],
    [yes, unknown, 'stop: gone', 'nothing', 'nothing'],
    [no, yes, 'stop: gone', 'set before', 'set before'],
    [no, no, 'stop: gone', nobody, 'set before'],
    [no, unknown, 'stop: gone', 'ask again', 'set before'],
    [unknown, yes, 'stop: gone', 'ask again', 'ask again'],
    [unknown, no, 'stop: gone', 'ask again', 'ask again'],
    [unknown, unknown, 'stop: gone', 'ask again', 'ask again'],
  ],
};

describe.each(Object.entries(tables))('with the stages %s', (name, rows) => {
  const stages = name as Standing['stages'];
  test('every pair of answers is in the table once', () => {
    expect(new Set(rows.map(([before, next]) => `${before} ${next}`)).size).toBe(answers.length ** 2);
  });
  test.each(rows)('before %s, next %s: %s; back: %s, by API: %s', (before, next, forwards, back, byApi) => {
    for (const setByApi of [false, true])
      expect(actionForwards({ stages, before, next, setByApi })).toBe(forwards);
    expect(actionBackwards({ stages, before, next, setByApi: false })).toBe(back);
    expect(actionBackwards({ stages, before, next, setByApi: true })).toBe(byApi);
  });
});

test.each(answers)('somebody else made a third version current (%s): neither way is gone', (answer) => {
  const standing = { stages: 'superseded', before: answer, next: answer, setByApi: true } as const;
  expect(actionForwards(standing)).toBe('stop: superseded');
  expect(actionBackwards(standing)).toBe('stop: superseded');
});

/** A component with one password or two, and a secret: what actions do to them. */
interface Model {
  stages: 'pending' | 'promoted' | 'gone';
  password: 'before' | 'next' | 'another';
}

function act(model: Model, action: Action): void {
  if (action === 'promote') model.stages = 'promoted';
  if (action === 'move back') model.stages = 'pending';
  if (action === 'withdraw') model.stages = 'gone';
  if (action === 'set next') model.password = 'next';
  if (action === 'set before') model.password = 'before';
}

test('from wherever a rotation was cut off, either way ends with the stages matching the component, or stops before it makes it worse', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('pending' as const, 'promoted' as const, 'gone' as const),
      fc.constantFrom('before' as const, 'next' as const, 'another' as const),
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.boolean(), { maxLength: 3 }),
      (stages, password, setByApi, forwards, silences) => {
        const model: Model = { stages, password };
        const asked = [...silences];
        for (let turn = 0; turn < 9; turn += 1) {
          const silent = asked.shift() ?? false;
          const answer = (which: 'before' | 'next'): Answer =>
            silent ? unknown : model.password === which ? yes : no;
          const standing = { stages: model.stages, before: answer('before'), next: answer('next'), setByApi };
          const action = forwards ? actionForwards(standing) : actionBackwards(standing);
          if (action === 'nothing') {
            expect(model).toEqual(
              forwards ? { stages: 'promoted', password: 'next' } : { stages: 'gone', password: 'before' },
            );
            return;
          }
          if (action.startsWith('stop')) {
            expect(action === nobody ? password : 'gone').toBe(action === nobody ? 'another' : stages);
            return;
          }
          act(model, action);
        }
        throw new Error('it never ends');
      },
    ),
  );
});
