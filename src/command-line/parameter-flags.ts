import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/flags';
import * as z from 'zod';
import type { Runbook } from '../engine/runbook.ts';
import { UsageError } from '../errors.ts';

type Flag = Interfaces.OptionFlag<string | undefined>;

/** One string flag for each parameter: the runbook's schema reads them, so a run and its resume read them alike. */
export function parameterFlags(runbook: Runbook): Record<string, Flag> {
  return Object.fromEntries(
    Object.entries(runbook.parameters.shape).map(([parameter, schema]) => [
      flagName(parameter),
      flagOf(schema),
    ]),
  );
}

function flagOf(schema: z.core.$ZodType): Flag {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const options = json.enum?.map(String);
  const standard = defaultText(schema);
  const description = [json.description, standard === undefined ? undefined : `[default: ${standard}]`];
  return string({
    description: description.filter((text) => text !== undefined).join(' '),
    helpGroup: 'RUNBOOK',
    ...(options !== undefined && { options }),
  });
}

/** The default as it would be typed: a duration as text. */
function defaultText(schema: z.core.$ZodType): string | undefined {
  const read = z.safeParse(schema, undefined);
  if (!read.success || read.data === undefined) return undefined;
  const written = z.safeEncode(schema, read.data);
  return String(written.success ? written.data : read.data);
}

const flagName = (parameter: string): string =>
  parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

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
