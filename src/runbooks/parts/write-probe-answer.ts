import * as z from 'zod';
import { commandInvocation } from '../../aws/ssm-commands.ts';
import { formatDuration, minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import {
  type Check,
  check,
  type Measure,
  type Measured,
  measure,
  type StepReference,
  type Wait,
  wait,
} from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { AskedFor, Leg } from './failover-change.ts';
import { lanesBackIn, type Watched } from './failover-outcome.ts';
import type { Moment } from './outage.ts';
import { lastBack, spanBetween } from './outage-phases.ts';
import { answersOf, type Probe, probeOf } from './write-probe.ts';
import { failingText } from './write-probe-lane.ts';
import { allBack, type Fared, faredIn, rowsIn, type Way, ways } from './write-probe-rows.ts';

const fared = z.object({
  tries: z.int(),
  failed: z.int(),
  /** Outcome of the last try. */
  last: z.string(),
  /** Whether that was after everything else was back: one that failed before that may have come back since. */
  outlasted: z.boolean(),
  /** Milliseconds from the call until it worked for good. */
  atLeast: z.number(),
  atMost: z.number().optional(),
});

const answer = z.object({
  notObserved: z.string().optional(),
  nodes: z.array(
    z.object({
      node: z.string(),
      missing: z.string().optional(),
      fresh: fared.optional(),
      pooled: fared.optional(),
    }),
  ),
  lastBack: z.array(z.string()),
});

export type ProbeAnswer = z.output<typeof answer>;

interface Asked {
  readonly leg: Pick<Leg, 'suffix'>;
  readonly cluster: string | undefined;
  readonly probe: StepReference<Probe>;
  watchedIn(context: ReadContext): Watched;
}

/** What the nodes tell when the probe is over, and what that proves. */
export function writeProbeAnswered({ leg, cluster, probe, watchedIn }: Asked): Wait<ProbeAnswer> {
  return wait<ProbeAnswer>({
    id: `write-probe-answer${leg.suffix}`,
    title: 'The write probe is over, and has told how writes fared on every node',
    uses: [commandInvocation],
    every: seconds(10),
    timeout: minutes(35),
    returns: answer,
    async probe(context) {
      const begun = context.outputOf(probe);
      if ('notStarted' in begun)
        return { ready: true, output: { notObserved: begun.notStarted, nodes: [], lastBack: [] } };
      const answers = await answersOf(context, begun, cluster);
      if ('waitingFor' in answers) return { ready: false, because: answers.waitingFor };
      const watched = watchedIn(context);
      const { every, clockSkew } = probeOf(context.environment, cluster);
      const probing = { asked: watched.asked, every, skew: clockSkew };
      const others = allBack(lanesBackIn(watched).map(({ back }) => back));
      const backs: Record<Way, Moment[]> = { fresh: [], pooled: [] };
      const nodes = answers.map((each): ProbeAnswer['nodes'][number] => {
        if ('missing' in each) return each;
        const printed = rowsIn(each.text);
        const told: { [Name in Way]?: z.output<typeof fared> } = {};
        for (const way of ways) {
          const seen = faredIn(printed, way, probing);
          if (seen === undefined) continue;
          backs[way].push(seen.back);
          told[way] = journalled(seen, watched.asked, others);
        }
        return Object.keys(told).length === 0
          ? { node: each.node, missing: 'the probe printed no try made after the failover was asked for' }
          : { node: each.node, ...told };
      });
      const lanes = ways.flatMap((way) =>
        backs[way].length === 0 ? [] : [{ name: `${way} writes`, back: allBack(backs[way]) }],
      );
      return {
        ready: true,
        output: { nodes, lastBack: [...lastBack([...lanesBackIn(watched), ...lanes])] },
      };
    },
    summary: answerText,
  });
}

const journalled = (
  { tries, failed, last, until, back }: Fared,
  asked: AskedFor,
  others: Moment,
): z.output<typeof fared> => ({
  tries,
  failed,
  last,
  outlasted: others.notAfter !== undefined && until > others.notAfter,
  ...spanBetween({ notBefore: asked.from, notAfter: asked.until }, back),
});

const boundsText = ({ atLeast, atMost }: z.output<typeof fared>): string =>
  atMost === undefined
    ? `not back after ${formatDuration(atLeast)}`
    : `${formatDuration(atLeast)} to ${formatDuration(atMost)}`;

function answerText({ notObserved, nodes, lastBack }: ProbeAnswer): string {
  if (notObserved !== undefined) return `not observed: ${notObserved}`;
  const told = nodes.map(({ node, missing, ...by }) =>
    missing === undefined
      ? `${node} ${ways.flatMap((way) => (by[way] === undefined ? [] : [`${way} ${boundsText(by[way])}`])).join(', ')}`
      : `${node}: ${missing}`,
  );
  return `${told.join('; ')}; last back: ${lastBack.join(' or ')} (by the nodes' clocks)`;
}

const titles: Readonly<Record<Way, string>> = {
  fresh: 'From the call until fresh writes worked on every node that told',
  pooled: 'From the call until pooled writes worked on every node that told',
};

export const writeMeasures = (
  { suffix }: Pick<Leg, 'suffix'>,
  answered: StepReference<ProbeAnswer>,
): readonly Measure[] =>
  ways.map((way) =>
    measure({
      id: `${way}-writes${suffix}`,
      title: titles[way],
      unit: 'milliseconds',
      sample: async ({ outputOf }) => slowestOf(outputOf(answered), way),
    }),
  );

function slowestOf({ notObserved, nodes }: ProbeAnswer, way: Way): Measured {
  const spans = nodes.flatMap((node) => node[way] ?? []);
  if (spans.length === 0) return { missing: notObserved ?? 'no node told' };
  const ends = spans.flatMap(({ atMost }) => atMost ?? []);
  return {
    atLeast: Math.max(...spans.map(({ atLeast }) => atLeast)),
    ...(ends.length === spans.length && { atMost: Math.max(...ends) }),
  };
}

/** MySQL's "read-only": what a pool that still holds the demoted writer is told. */
const readOnly = '1290';

/** Last, so that everything is measured by then. */
export function everyNodeWrites(
  { suffix }: Pick<Leg, 'suffix'>,
  answered: StepReference<ProbeAnswer>,
): Check<void> {
  return check<void>({
    id: `nodes-write${suffix}`,
    title: 'No node that told still failed to write when everything else was back',
    async run({ outputOf }) {
      const { nodes } = outputOf(answered);
      const failing = ways.flatMap((way) =>
        nodes.flatMap(({ node, [way]: told }) =>
          told === undefined || told.last === 'ok' || !told.outlasted
            ? []
            : [{ way, node, outcome: told.last }],
        ),
      );
      if (failing.length === 0) return;
      const stuck = failing.filter(({ way, outcome }) => way === 'pooled' && outcome === readOnly);
      const names = (those: typeof failing) => [...new Set(those.map(({ node }) => node))].join(', ');
      if (stuck.length === failing.length)
        throw new OperatorError({
          code: 'POOLS_NOT_BACK',
          message: `The pools of ${names(stuck)} still fail with MySQL error 1290, although fresh writes work there: they hold connections to the former writer`,
          hint: 'Recycle the pools of those nodes, one after the other ("Pools that stay" in docs/runbooks/aurora-failover.md)',
        });
      throw new OperatorError({
        code: 'WRITES_NOT_BACK',
        message: `Writes still failed when the probe ended: ${failingText(failing)}`,
        hint: `Try one by hand on ${names(failing)}; 1290 on a fresh connection means that the name still leads to a reader there`,
      });
    },
  });
}
