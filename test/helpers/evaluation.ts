import type { Finding } from '../../src/engine/finding.ts';
import { drDrill } from '../../src/runbooks/dr-drill.ts';
import { elsewhere, type World } from '../../src/sandbox/world.ts';
import { type RunSetting, runIn, type SandboxRun } from './sandbox-run.ts';

export const evaluateOnly = { runbook: drDrill, parameters: { evaluateOnly: true } };

/** In a world that was changed before, in its two Regions. */
export const evaluating = (
  change: (there: World, home: World) => void = () => {},
  more: Partial<RunSetting> = {},
): Promise<SandboxRun> =>
  runIn({
    ...evaluateOnly,
    prepare: ({ world }) => change(elsewhere(world, 'us-west-2'), world),
    ...more,
  });

export const areas = [
  'region',
  'data',
  'nodes',
  'quotas',
  'places',
  'configuration',
  'entrance',
  'permissions',
  'leftovers',
] as const;

export const foundIn = ({ end }: SandboxRun, area: (typeof areas)[number]): readonly Finding[] =>
  end.state.steps.get(area)?.findings ?? [];

/** The verdicts that are no pass, as `area / subject`. */
export const doubts = (run: SandboxRun): Record<string, string> =>
  Object.fromEntries(
    areas.flatMap((area) =>
      foundIn(run, area)
        .filter(({ verdict }) => verdict !== 'pass')
        .map(({ subject, verdict }) => [`${area} / ${subject}`, verdict]),
    ),
  );

/** Known of the sandbox's stack: copies are hours old, and the recovery Region's certificate waits for a record. */
export const asAlways = {
  'data / database: newest copy': 'warn',
  'data / files: newest copy': 'warn',
  'entrance / certificate': 'warn',
};
