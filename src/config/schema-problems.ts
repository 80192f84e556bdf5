import type * as z from 'zod';
import { type JsonSchema, ownValue, schemasAt } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { type KeyPath, type Problem, pathText, type YamlContent } from './yaml-source.ts';

/** Zod's words for what the schema itself has no words for. */
export function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeWords[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'expected text that is not empty'
        : `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    case 'invalid_value':
      return oneOf(issue.values, issue.input);
    case 'invalid_union':
      return Array.isArray(issue['options'])
        ? oneOf(issue['options'], ownValue(issue.input, String(issue['discriminator'])))
        : undefined;
    default:
      return undefined;
  }
}

/** More of them than this are no help to whoever mistyped one. */
const listed = 5;

function oneOf(values: readonly unknown[], found: unknown): string {
  const names = values.map(String);
  const meant = typeof found === 'string' && names.length > listed ? nearest(found, names) : undefined;
  if (meant !== undefined) return `expected one of ${names.length} names, the nearest is ${meant}`;
  return names.length > listed ? `expected one of ${names.join(', ')}` : `expected ${names.join(' or ')}`;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (lines of "key: value")',
  record: 'a mapping (lines of "key: value")',
};

/** Every complaint of the schema, as something to correct at a place in the file. */
export function problemsOf(error: z.ZodError, content: YamlContent, schema: JsonSchema): readonly Problem[] {
  const unknown = error.issues.flatMap((issue) => unknownKeys(issue, content.data, schema));
  const meant = new Set(
    unknown.flatMap(({ parent, suggestion }) =>
      suggestion === undefined ? [] : [pathText([...parent, suggestion])],
    ),
  );
  return [
    ...unknown.map(({ parent, key, suggestion, valid }) => ({
      ...content.placeOfKey([...parent, key]),
      path: pathText([...parent, key]),
      message: `unknown key${suggestion === undefined ? `. Keys that may stand here: ${valid.join(', ')}` : `, did you mean ${suggestion}?`}`,
    })),
    ...error.issues
      .filter((issue) => issue.code !== 'unrecognized_keys')
      // A key that is missing because it is misspelled is one mistake, not two.
      .filter((issue) => !meant.has(pathText(issue.path)))
      .map((issue) => problemOf(issue, content, schema)),
  ];
}

interface UnknownKey {
  readonly parent: KeyPath;
  readonly key: string;
  readonly suggestion: string | undefined;
  readonly valid: readonly string[];
}

function unknownKeys(issue: z.core.$ZodIssue, data: unknown, schema: JsonSchema): readonly UnknownKey[] {
  const parent = issue.code === 'invalid_union' ? issue.path.slice(0, -1) : issue.path;
  const written = Object.keys(Object(dataAt(data, parent)));
  const valid = [
    ...new Set(schemasAt(schema, data, parent).flatMap((option) => Object.keys(option.properties ?? {}))),
  ];
  const free = valid.filter((key) => !written.includes(key));
  const describe = (key: string): UnknownKey => ({ parent, key, suggestion: nearest(key, free), valid });
  if (issue.code === 'unrecognized_keys') return issue.keys.map(describe);
  // Without its discriminator Zod does not look at the keys of an object.
  if (issue.code === 'invalid_union') return written.filter((key) => !valid.includes(key)).map(describe);
  return [];
}

function problemOf(issue: z.core.$ZodIssue, content: YamlContent, schema: JsonSchema): Problem {
  const path = pathText(issue.path);
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? issue.message;
    return {
      ...content.placeOfKey(issue.path),
      path,
      message: `${expected}; found the name ${JSON.stringify(issue.path.at(-1))}`,
    };
  }
  const found = dataAt(content.data, issue.path);
  if (found === undefined) {
    return { ...content.placeOfKey(issue.path.slice(0, -1)), path, message: `missing: ${issue.message}` };
  }
  const words = [`${issue.message}; found ${foundWords(found, issue.path, content)}`];
  const typed = content.typed(issue.path);
  const todo = found === null ? content.todo(issue.path) : undefined;
  if (todo !== undefined) words.push(`TODO: ${todo}`);
  if (
    typeof found !== 'string' &&
    typed &&
    wouldFitAsText(typed, schemasAt(schema, content.data, issue.path))
  ) {
    words.push(`To make it text, write "${typed}" with the quotes`);
  }
  return { ...content.placeOfValue(issue.path), path, message: words.join('. ') };
}

function foundWords(found: unknown, path: KeyPath, content: YamlContent): string {
  if (found === null) return 'nothing';
  if (Array.isArray(found)) return found.length === 0 ? 'an empty list' : 'a list';
  if (typeof found === 'object') return Object.keys(found).length === 0 ? 'an empty mapping' : 'a mapping';
  if (typeof found === 'string') return JSON.stringify(found);
  // As typed, because 012345678901 has lost its zero by now.
  const typed = content.typed(path) ?? String(found);
  return typeof found === 'number' ? `the number ${typed}` : typed;
}

const wouldFitAsText = (text: string, schemas: readonly JsonSchema[]) =>
  schemas.some(({ type, pattern = '' }) => type === 'string' && new RegExp(pattern).test(text));

const dataAt = (data: unknown, path: KeyPath): unknown => path.reduce<unknown>(ownValue, data);
