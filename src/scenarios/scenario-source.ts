import * as z from 'zod';
import type { JsonSchema } from '../config/json-schema.ts';
import { nearest } from '../config/nearest.ts';
import { problemsOf } from '../config/schema-problems.ts';
import { type KeyPath, type Problem, pathText, type YamlContent } from '../config/yaml-source.ts';
import { UsageError } from '../errors.ts';

/** The file that a scenario was read from, for whoever finds out later what is wrong in it: they name line, column and key as well. */
export interface ScenarioSource {
  /** The name or the path that it was asked for by. */
  readonly asked: string;
  /** @param known what would be right there */
  wrong(path: KeyPath, message: string, known?: readonly string[]): UsageError;
  /** What a schema of which scenario files know nothing says of what stands at `path`. */
  misfit(path: KeyPath, error: z.ZodError, schema: JsonSchema): UsageError;
}

/** A longer list is one that nobody reads. */
const listed = 40;

export const sourceOf = (asked: string, content: YamlContent): ScenarioSource => ({
  asked,
  wrong(path, message, known = []) {
    const place = { ...content.placeOfValue(path), path: pathText(path) };
    const meant = nearest(content.typed(path) ?? '', known);
    if (meant !== undefined)
      return invalidScenario(asked, [{ ...place, message: `${message}, did you mean ${meant}?` }]);
    const right = known.length === 0 || known.length > listed ? '' : `. There are: ${known.join(', ')}`;
    return invalidScenario(asked, [{ ...place, message: `${message}${right}` }]);
  },
  misfit(path, error, schema) {
    const issues = error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
    const around = path.reduceRight<JsonSchema>(
      (inner, key) => ({ properties: { [String(key)]: inner } }),
      schema,
    );
    return invalidScenario(asked, problemsOf(new z.ZodError(issues), content, around));
  },
});

export function invalidScenario(file: string, problems: readonly Problem[]): UsageError {
  const inOrder = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return new UsageError({
    code: 'SCENARIO_INVALID',
    message: [
      `${file} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:`,
      ...inOrder.map(
        ({ line, column, path, message }) =>
          `  ${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`,
      ),
    ].join('\n'),
    hint: 'docs/scenarios.md describes every key; runbook sandbox scenarios lists files that are right',
  });
}
