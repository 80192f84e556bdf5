import { FromStringShapeDeserializer, ToStringShapeSerializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { StaticStructureSchema } from '@smithy/types';
import { derivedOnce } from './derived-once.ts';
import type { WireRequest } from './protocol.ts';
import type { Operation } from './service-model.ts';
import { labelsIn } from './uri-template.ts';

/** How a protocol writes what stands in a body. */
export interface BodyCodec {
  readonly contentType: string;
  read(schema: NormalizedSchema | StaticStructureSchema, body: Uint8Array): unknown;
  write(schema: NormalizedSchema | StaticStructureSchema, value: object): Uint8Array;
}

/** Where the members of a structure stand in a message. https://smithy.io/2.0/spec/http-bindings.html */
interface Bindings {
  readonly labels: readonly Bound[];
  readonly query: readonly Bound[];
  readonly headers: readonly Bound[];
  readonly prefixHeaders: readonly Bound[];
  readonly otherQuery: Bound | undefined;
  readonly statusCode: Bound | undefined;
  readonly payload: Bound | undefined;
  /** A structure of the members that stand nowhere else. */
  readonly body: StaticStructureSchema | undefined;
}

interface Bound {
  readonly member: string;
  /** Of the parameter, the header, or the start of the headers. */
  readonly name: string;
  readonly schema: NormalizedSchema;
}

/** Throws for what cannot be read. */
export async function readBound(
  request: WireRequest,
  operation: Operation,
  codec: BodyCodec,
): Promise<unknown> {
  if (!operation.input.isStructSchema()) return {};
  const { labels, query, otherQuery, headers, prefixHeaders, payload, body } = requestBindings(
    operation.input,
  );
  const found: [member: string, value: unknown][] = [];
  const pathLabels = labelsIn(request, operation);
  for (const { member, schema } of labels)
    found.push([member, uriText.read(schema, pathLabels.get(member) ?? '')]);
  for (const { member, name, schema } of query) {
    const values = valuesOf(request, name);
    if (values.length > 0) found.push([member, readQuery(schema, values)]);
  }
  if (otherQuery) {
    const keys = new Set(request.query.map(([key]) => key));
    const others = [...keys].filter((key) => !query.some(({ name }) => name === key));
    const value = otherQuery.schema.getValueSchema();
    found.push([
      otherQuery.member,
      Object.fromEntries(others.map((key) => [key, readQuery(value, valuesOf(request, key))])),
    ]);
  }
  for (const { member, name, schema } of headers) {
    const text = request.headers[name];
    if (text !== undefined) found.push([member, headerText.read(schema, text)]);
  }
  for (const { member, name } of prefixHeaders) {
    const named = Object.entries(request.headers).filter(([header]) => header.startsWith(name));
    if (named.length > 0)
      found.push([
        member,
        Object.fromEntries(named.map(([header, text]) => [header.slice(name.length), text])),
      ]);
  }
  if (payload) {
    const value = await readPayload(payload.schema, request.body, codec);
    if (value !== undefined) found.push([payload.member, value]);
  }
  const inBody = body && request.body.byteLength > 0 ? await codec.read(body, request.body) : {};
  if (typeof inBody !== 'object' || inBody === null || Array.isArray(inBody)) return inBody;
  return { ...inBody, ...Object.fromEntries(found) };
}

export interface BoundMessage {
  readonly statusCode: number | undefined;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  readonly streamed: boolean;
}

export function writeBound(schema: NormalizedSchema, value: unknown, codec: BodyCodec): BoundMessage {
  const output = value as Readonly<Record<string, unknown>>;
  const { headers, prefixHeaders, statusCode, payload, body } = schema.isStructSchema()
    ? responseBindings(schema)
    : unbound;
  const written: Record<string, string> = {};
  for (const { member, name, schema: of } of headers)
    if (output[member] !== undefined && output[member] !== null)
      written[name] = headerWritten(of, output[member]);
  for (const { member, name } of prefixHeaders)
    for (const [key, text] of Object.entries(output[member] ?? {}))
      written[`${name}${key}`.toLowerCase()] = String(text);
  const [content, contentType] = payload
    ? writePayload(payload.schema, output[payload.member], codec)
    : body
      ? [codec.write(body, output), codec.contentType]
      : [noBytes, undefined];
  const status = statusCode && output[statusCode.member];
  return {
    statusCode: typeof status === 'number' ? status : undefined,
    headers: { ...(contentType === undefined ? {} : { 'content-type': contentType }), ...written },
    body: content,
    streamed: payload?.schema.isStreaming() ?? false,
  };
}

const noBytes = new Uint8Array();

const valuesOf = ({ query }: WireRequest, name: string): readonly string[] =>
  query.filter(([key]) => key === name).map(([, value]) => value);

const readQuery = (schema: NormalizedSchema, values: readonly string[]): unknown =>
  schema.isListSchema()
    ? values.map((value) => uriText.read(schema.getValueSchema(), value))
    : uriText.read(schema, values[0] ?? '');

function readPayload(schema: NormalizedSchema, bytes: Uint8Array, codec: BodyCodec): unknown {
  if (schema.isBlobSchema()) return bytes;
  if (bytes.byteLength === 0) return undefined;
  return schema.isStringSchema() ? new TextDecoder().decode(bytes) : codec.read(schema, bytes);
}

function writePayload(
  schema: NormalizedSchema,
  value: unknown,
  codec: BodyCodec,
): readonly [Uint8Array, contentType: string | undefined] {
  if (value === undefined || value === null) return [noBytes, undefined];
  const { mediaType } = schema.getMergedTraits();
  if (value instanceof Uint8Array) return [value, mediaType ?? 'application/octet-stream'];
  if (typeof value === 'object' && !schema.isStringSchema())
    return [codec.write(schema, value), codec.contentType];
  return [new TextEncoder().encode(String(value)), mediaType ?? 'text/plain'];
}

// Timestamps without a format of their own are ISO 8601 in the URI and HTTP dates in headers:
// https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait
const uriText = new FromStringShapeDeserializer({ timestampFormat: { useTrait: true, default: 5 } });
const headerText = new FromStringShapeDeserializer({ timestampFormat: { useTrait: true, default: 6 } });

function headerWritten(schema: NormalizedSchema, value: unknown): string {
  const serializer = new ToStringShapeSerializer({ timestampFormat: { useTrait: true, default: 6 } });
  serializer.write(schema, value);
  return serializer.flush();
}

function bindings(schema: NormalizedSchema, direction: 'request' | 'response'): Bindings {
  const members = [...schema.structIterator()].map(([member, of]) => ({
    member,
    schema: of,
    traits: of.getMergedTraits(),
  }));
  const inUri = direction === 'request';
  const bound = (nameOf: (traits: (typeof members)[number]['traits']) => string | undefined): Bound[] =>
    members.flatMap(({ member, schema: of, traits }) => {
      const name = nameOf(traits);
      return name === undefined ? [] : [{ member, schema: of, name }];
    });
  const marked = (mark: number | undefined): string | undefined => (mark ? '' : undefined);
  const found = {
    labels: inUri ? bound(({ httpLabel }) => marked(httpLabel)) : [],
    query: inUri ? bound(({ httpQuery }) => httpQuery) : [],
    headers: bound(({ httpHeader }) => httpHeader?.toLowerCase()),
    prefixHeaders: bound(({ httpPrefixHeaders }) => httpPrefixHeaders?.toLowerCase()),
    otherQuery: inUri ? bound(({ httpQueryParams }) => marked(httpQueryParams))[0] : undefined,
    statusCode: inUri ? undefined : bound(({ httpResponseCode }) => marked(httpResponseCode))[0],
    payload: bound(({ httpPayload }) => marked(httpPayload))[0],
  };
  const elsewhere = new Set(
    Object.values(found)
      .flat()
      .map((each) => each?.member),
  );
  const rest = members.filter(({ member }) => !elsewhere.has(member));
  const [, namespace, name, traits] = schema.getSchema() as StaticStructureSchema;
  return {
    ...found,
    body:
      rest.length === 0
        ? undefined
        : [3, namespace, name, traits, rest.map(({ member }) => member), rest.map((each) => each.schema)],
  };
}

const requestBindings = derivedOnce((schema: NormalizedSchema) => bindings(schema, 'request'));
const responseBindings = derivedOnce((schema: NormalizedSchema) => bindings(schema, 'response'));

const unbound: Pick<Bindings, 'headers' | 'prefixHeaders' | 'statusCode' | 'payload' | 'body'> = {
  headers: [],
  prefixHeaders: [],
  statusCode: undefined,
  payload: undefined,
  body: undefined,
};
