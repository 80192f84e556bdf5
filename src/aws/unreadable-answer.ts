import { AwsCallError } from '../errors.ts';
import type { ReadClients } from './clients.ts';

export const unreadableHeadline = (asked: string): string => `The answer to ${asked} is not one of AWS's.`;

export const unreadableHint =
  'A proxy, a login page of the network or a wrong AWS_ENDPOINT_URL answered instead of AWS: `env | grep -i -e proxy -e AWS_ENDPOINT_URL`.';

/**
 * What AWS always answers. Where it is missing, something else answered, although the SDK found nothing wrong: it reads an
 * empty body, or a page of well-formed HTML, as an answer without members.
 * @throws AwsCallError with the same code as for an answer that the SDK cannot read
 */
export function present<Value>(
  value: Value | undefined,
  what: string,
  { aws, action, write }: { readonly aws: ReadClients; readonly action: string; readonly write: boolean },
): Value {
  if (value !== undefined) return value;
  const [service = '', operation = ''] = action.split(':');
  throw new AwsCallError({
    code: 'AWS_UNREADABLE',
    message: `${unreadableHeadline(`${action} in ${aws.region}`)}${write ? ' AWS may have done it all the same.' : ''} It has no ${what}.`,
    hint: unreadableHint,
    service,
    operation,
    awsCode: 'Unreadable',
    transient: true,
  });
}
