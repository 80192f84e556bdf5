import * as z from 'zod';
import { configSchema } from './config-schema.ts';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** `runbook.yaml` as people write it: durations are text, and what has a default may be left out. */
export function configJsonSchema(): JsonSchema {
  return {
    // yaml-language-server reads drafts up to 7: https://github.com/redhat-developer/yaml-language-server
    ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }),
    title: 'runbook.yaml',
    description: 'The deployed stacks that runbook operates',
  };
}

/** The text of `schema/runbook.schema.json`. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

/** Every schema that `data` may follow at `path`; several only where a discriminator is missing or wrong. */
export function schemasAt(
  schema: JsonSchema,
  data: unknown,
  path: readonly PropertyKey[],
): readonly JsonSchema[] {
  const fitting = optionsFor(schema, data);
  const [key, ...rest] = path;
  if (key === undefined) return fitting;
  return fitting
    .map((option) =>
      typeof key === 'number'
        ? option.items
        : (option.properties?.[String(key)] ?? option.additionalProperties),
    )
    .filter(isSchema)
    .flatMap((child) => schemasAt(child, ownValue(data, key), rest));
}

function optionsFor(schema: JsonSchema, data: unknown): readonly JsonSchema[] {
  const options = (schema.oneOf ?? [schema]).filter(isSchema);
  const chosen = options.filter((option) =>
    Object.entries(option.properties ?? {}).every(
      ([key, property]) =>
        !isSchema(property) || property.const === undefined || property.const === ownValue(data, key),
    ),
  );
  return chosen.length > 0 ? chosen : options;
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `undefined` where `data` has nothing of its own under `key`. */
export function ownValue(data: unknown, key: PropertyKey): unknown {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key)
    ? Reflect.get(data, key)
    : undefined;
}
