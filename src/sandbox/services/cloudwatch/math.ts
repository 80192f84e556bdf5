import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { ownMember } from '../../own-member.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { type Expression, parseExpression } from './expression.ts';
import { type Datapoint, datapoints, type Window } from './metrics.ts';

/** A number, a series of points, or several series. */
type Value = number | readonly Datapoint[] | readonly (readonly Datapoint[])[];

export interface Evaluated {
  readonly points: readonly Datapoint[];
  readonly label: string;
}

interface Setting {
  readonly from: Date;
  readonly to: Date;
}

/** Longer chains of expressions than this have a circle in them. */
const deepest = 20;

/** In seconds; an expression without a period of its own has that of the first metric. */
export const periodIn = (
  { MetricStat, Period }: MetricDataQuery,
  queries: readonly MetricDataQuery[],
): number =>
  MetricStat?.Period ??
  Period ??
  queries.find((query) => query.MetricStat !== undefined)?.MetricStat?.Period ??
  60;

/**
 * Answers queries by their ids: metrics, and expressions over other queries.
 * @throws AwsFault for a query that cannot be answered
 */
export function evaluateQueries(world: World, queries: readonly MetricDataQuery[], setting: Setting) {
  const known = new Map<string, Evaluated>();

  const windowOf = (query: MetricDataQuery): Window => ({ ...setting, period: periodIn(query, queries) });

  function evaluated(id: string, depth: number): Evaluated {
    const before = known.get(id);
    if (before !== undefined) return before;
    const index = queries.findIndex(({ Id }) => Id === id);
    const query = queries[index];
    if (query === undefined || depth > deepest) throw wrongExpression(id, 'Undefined metric id');
    const result = answerTo(query, index, depth);
    known.set(id, result);
    return result;
  }

  function answerTo(query: MetricDataQuery, index: number, depth: number): Evaluated {
    const { Id = '', MetricStat, Expression: text, Label } = query;
    if (MetricStat !== undefined) {
      const { Metric = {}, Stat = 'Average' } = MetricStat;
      return {
        points: datapoints(world, Metric, Stat, windowOf(query)),
        label: Label ?? Metric.MetricName ?? Id,
      };
    }
    if (text === undefined)
      throw new AwsFault(
        'ValidationError',
        `The parameter MetricDataQueries.member.${index + 1}.MetricStat is required.\n`,
      );
    const window = windowOf(query);
    const value = answerOf(parsed(Id, text), {
      query: Id,
      window,
      of: (id) => evaluated(id, depth + 1).points,
      metrics: () =>
        queries.flatMap((other) =>
          other.MetricStat === undefined ? [] : [evaluated(other.Id ?? '', depth + 1).points],
        ),
    });
    if (typeof value === 'number')
      return { points: gridOf(window).map((at) => ({ at, value })), label: Label ?? Id };
    if (isSeveral(value))
      throw wrongExpression(Id, 'It gives more than one time series, which the sandbox does not answer');
    return { points: value, label: Label ?? Id };
  }

  return (id: string): Evaluated => evaluated(id, 0);
}

/** The words after the name of the query are the sandbox's own. */
const wrongExpression = (id: string, reason: string) =>
  new AwsFault('ValidationError', `Error in expression '${id}': ${reason}`);

function parsed(id: string, text: string): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw wrongExpression(id, error.message);
    throw error;
  }
}

interface Scope {
  readonly query: string;
  readonly window: Window;
  of(id: string): readonly Datapoint[];
  metrics(): readonly (readonly Datapoint[])[];
}

const isSeveral = (value: Exclude<Value, number>): value is readonly (readonly Datapoint[])[] =>
  Array.isArray(value[0]);

const gridOf = ({ from, to, period }: Window): Date[] => {
  const grid: Date[] = [];
  const length = period * 1000;
  for (let at = Math.floor(from.getTime() / length) * length; at < to.getTime(); at += length)
    grid.push(new Date(at));
  return grid;
};

function answerOf(expression: Expression, scope: Scope): Value {
  switch (expression.is) {
    case 'number':
      return expression.value;
    case 'name':
      return scope.of(expression.name);
    case 'list':
      return expression.items.map((item) => seriesIn(answerOf(item, scope), scope));
    case 'operation': {
      const operate = operators[expression.operator];
      if (operate === undefined) break;
      return combined(answerOf(expression.left, scope), answerOf(expression.right, scope), operate);
    }
    case 'call':
      return called(expression.name, expression.inputs, scope);
    case 'text':
      break;
    default:
      expression satisfies never;
  }
  throw wrongExpression(scope.query, 'A text stands where a value is needed');
}

const operators: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
  '<': (left, right) => Number(left < right),
  '>': (left, right) => Number(left > right),
  '<=': (left, right) => Number(left <= right),
  '>=': (left, right) => Number(left >= right),
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '&&': (left, right) => Number(left !== 0 && right !== 0),
  '||': (left, right) => Number(left !== 0 || right !== 0),
};

function combined(left: Value, right: Value, operate: (left: number, right: number) => number): Value {
  if (typeof left === 'number')
    return typeof right === 'number'
      ? operate(left, right)
      : overPoints(right, (value) => operate(left, value));
  if (typeof right === 'number') return overPoints(left, (value) => operate(value, right));
  if (isSeveral(left)) return left.map((one) => combined(one, right, operate) as readonly Datapoint[]);
  if (isSeveral(right)) return right.map((other) => combined(left, other, operate) as readonly Datapoint[]);
  const others = new Map(right.map(({ at, value }) => [at.getTime(), value]));
  return left.flatMap(({ at, value }) => {
    const other = others.get(at.getTime());
    return other === undefined ? [] : finite(at, operate(value, other));
  });
}

/** A division by zero has no data point. */
const finite = (at: Date, value: number): Datapoint[] => (Number.isFinite(value) ? [{ at, value }] : []);

const overPoints = (value: Exclude<Value, number>, change: (value: number) => number): Value =>
  isSeveral(value)
    ? value.map((series) => series.flatMap((point) => finite(point.at, change(point.value))))
    : value.flatMap((point) => finite(point.at, change(point.value)));

const seriesIn = (value: Value, { window }: Scope): readonly Datapoint[] =>
  typeof value === 'number'
    ? gridOf(window).map((at) => ({ at, value }))
    : isSeveral(value)
      ? (value[0] ?? [])
      : value;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const folds: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: sum,
  AVG: (values) => sum(values) / values.length,
  MIN: (values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  MAX: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
};

const changes: Readonly<Record<string, (value: number) => number>> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
};

function called(name: string, inputs: readonly Expression[], scope: Scope): Value {
  const [first, second, third] = inputs;
  if (name === 'METRICS' && first === undefined) return scope.metrics();
  if (first === undefined) throw wrongExpression(scope.query, `${name} needs an argument`);
  const fold = ownMember(folds, name);
  if (fold !== undefined) return folded(answerOf(first, scope), fold);
  const change = ownMember(changes, name);
  if (change !== undefined) return combined(answerOf(first, scope), 0, change);
  if (name === 'PERIOD') return scope.window.period;
  if (name === 'FILL' && second !== undefined) return filled(answerOf(first, scope), second, scope);
  if (name === 'IF' && second !== undefined) return chosen(first, second, third, scope);
  throw wrongExpression(
    scope.query,
    `The sandbox does not know the function ${name} with ${inputs.length} arguments`,
  );
}

/** Of one series a number, of several one series. */
function folded(value: Value, fold: (values: readonly number[]) => number): Value {
  if (typeof value === 'number') return fold([value]);
  if (!isSeveral(value)) return fold(value.map((point) => point.value));
  const byTime = new Map<number, number[]>();
  for (const point of value.flat())
    byTime.set(point.at.getTime(), [...(byTime.get(point.at.getTime()) ?? []), point.value]);
  return [...byTime]
    .sort(([one], [other]) => one - other)
    .map(([time, values]) => ({ at: new Date(time), value: fold(values) }));
}

function filled(value: Value, filler: Expression, scope: Scope): Value {
  const points = new Map(seriesIn(value, scope).map((point) => [point.at.getTime(), point.value]));
  const repeats = filler.is === 'name' && filler.name.toUpperCase() === 'REPEAT';
  const constant = repeats ? undefined : answerOf(filler, scope);
  let last: number | undefined;
  return gridOf(scope.window).flatMap((at) => {
    last = points.get(at.getTime()) ?? (typeof constant === 'number' ? constant : last);
    return last === undefined ? [] : [{ at, value: last }];
  });
}

function chosen(
  condition: Expression,
  then: Expression,
  otherwise: Expression | undefined,
  scope: Scope,
): Value {
  const yes = new Map(seriesIn(answerOf(then, scope), scope).map(({ at, value }) => [at.getTime(), value]));
  const no = new Map(
    otherwise === undefined
      ? []
      : seriesIn(answerOf(otherwise, scope), scope).map(({ at, value }) => [at.getTime(), value] as const),
  );
  return seriesIn(answerOf(condition, scope), scope).flatMap(({ at, value }) => {
    const found = (value === 0 ? no : yes).get(at.getTime());
    return found === undefined ? [] : [{ at, value: found }];
  });
}
