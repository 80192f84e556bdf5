/** What a metric math expression is made of. */
export type Expression =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'text'; readonly value: string }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'list'; readonly items: readonly Expression[] }
  | { readonly is: 'call'; readonly name: string; readonly inputs: readonly Expression[] }
  | {
      readonly is: 'operation';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    };

const token =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z]\w*)|"([^"]*)"|'([^']*)'|(<=|>=|==|!=|&&|\|\||[-+*/^()<>,[\]]))/y;

/** Operators from the loosest to the tightest. */
const levels = [['||'], ['&&'], ['<', '>', '<=', '>=', '==', '!='], ['+', '-'], ['*', '/'], ['^']];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
const longest = 2048;
/** Deeper ones would not fit on the stack. */
const deepest = 100;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 * @throws SyntaxError where it is no expression
 */
export function parseExpression(text: string): Expression {
  if (text.length > longest) throw new SyntaxError(`It is longer than ${longest} characters`);
  const tokens = tokensIn(text);
  let next = 0;
  let within = 0;

  const isNext = (sign: string): boolean => tokens[next]?.sign === sign;

  function take(sign: string): void {
    if (!isNext(sign)) throw new SyntaxError(`'${sign}' is missing`);
    next += 1;
  }

  function listUntil(end: string): Expression[] {
    const items: Expression[] = [];
    while (!isNext(end)) {
      items.push(level(0));
      if (!isNext(end)) take(',');
    }
    take(end);
    return items;
  }

  function level(depth: number): Expression {
    const operators = levels[depth];
    if (operators === undefined) return single();
    let left = level(depth + 1);
    for (
      let found = tokens[next]?.sign;
      found !== undefined && operators.includes(found);
      found = tokens[next]?.sign
    ) {
      next += 1;
      left = { is: 'operation', operator: found, left, right: level(depth + 1) };
    }
    return left;
  }

  function single(): Expression {
    within += 1;
    if (within > deepest) throw new SyntaxError('It is nested too deeply');
    const expression = inner();
    within -= 1;
    return expression;
  }

  function inner(): Expression {
    const found = tokens[next];
    next += 1;
    if (found?.number !== undefined) return { is: 'number', value: found.number };
    if (found?.text !== undefined) return { is: 'text', value: found.text };
    if (found?.name !== undefined) {
      if (!isNext('(')) return { is: 'name', name: found.name };
      next += 1;
      return { is: 'call', name: found.name.toUpperCase(), inputs: listUntil(')') };
    }
    switch (found?.sign) {
      case '(': {
        const enclosed = level(0);
        take(')');
        return enclosed;
      }
      case '[':
        return { is: 'list', items: listUntil(']') };
      case '-':
        return { is: 'operation', operator: '-', left: { is: 'number', value: 0 }, right: single() };
      default:
        throw new SyntaxError(found === undefined ? 'It ends too soon' : `Unexpected '${found.sign}'`);
    }
  }

  const whole = level(0);
  if (next < tokens.length) throw new SyntaxError('There is more than one expression');
  return whole;
}

interface Token {
  readonly number?: number;
  readonly name?: string;
  readonly text?: string;
  readonly sign?: string;
}

function tokensIn(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; ) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) throw new SyntaxError(`Unexpected '${text.slice(at).trim().charAt(0)}'`);
    const [, number, name, double, single, sign] = match;
    const quoted = double ?? single;
    if (number !== undefined) tokens.push({ number: Number(number) });
    else if (name !== undefined) tokens.push({ name });
    else if (quoted !== undefined) tokens.push({ text: quoted });
    else if (sign !== undefined) tokens.push({ sign });
    at = token.lastIndex;
  }
  return tokens;
}
