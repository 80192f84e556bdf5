import * as z from 'zod';
import type { Runbook } from './runbook.ts';

/** A runbook's parameter as people see it: in flags, in help and in docs. */
export interface ParameterFacts {
  /** As in the runbook: `minHealthy`. */
  readonly name: string;
  /** As typed: `min-healthy`. */
  readonly flag: string;
  readonly description: string | undefined;
  /** As it would be typed: a duration as `5m`. */
  readonly standard: string | undefined;
  readonly choices: readonly string[] | undefined;
  readonly isRequired: boolean;
  /** Typed without a value: `--fail-back`. */
  readonly isSwitch: boolean;
}

export const parametersOf = ({ parameters }: Runbook): readonly ParameterFacts[] =>
  Object.entries(parameters.shape).map(([name, schema]) => {
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    return {
      name,
      flag: flagName(name),
      description: json.description,
      standard: json.type === 'boolean' ? undefined : standardOf(schema),
      choices: json.enum?.map(String),
      isRequired: !z.safeParse(schema, undefined).success,
      isSwitch: json.type === 'boolean',
    };
  });

export const flagName = (parameter: string): string =>
  parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function standardOf(schema: z.core.$ZodType): string | undefined {
  const read = z.safeParse(schema, undefined);
  if (!read.success || read.data === undefined) return undefined;
  const written = z.safeEncode(schema, read.data);
  return String(written.success ? written.data : read.data);
}
