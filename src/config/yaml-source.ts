import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';

export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** Something wrong in a YAML file, at a place that an editor can jump to. */
export interface Problem extends Place {
  /** Where in the data: `environments.prod.components.app.targetGroup`. Empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

export type KeyPath = readonly PropertyKey[];

export interface YamlSource {
  /** Absent where the syntax is so broken that nothing can be said about the content. */
  readonly content?: YamlContent;
  readonly problems: readonly Problem[];
}

export interface YamlContent {
  readonly data: unknown;
  placeOfKey(path: KeyPath): Place;
  /** Of the nearest value around it where there is none at `path`. */
  placeOfValue(path: KeyPath): Place;
  /** A plain value as it was typed, before YAML made a number or a boolean of it. */
  typed(path: KeyPath): string | undefined;
  /** What a `# TODO: ...` at the end of the value's line asks for. */
  todo(path: KeyPath): string | undefined;
}

export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    return {
      problems: firstPerLine(
        document.errors.map((error) => ({ ...placeAt(error.pos[0]), path: '', message: error.message })),
      ),
    };
  }

  const startOf = (node: Node | null | undefined) => node?.range?.[0] ?? 0;
  const follow = (path: KeyPath): { key?: Node; value: Node | null } => {
    let found: { key?: Node; value: Node | null } = { value: document.contents };
    for (const step of path) {
      const next = childOf(isAlias(found.value) ? found.value.resolve(document) : found.value, step);
      if (next === undefined) return found;
      found = next;
    }
    return found;
  };

  const problems: Problem[] = document.warnings.map((warning) => ({
    ...placeAt(warning.pos[0]),
    path: '',
    message: warning.message,
  }));
  visit(document.contents, [], (node, path) => {
    if (isAlias(node) && node.resolve(document) === undefined) {
      problems.push({
        ...placeAt(startOf(node)),
        path: pathText(path),
        message: `*${node.source} refers to an anchor &${node.source} that is not there. A value that begins with * needs quotes`,
      });
    }
    if (!isMap(node)) return;
    const seen = new Map<string, Place>();
    for (const pair of node.items) {
      const place = placeAt(startOf(keyNode(pair)));
      const first = seen.get(keyText(pair));
      if (first === undefined) seen.set(keyText(pair), place);
      else
        problems.push({
          ...place,
          path: pathText([...path, keyText(pair)]),
          message: `duplicate key: it already stands in line ${first.line}`,
        });
    }
  });

  let data: unknown;
  try {
    data = document.toJS();
  } catch (error) {
    // An alias to nowhere, already told, or aliases that multiply without end.
    const message = error instanceof Error ? error.message : String(error);
    return { problems: problems.length > 0 ? problems : [{ line: 1, column: 1, path: '', message }] };
  }
  return {
    problems,
    content: {
      data,
      placeOfKey: (path) => {
        const { key, value } = follow(path);
        return placeAt(startOf(key ?? value));
      },
      placeOfValue: (path) => placeAt(startOf(follow(path).value)),
      typed: (path) => {
        const { value } = follow(path);
        return isScalar(value) ? value.source : undefined;
      },
      todo: (path) => {
        const { line } = placeAt(startOf(follow(path).value));
        return /#\s*TODO:?\s*(.+)$/.exec(text.split(/\r?\n/)[line - 1] ?? '')?.[1]?.trim();
      },
    },
  };
}

/** `environments.prod.alarms.stop[0]`; a key with other characters than letters, digits, `-`, `_` and `$` is quoted. */
export function pathText(path: KeyPath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[\w$-]+$/.test(String(step))) return `[${JSON.stringify(String(step))}]`;
      return index === 0 ? String(step) : `.${String(step)}`;
    })
    .join('');
}

const keyNode = (pair: Pair): Node | undefined => (isNode(pair.key) ? pair.key : undefined);
const valueNode = (pair: Pair): Node | null => (isNode(pair.value) ? pair.value : null);
const keyText = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key);

function childOf(
  node: Node | null | undefined,
  step: PropertyKey,
): { key?: Node; value: Node | null } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return isNode(item) ? { value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  // The last of duplicate keys is the one whose value counts.
  const pair = node.items.findLast((item) => keyText(item) === String(step));
  if (pair === undefined) return undefined;
  const key = keyNode(pair);
  return { value: valueNode(pair), ...(key !== undefined && { key }) };
}

function visit(node: unknown, path: KeyPath, tell: (node: Node, path: KeyPath) => void): void {
  if (!isNode(node)) return;
  tell(node, path);
  if (isMap(node)) for (const pair of node.items) visit(pair.value, [...path, keyText(pair)], tell);
  if (isSeq(node))
    node.items.forEach((item, index) => {
      visit(item, [...path, index], tell);
    });
}

/** One mistake in the syntax makes the parser stumble again and again over the rest of its line. */
function firstPerLine(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    (problem, index) => problems.findIndex(({ line }) => line === problem.line) === index,
  );
}
