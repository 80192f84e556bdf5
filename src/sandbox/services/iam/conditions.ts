import { isLike } from '../../wildcard.ts';
import type { PolicyStatement } from './state.ts';

/** Values by context key, the keys in lower case: they are compared without regard to it. */
export type Context = Readonly<Record<string, readonly string[]>>;

type Compare = (wanted: string, given: string) => boolean;

const equals: Compare = (wanted, given) => wanted === given;
const equalsIgnoringCase: Compare = (wanted, given) => wanted.toLowerCase() === given.toLowerCase();

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Readonly<Record<string, { readonly compare: Compare; readonly negated?: true }>> = {
  StringEquals: { compare: equals },
  StringNotEquals: { compare: equals, negated: true },
  StringEqualsIgnoreCase: { compare: equalsIgnoringCase },
  StringLike: { compare: isLike },
  StringNotLike: { compare: isLike, negated: true },
  ArnEquals: { compare: isLike },
  ArnNotEquals: { compare: isLike, negated: true },
  ArnLike: { compare: isLike },
  ArnNotLike: { compare: isLike, negated: true },
  Bool: { compare: equalsIgnoringCase },
};

const asList = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/** A key that the request has not makes a condition false, but for negated operators and `...IfExists`. */
export function conditionsHold({ Condition = {} }: PolicyStatement, context: Context): boolean {
  return Object.entries(Condition).every(([name, keys]) => {
    const operator = operators[name.replace(/IfExists$/, '')];
    if (operator === undefined) return false;
    return Object.entries(keys).every(([key, wanted]) => {
      const given = context[key.toLowerCase()];
      if (given === undefined) return operator.negated === true || name.endsWith('IfExists');
      const isOneOfThem = asList(wanted).some((value) => given.some((one) => operator.compare(value, one)));
      return isOneOfThem !== (operator.negated === true);
    });
  });
}

/** Keys that the statement asks for and the request has not. */
export const missingKeys = ({ Condition = {} }: PolicyStatement, context: Context): string[] =>
  Object.values(Condition)
    .flatMap((keys) => Object.keys(keys))
    .filter((key) => context[key.toLowerCase()] === undefined);
