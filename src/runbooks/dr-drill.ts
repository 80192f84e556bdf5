import * as z from 'zod';
import { runbook } from '../engine/runbook.ts';
import type { ListEntry } from '../engine/step.ts';
import { callerIsInTheEnvironment } from './parts/caller.ts';
import { drillModes, markDrill, noOtherDrill } from './parts/drill-marker.ts';
import { evaluation, evaluationHolds } from './parts/recovery-evaluation.ts';
import { recoveryPlan } from './parts/recovery-plan.ts';

const parameters = z.strictObject({
  mode: z
    .enum(drillModes)
    .default('drill')
    .describe(
      'drill: beside production, taken down again; failover: the real thing, and users are sent there',
    ),
  evaluateOnly: z
    .boolean()
    .default(false)
    .describe('Look whether the stack could be rebuilt, and change nothing: for a daily job'),
  forPractice: z
    .boolean()
    .default(false)
    .describe('Go on although the evaluation has findings that fail; the run fails at its end all the same'),
});

type Chosen = z.output<typeof parameters>;

export const drDrill = runbook({
  id: 'dr-drill',
  title: 'Recovery in another Region',
  whenToUse:
    'Somebody wants to know whether and how fast the stack could be rebuilt in the recovery Region, or the home Region is lost: with --evaluate-only it looks and changes nothing',
  parameters,
  forms: [{ title: 'Evaluation (`--evaluate-only`)', parameters: { evaluateOnly: true } }],
  safeToUndo: true,

  validate(_, environment) {
    recoveryPlan(environment);
  },

  steps(chosen) {
    const areas = evaluation(recovering(chosen));
    return [
      callerIsInTheEnvironment,
      ...areas,
      ...(chosen.evaluateOnly ? [] : [evaluationHolds(areas, chosen), ...recovering(chosen)]),
    ];
  },
});

const recovering = ({ mode }: Chosen): readonly ListEntry[] => [noOtherDrill, markDrill(mode)];
