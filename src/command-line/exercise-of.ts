import * as z from 'zod';
import { expectation } from '../config/schema-problems.ts';
import type { Runbook } from '../engine/runbook.ts';
import { innerListsOf, type ListEntry } from '../engine/step.ts';
import { UsageError } from '../errors.ts';
import { runbooks } from '../runbooks/index.ts';
import type { Scenario } from '../scenarios/read-scenario.ts';

type Exercise = Omit<NonNullable<Scenario['exercise']>, 'runbook'> & { readonly runbook: Runbook };

/** @throws UsageError for a scenario without an exercise, or one whose runbook, parameters or steps do not exist */
export function exerciseOf({ exercise, good, source }: Scenario): Exercise {
  if (exercise === undefined) {
    throw new UsageError({
      code: 'SCENARIO_WITHOUT_EXERCISE',
      message: `The scenario ${source.asked} has no exercise: no procedure of this tool goes with it yet`,
      hint: `To practise in it freely, with the AWS CLI: runbook sandbox serve --scenario ${source.asked}`,
    });
  }
  const runbook = runbooks.find(({ id }) => id === exercise.runbook);
  if (runbook === undefined) {
    const known = runbooks.map(({ id }) => id);
    throw source.wrong(['exercise', 'runbook'], `there is no runbook ${exercise.runbook}`, known);
  }
  const read = runbook.parameters.safeParse(exercise.parameters, { error: expectation });
  if (!read.success) {
    const schema = z.toJSONSchema(runbook.parameters, { io: 'input', target: 'draft-7' });
    throw source.misfit(['exercise', 'parameters'], read.error, schema);
  }
  const steps = stepIds(runbook.steps(read.data));
  for (const [index, skip] of (good?.skips ?? []).entries()) {
    // Or the path of a step that is repeated for each item of a list.
    if (!steps.includes(skip.split('/').at(-1) ?? ''))
      throw source.wrong(['good', 'skips', index], `${runbook.id} has no step ${skip}`, steps);
  }
  return { ...exercise, runbook };
}

const stepIds = (list: readonly ListEntry[]): readonly string[] =>
  list.flatMap((entry) => [entry.id, ...innerListsOf(entry).flatMap(stepIds)]);
