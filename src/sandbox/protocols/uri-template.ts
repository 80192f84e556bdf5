import { derivedOnce } from './derived-once.ts';
import { requiredMembers } from './misfit.ts';
import type { WireRequest } from './protocol.ts';
import type { Operation, ServiceModel } from './service-model.ts';

/** A pattern such as `/{Bucket}/{Key+}?tagging`. https://smithy.io/2.0/spec/http-bindings.html#http-uri */
interface UriTemplate {
  readonly labels: readonly string[];
  /** Captures the labels in their order. */
  readonly path: RegExp;
  /** A digit for each segment: literals stand above labels, and those above greedy labels. */
  readonly rank: string;
  readonly query: readonly (readonly [key: string, value: string])[];
  /** Only newer SDKs send it, and only to tell operations apart that share all the rest. */
  readonly id: string | undefined;
  /** Required members in the query and the headers: by these GetObject and ListParts differ, or PutObject and CopyObject. */
  readonly neededQuery: readonly string[];
  readonly neededHeaders: readonly string[];
}

/** The most specific of the templates that the request matches. */
export function operationAt(
  request: WireRequest,
  operations: ServiceModel['operations'],
): string | undefined {
  let best: { name: string; fit: Fit } | undefined;
  for (const operation of operations.values()) {
    const fit = operation.http?.method === request.method ? fitOf(request, templateOf(operation)) : undefined;
    if (fit && (best === undefined || isCloser(fit, best.fit))) best = { name: operation.name, fit };
  }
  return best?.name;
}

/** The labels of the request's path. Throws for an escape that cannot be decoded. */
export function labelsIn({ path }: WireRequest, operation: Operation): ReadonlyMap<string, string> {
  const { path: pattern, labels } = templateOf(operation);
  const [, ...values] = pattern.exec(path) ?? [];
  return new Map(labels.map((label, index) => [label, decodeURIComponent(values[index] ?? '')]));
}

/** Compared from its first part to its last. */
type Fit = readonly [rank: string, literals: number, needs: number];

function fitOf(request: WireRequest, template: UriTemplate): Fit | undefined {
  const holds = (key: string, value: string) =>
    request.query.some(([k, v]) => k === key && (value === '' || v === value));
  const id = request.query.find(([key]) => key === 'x-id')?.[1];
  if (id !== undefined && template.id !== undefined && id !== template.id) return undefined;
  if (!template.query.every(([key, value]) => holds(key, value))) return undefined;
  if (!template.path.test(request.path)) return undefined;
  const { neededQuery, neededHeaders } = template;
  const complete =
    neededQuery.every((key) => holds(key, '')) &&
    neededHeaders.every((name) => request.headers[name] !== undefined);
  return [template.rank, template.query.length, complete ? neededQuery.length + neededHeaders.length : -1];
}

function isCloser(fit: Fit, than: Fit): boolean {
  for (const [index, part] of fit.entries()) {
    const other = than[index];
    if (other !== undefined && part !== other) return part > other;
  }
  return false;
}

const templateOf = derivedOnce(({ http, input }: Operation): UriTemplate => {
  const [uriPath = '/', uriQuery = ''] = (http?.uri ?? '/').split('?');
  const members = input.isStructSchema() ? [...input.structIterator()] : [];
  // S3's buckets are labels that the SDK's templates leave out, since it writes them into the host.
  const unplaced = members.filter(
    ([name, schema]) => schema.getMergedTraits().httpLabel && !uriPath.match(`\\{${name}\\+?\\}`),
  );
  const segments = [...unplaced.map(([name]) => `{${name}}`), ...uriPath.split('/').filter(Boolean)];
  const labels = segments.flatMap((segment) => segment.match(/^\{(\w+)\+?\}$/)?.[1] ?? []);
  const query = [...new URLSearchParams(uriQuery)];
  const needed = requiredMembers(input).map(([, schema]) => schema.getMergedTraits());
  return {
    labels,
    // A greedy label keeps a slash at the end; elsewhere one may stand there or not.
    path: new RegExp(
      `^${segments.map(patternOf).join('')}${segments.at(-1)?.endsWith('+}') ? '' : '/?'}$`,
      's',
    ),
    rank: segments.map(rankOf).join(''),
    query: query.filter(([key]) => key !== 'x-id'),
    id: query.find(([key]) => key === 'x-id')?.[1],
    neededQuery: needed.flatMap(({ httpQuery }) => httpQuery ?? []),
    neededHeaders: needed.flatMap(({ httpHeader }) => httpHeader?.toLowerCase() ?? []),
  };
});

const patternOf = (segment: string): string => {
  if (segment.endsWith('+}')) return '/(.+)';
  return segment.startsWith('{') ? '/([^/]+)' : `/${segment.replace(/[.*+?^$()[\]|\\]/g, '\\$&')}`;
};

const rankOf = (segment: string): string => {
  if (segment.endsWith('+}')) return '0';
  return segment.startsWith('{') ? '1' : '2';
};
