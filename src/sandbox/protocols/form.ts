import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaTraitsObject } from '@smithy/types';
import { checkDepth, checkParts, checkSigns } from './body-size.ts';
import { derivedOnce } from './derived-once.ts';
import type { WireRequest } from './protocol.ts';

/** The parameters of a request: their keys split on dots, so that `Tags.member.1.Key` lies four levels deep. */
export interface FormNode {
  text?: string;
  readonly children: Map<string, FormNode>;
}

/** Where the two query protocols differ in how they write a form. */
export interface FormStyle {
  keyOf(member: string, traits: SchemaTraitsObject): string;
  /** Without the `member` level between a list and its items. */
  readonly flatLists: boolean;
}

/** Whether the request is a form for this version of the API. */
export const isFormFor = (request: WireRequest, version: string): boolean =>
  formOf(request).children.get('Version')?.text === version && actionIn(request) !== undefined;

export const actionIn = (request: WireRequest): string | undefined =>
  formOf(request).children.get('Action')?.text;

const longestKey = 1000;

/**
 * The request as it was, once its form has been read.
 * @throws RangeError for a form that is larger than any that AWS would take
 */
export function withForm(request: WireRequest): WireRequest {
  formOf(request);
  return request;
}

function partsOf(key: string): string[] {
  if (key.length > longestKey) throw new RangeError('A key of the form is too long');
  const parts = key.split('.');
  checkDepth(parts.length);
  return parts;
}

/** Parameters stand in the URL (presigned URLs, GET), in the body, or in both. */
export const formOf = derivedOnce(({ headers, query, body }: WireRequest): FormNode => {
  const root: FormNode = { children: new Map() };
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (isForm) checkSigns(body, '&');
  let nodes = 0;
  const inBody = isForm ? new URLSearchParams(new TextDecoder().decode(body)) : [];
  for (const [key, text] of [...query, ...inBody]) {
    let node = root;
    for (const part of partsOf(key)) {
      let child = node.children.get(part);
      if (child === undefined) {
        nodes += 1;
        checkParts(nodes);
        child = { children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.text = text;
  }
  return root;
});

const scalars = new FromStringShapeDeserializer({ timestampFormat: { useTrait: true, default: 5 } });

export function readForm(schema: NormalizedSchema, node: FormNode, style: FormStyle): unknown {
  if (schema.isUnitSchema()) return {};
  if (schema.isStructSchema()) {
    const found: [string, unknown][] = [];
    for (const [name, member] of schema.structIterator()) {
      const child = node.children.get(style.keyOf(name, member.getMergedTraits()));
      if (child) found.push([name, readForm(member, child, style)]);
    }
    return Object.fromEntries(found);
  }
  const flat = Boolean(schema.getMergedTraits().xmlFlattened);
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const level =
      flat || style.flatLists ? node : node.children.get(item.getMergedTraits().xmlName ?? 'member');
    // An empty list is written as `Key=`.
    return level ? numbered(level).map((child) => readForm(item, child, style)) : [];
  }
  if (schema.isMapSchema()) {
    const [key, value] = [schema.getKeySchema(), schema.getValueSchema()];
    const level = flat ? node : node.children.get('entry');
    return Object.fromEntries(
      (level ? numbered(level) : []).map((entry) => {
        const [keyNode, valueNode] = [
          entry.children.get(key.getMergedTraits().xmlName ?? 'key'),
          entry.children.get(value.getMergedTraits().xmlName ?? 'value'),
        ];
        return [keyNode?.text ?? '', valueNode && readForm(value, valueNode, style)];
      }),
    );
  }
  return node.text === undefined ? undefined : scalars.read(schema, node.text);
}

const numbered = (node: FormNode): FormNode[] =>
  [...node.children]
    .filter(([key]) => /^\d+$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
