import { invalidValue } from './faults.ts';

type Plain = Readonly<Record<string, unknown>>;

/** The order of members means nothing. */
const written = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );

/**
 * The job that a token has started already; the token is for "otherwise identical calls".
 *
 * @param asked what the call asks for, in the words of the job
 * @throws AwsFault where the job was asked for otherwise: what AWS Backup does then is said nowhere
 */
export function startedBefore<Job extends { readonly token?: string }>(
  jobs: readonly Job[],
  token: string | undefined,
  asked: () => Plain & Partial<Job>,
): Job | undefined {
  const found = token === undefined ? undefined : jobs.find((job) => job.token === token);
  if (found === undefined) return undefined;
  const wanted = asked();
  const was = Object.fromEntries(Object.keys(wanted).map((key) => [key, Reflect.get(found, key)]));
  if (written(was) !== written(wanted))
    throw invalidValue('The idempotency token was used before, for a request with other parameters.');
  return found;
}
