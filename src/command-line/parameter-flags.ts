import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';
import { flagName, type ParameterFacts, parametersOf } from '../engine/parameter-facts.ts';
import type { Runbook } from '../engine/runbook.ts';
import { UsageError } from '../errors.ts';

type Flag = Interfaces.OptionFlag<string | undefined> | ReturnType<typeof boolean>;

/** One flag for each parameter, a string unless it is a switch: the runbook's schema reads them, so a run and its resume read them alike. */
export const parameterFlags = (runbook: Runbook): Record<string, Flag> =>
  Object.fromEntries(parametersOf(runbook).map((facts) => [facts.flag, flagOf(facts)]));

function flagOf({ description, standard, choices, isRequired, isSwitch }: ParameterFacts): Flag {
  const shown = {
    description: [description, standard === undefined ? undefined : `[default: ${standard}]`]
      .filter((text) => text !== undefined)
      .join(' '),
    helpGroup: 'RUNBOOK',
  };
  return isSwitch
    ? boolean(shown)
    : string({ ...shown, required: isRequired, ...(choices !== undefined && { options: choices }) });
}

/**
 * What was typed for the runbook's parameters, checked, as the journal keeps it.
 * @throws UsageError naming each flag that is wrong, and why
 */
export function typedParameters(
  runbook: Runbook,
  flags: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const typed = Object.fromEntries(
    Object.keys(runbook.parameters.shape)
      .map((parameter) => [parameter, flags[flagName(parameter)]] as const)
      .filter(([, value]) => value !== undefined),
  );
  const read = runbook.parameters.safeParse(typed);
  if (read.success) return typed;
  throw new UsageError({
    code: 'PARAMETER_INVALID',
    message: read.error.issues
      .map(
        ({ path, message }) => `--${flagName(String(path[0]))} ${typed[String(path[0])] ?? ''}: ${message}`,
      )
      .join('\n'),
    hint: `runbook run ${runbook.id} --help`,
  });
}
