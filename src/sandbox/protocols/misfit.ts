import type { NormalizedSchema } from '@smithy/core/schema';

/** A value that is not what its schema says. */
export interface Misfit {
  /** Members from the outside in; list items by their number from 1. */
  readonly path: readonly string[];
  readonly kind: 'missing' | 'wrong type';
}

/**
 * The readers pass on what they find (a JSON string where a list belongs, `NaN` for a form's "abc"), and handlers are
 * typed as if that could not be. Schemas hold no lengths, patterns or enumerations: those are the handlers' to check.
 */
export function findMisfit(
  schema: NormalizedSchema,
  value: unknown,
  required: 'required' | 'optional',
): Misfit | undefined {
  function visit(of: NormalizedSchema, at: unknown, path: readonly string[]): Misfit | undefined {
    const wrong: Misfit = { path, kind: 'wrong type' };
    if (of.isUnitSchema() || of.isDocumentSchema() || of.isStreaming()) return undefined;
    if (of.isStructSchema()) {
      if (!isRecord(at)) return wrong;
      let demanded = required === 'required' ? requiredCount(of) : 0;
      for (const [name, member] of of.structIterator()) {
        const inner = at[name];
        demanded -= 1;
        if (inner === undefined || inner === null) {
          if (demanded >= 0) return { path: [...path, name], kind: 'missing' };
          continue;
        }
        const misfit = visit(member, inner, [...path, name]);
        if (misfit) return misfit;
      }
      return undefined;
    }
    if (of.isListSchema() || of.isMapSchema()) {
      if (of.isListSchema() ? !Array.isArray(at) : !isRecord(at)) return wrong;
      const item = of.getValueSchema();
      for (const [key, inner] of Object.entries(at as object)) {
        const misfit = visit(item, inner, [...path, Array.isArray(at) ? String(Number(key) + 1) : key]);
        if (misfit) return misfit;
      }
      return undefined;
    }
    return isScalarOf(of, at) ? undefined : wrong;
  }

  return visit(schema, value, []);
}

function isScalarOf(schema: NormalizedSchema, value: unknown): boolean {
  // A string with a media type of JSON is read as the SDK's LazyJsonString, which extends String.
  if (schema.isStringSchema()) return typeof value === 'string' || value instanceof String;
  if (schema.isBooleanSchema()) return typeof value === 'boolean';
  if (schema.isNumericSchema()) return Number.isFinite(value);
  if (schema.isTimestampSchema()) return value instanceof Date && !Number.isNaN(value.getTime());
  if (schema.isBlobSchema()) return value instanceof Uint8Array;
  return value !== null && value !== undefined;
}

/** The members that are required stand first, and the schema's seventh element counts them. */
function requiredCount(schema: NormalizedSchema): number {
  const tuple: unknown = schema.getSchema();
  return Array.isArray(tuple) && typeof tuple[6] === 'number' ? tuple[6] : 0;
}

export const requiredMembers = (
  schema: NormalizedSchema,
): readonly (readonly [name: string, schema: NormalizedSchema])[] =>
  schema.isStructSchema() ? [...schema.structIterator()].slice(0, requiredCount(schema)) : [];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of most services of AWS, which write the path as `tags.1.member.key`. */
export function constraintViolation({ path, kind }: Misfit): string {
  const at = path
    .map((part) => (/^\d+$/.test(part) ? `${part}.member` : part.charAt(0).toLowerCase() + part.slice(1)))
    .join('.');
  return kind === 'missing'
    ? `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`
    : `1 validation error detected: Value at '${at}' failed to satisfy constraint: Member must be of the modelled type`;
}
