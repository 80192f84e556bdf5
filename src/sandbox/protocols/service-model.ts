import { NormalizedSchema, translateTraits } from '@smithy/core/schema';
import type { $SchemaRef, StaticErrorSchema, StaticOperationSchema } from '@smithy/types';
import type { Protocol } from './protocol.ts';

/** What is known of a service before its schemas are loaded. */
export interface WireSettings {
  /** As in the credential scope of a signature, and as the first label of the service's host. */
  readonly signingName: string;
  /** Names under which single operations of the service are signed. */
  readonly alsoSignedAs?: readonly string[];
  readonly version: string;
  readonly xmlNamespace: string;
  /** What stands before the operation in `X-Amz-Target`. */
  readonly target: string;
  /** The first one also answers requests that none of them recognises. */
  readonly protocols: readonly [Protocol, ...Protocol[]];
  /** A module that exports the SDK's operation and error schemas; whatever else it exports is ignored. */
  schemas(): Promise<object>;
}

/** https://smithy.io/2.0/spec/http-bindings.html#http-trait */
export interface HttpTrait {
  readonly method: string;
  readonly uri: string;
  readonly status: number;
}

/** One object per operation: what the protocols derive from it is kept by this object. */
export interface Operation {
  readonly name: string;
  /** Where the protocol binds operations to HTTP. */
  readonly http: HttpTrait | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

export interface ServiceModel {
  readonly operations: ReadonlyMap<string, Operation>;
  /** By the shape's name (`InstanceRefreshInProgressFault`) and by the code on the wire (`InstanceRefreshInProgress`). */
  readonly errors: ReadonlyMap<string, StaticErrorSchema>;
}

export function modelOf(schemas: object): ServiceModel {
  const exported: readonly unknown[] = Object.values(schemas);
  const operations = exported.filter(isOperation).map((operation): [string, Operation] => [
    operation[2],
    {
      name: operation[2],
      http: httpTraitOf(operation),
      input: NormalizedSchema.of(operation[4]),
      output: NormalizedSchema.of(operation[5]),
    },
  ]);
  const errors = exported.filter(isError);
  return {
    operations: new Map(operations),
    errors: new Map([
      ...errors.map((error): [string, StaticErrorSchema] => [wireCodeOf(error), error]),
      // Last, so that a shape's name wins over the same word as another shape's code.
      ...errors.map((error): [string, StaticErrorSchema] => [error[2], error]),
    ]),
  };
}

function httpTraitOf([, , , traits]: StaticOperationSchema): HttpTrait | undefined {
  const http = translateTraits(traits).http;
  if (http === undefined) return undefined;
  const [method, uri, status] = http;
  return { method, uri, status };
}

/** A structure's members as its schema has them; none for the empty input or output that is no structure. */
export function membersOf(
  schema: NormalizedSchema,
): readonly (readonly [name: string, schema: $SchemaRef])[] {
  if (!schema.isStructSchema()) return [];
  const [, , , , names, schemas] = schema.getSchema() as StaticErrorSchema;
  return names.map((name, index) => [name, schemas[index] ?? 0]);
}

/** Code and status that the query protocol gives the error, where its model says so. */
export function awsQueryError(error: StaticErrorSchema): { code?: string; status?: number } {
  const trait = NormalizedSchema.of(error).getMergedTraits()['awsQueryError'];
  if (!Array.isArray(trait)) return {};
  const [code, status]: readonly unknown[] = trait;
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
  };
}

export const wireCodeOf = (error: StaticErrorSchema): string => awsQueryError(error).code ?? error[2];

// The first element of a schema tells its kind, as `StaticSchemaIdOperation` and `StaticSchemaIdError` of @smithy/types say.
const isOperation = (value: unknown): value is StaticOperationSchema =>
  Array.isArray(value) && value[0] === 9;
const isError = (value: unknown): value is StaticErrorSchema => Array.isArray(value) && value[0] === -3;
