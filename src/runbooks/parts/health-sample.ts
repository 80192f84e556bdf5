import { type Milliseconds, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { ProbeAnswer } from '../../http-probe.ts';

const probeTimeout: Milliseconds = seconds(5);

/**
 * Requests of one look. An answer speaks for one node: where one of three serves nobody, two of three answers are good. Among eight
 * times as many requests as nodes, at least two fail then all but certainly (in all but one of a thousand looks).
 */
export const requestsFor = (nodes: number): number => Math.min(48, 8 * Math.max(1, nodes));

/** At once, so that the application never has more of them than a busy browser opens. */
const atOnce = 6;

/** One failure among many requests is what a healthy application may show too. */
const tolerated = 1;

export const serving = 'serves';

/**
 * Asks the health URL so often that it counts for every node behind it.
 * @returns `serving`, or how requests fail; the asking ends as soon as that is clear
 */
export async function sampleHealth(
  { http, signal }: Pick<ReadContext, 'http' | 'signal'>,
  url: string,
  nodes: number,
): Promise<string> {
  let failed = 0;
  for (let left = requestsFor(nodes); left > 0; left -= atOnce) {
    const answers = await Promise.all(
      Array.from({ length: Math.min(left, atOnce) }, () => http.get(url, probeTimeout, signal)),
    );
    const failures = answers.filter((answer) => !isGood(answer));
    failed += failures.length;
    const [first] = failures;
    if (failed > tolerated && first !== undefined) return failureText(first);
  }
  return serving;
}

const isGood = (answer: ProbeAnswer): boolean =>
  'status' in answer && answer.status >= 200 && answer.status < 300;

/** Few and steady words: what cannot be reached often says it differently each time. */
const failureText = (answer: ProbeAnswer): string =>
  'status' in answer ? `fails: ${answer.status}` : `fails: ${answer.failed.split(':')[0]?.slice(0, 40)}`;
