import type * as z from 'zod';
import { byNearness, nearest } from '../config/nearest.ts';
import { expectation } from '../config/schema-problems.ts';
import { UsageError } from '../errors.ts';
import { type FaultInput, faultSchema } from './fault-schema.ts';

/** What can go wrong, by name. */
export const faultNames = (): readonly string[] =>
  faultSchema.options.map(({ shape }) => String([...shape.what.values][0]));

/**
 * A fault as it is given on the command line or over HTTP.
 * @throws UsageError saying what is wrong with each setting
 */
export function readFault(settings: Readonly<Record<string, unknown>>): FaultInput {
  const parsed = faultSchema.safeParse(settings, { error: expectation });
  if (parsed.success) return parsed.data;
  const what = String(settings['what'] ?? '');
  const names = faultNames();
  if (!names.includes(what)) {
    const meant = nearest(what, names);
    throw new UsageError({
      code: 'FAULT_UNKNOWN',
      message: `There is no fault ${JSON.stringify(what)}. There are: ${byNearness(what, names).join(', ')}.`,
      hint: meant === undefined ? 'docs/scenarios.md describes each' : `Did you mean ${meant}?`,
    });
  }
  throw new UsageError({
    code: 'FAULT_INVALID',
    message: `${what} has settings that are wrong:\n${parsed.error.issues.map((issue) => `  ${said(issue)}`).join('\n')}`,
    hint: `Settings of ${what}: ${settingsOf(what).join(', ')}. Durations are written as 90s, 15m or 1h30m`,
  });
}

const said = (issue: z.core.$ZodIssue): string =>
  issue.code === 'unrecognized_keys'
    ? `${issue.keys.join(', ')}: unknown`
    : `${issue.path.join('.')}: ${issue.message}`;

const settingsOf = (what: string): readonly string[] =>
  faultSchema.options
    .filter(({ shape }) => shape.what.values.has(what as never))
    .flatMap(({ shape }) => Object.keys(shape))
    .filter((key) => key !== 'what');
