import * as z from 'zod';
import { formatDuration, type Milliseconds, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { lane, type Observe, observe } from '../../engine/step.ts';
import { goodTime } from './outage.ts';
import { momentText } from './point-in-time.ts';
import { recoveredOf, recoveryOf } from './recovered-components.ts';

const sustained = z.object({
  /** From then on every look was good. */
  since: z.iso.datetime(),
  /** When that had lasted for as long as it must. */
  at: z.iso.datetime(),
});

export type Sustained = z.output<typeof sustained>;

const serving = 'serves';

/** Every fleet's own address in the recovery Region: one that fails fails it. */
const health = lane({
  name: 'health of the recovery fleets',
  every: seconds(10),
  sees: z.string(),
  async ask({ environment, http, signal }: ReadContext) {
    for (const { name, recovery } of recoveredOf(environment, 'auto-scaling-group')) {
      const answer = await http.get(recovery.healthUrl, seconds(5), signal);
      if (!('status' in answer)) return `${name}: ${answer.failed}`;
      if (answer.status < 200 || answer.status > 299) return `${name}: ${answer.status}`;
    }
    return serving;
  },
});

/** What is said anew with each look would fill the log of a job. */
const wholeMinutes = (span: Milliseconds): Milliseconds => span - (span % minutes(1));

export const staysHealthy = (): Observe<Sustained> =>
  observe<Sustained>({
    id: 'sustained',
    title: 'What was brought up stays healthy for as long as runbook.yaml asks (recovery.sustained)',
    lanes: [health],
    timeout: minutes(60),
    hint: 'It is up, and falls down again and again: look at the log of a node. Then: runbook resume, or runbook rollback',
    returns: sustained,
    until({ environment, seen, now }) {
      const { sustained: wanted } = recoveryOf(environment);
      const looks = seen(health);
      const { goodFor } = goodTime(looks, (state) => state === serving);
      if (goodFor >= wanted)
        return {
          ready: true,
          output: {
            since: new Date(now.getTime() - goodFor).toISOString(),
            at: now.toISOString(),
          },
        };
      const last = looks.looks.at(-1);
      const state = last !== undefined && 'seen' in last ? last.seen : 'unknown';
      return {
        ready: false,
        because: `healthy for ${goodFor < minutes(1) ? 'less than a minute' : formatDuration(wholeMinutes(goodFor))} of ${formatDuration(wanted)}, now: ${state}`,
      };
    },
    summary: ({ since }) => `since ${momentText(since)}`,
  });
