import * as z from 'zod';
import { seconds } from '../../duration.ts';
import type { Lane } from '../../engine/observation.ts';
import { lane, type StepReference } from '../../engine/step.ts';
import { answersOf, type Probe } from './write-probe.ts';
import { rowsIn, ways } from './write-probe-rows.ts';

const probeSeen = z.object({
  isOver: z.boolean(),
  /** Writes that still failed at its end. */
  failing: z.array(z.object({ way: z.enum(ways), node: z.string(), outcome: z.string() })),
});

export type ProbeSeen = z.output<typeof probeSeen>;
export type FailingWrite = ProbeSeen['failing'][number];

/** For a failover after which the application does not come back: by then nobody else asks the nodes. */
export const writeProbeLane = (probe: StepReference<Probe>, cluster: string | undefined): Lane<ProbeSeen> =>
  lane({
    name: 'write probe',
    every: seconds(15),
    sees: probeSeen,
    notObserved({ outputOf }) {
      const begun = outputOf(probe);
      return 'notStarted' in begun ? begun.notStarted : undefined;
    },
    async ask(context) {
      const begun = context.outputOf(probe);
      const answers = 'notStarted' in begun ? [] : await answersOf(context, begun, cluster);
      if ('waitingFor' in answers) return { isOver: false, failing: [] };
      return {
        isOver: true,
        failing: answers.flatMap((each) =>
          'text' in each ? lastOutcomes(each.text).map((last) => ({ ...last, node: each.node })) : [],
        ),
      };
    },
  });

function lastOutcomes(text: string): Pick<FailingWrite, 'way' | 'outcome'>[] {
  const { rows } = rowsIn(text);
  return ways.flatMap((way) => {
    const { outcome = 'ok' } = rows.findLast((row) => row.way === way) ?? {};
    return outcome === 'ok' ? [] : [{ way, outcome }];
  });
}

export const failingText = (failing: readonly FailingWrite[]): string =>
  failing.map(({ node, way, outcome }) => `${way} on ${node} (${outcome})`).join(', ');
