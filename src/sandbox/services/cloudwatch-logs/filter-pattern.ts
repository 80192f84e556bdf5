import { patternOf } from '../../pattern.ts';
import { AwsFault } from '../../service.ts';

/**
 * Terms of a filter pattern for unstructured events: all plain ones, none with `-`, any of those with `?`, or a regular expression between
 * percent signs. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/FilterAndPatternSyntax.html
 */
export function matcherOf(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (/^[{[]/.test(text))
    throw new AwsFault(
      'InvalidParameterException',
      'Invalid filter pattern: patterns for JSON and for space-delimited events are not there in this sandbox.',
    );
  if (text.length > 1 && text.startsWith('%') && text.endsWith('%')) return expression(text.slice(1, -1));
  const terms = [...text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, sign = '', quoted, plain = '']) => ({ sign, term: quoted ?? plain }),
  );
  const signed = (wanted: string) => terms.filter(({ sign }) => sign === wanted);
  const has = (message: string) => (item: { term: string }) => message.includes(item.term);
  return (message) =>
    signed('').every(has(message)) &&
    !signed('-').some(has(message)) &&
    (signed('?').length === 0 || signed('?').some(has(message)));
}

function expression(source: string): (message: string) => boolean {
  // Groups are not among the operators that the service takes.
  if (/(?<!\\)[()]/.test(source)) throw new AwsFault('InvalidParameterException', 'Invalid filter pattern');
  try {
    return patternOf(source);
  } catch {
    throw new AwsFault('InvalidParameterException', 'Invalid filter pattern');
  }
}
