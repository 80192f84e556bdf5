import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runbooks } from '../src/runbooks/index.ts';
import { services } from '../src/sandbox/services/index.ts';

/** A file of the repository. Paths in `src` are relative to it, as in docs/architecture.md. */
interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const filesBelow = (root: string): readonly SourceFile[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => posix.join(parentPath, name))
    .toSorted()
    .map((path) => ({ path: posix.relative(root, path), text: readFileSync(path, 'utf8') }));

const source = filesBelow('src');
const code = source.filter(({ path }) => path.endsWith('.ts'));
const tests = filesBelow('test').filter(({ path }) => path.endsWith('.ts'));
const architecture = readFileSync('docs/architecture.md', 'utf8');

const neutral = [
  'clock.ts',
  'duration.ts',
  'errors.ts',
  'environment.ts',
  'environment/',
  'http-probe.ts',
  'name-lookup.ts',
];

interface ImportLine {
  /** A package, or a path relative to `src`. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Biome puts every import at the start of a line, and the lines of a comment never begin with one. */
function importsOf({ path, text }: SourceFile): readonly ImportLine[] {
  const statements = /^(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\sfrom\s+)?'([^']+)'/gm;
  const calls = /(\btypeof\s+)?\bimport\(\s*'([^']+)'/g;
  const found = [...text.matchAll(statements), ...withoutComments(text).matchAll(calls)];
  return found.map(([, type, to = '']) => ({
    to: to.startsWith('.') ? posix.join(posix.dirname(path), to) : to,
    typeOnly: type !== undefined,
  }));
}

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .map((line) => line.replace(/\s\/\/ .*$/, ''))
    .join('\n');

/** Rows of the table between two marks, each cell as the code spans in it. */
function tableIn(markdown: string, mark: string): readonly (readonly (readonly string[])[])[] {
  const table = markdown.split(`<!-- ${mark} -->\n`)[1]?.split(`<!-- end of ${mark} -->`)[0] ?? '';
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)),
    );
}

/** `aws/` is a folder with all below it, `@aws-sdk/client-*` a family, `zod` a package with its subpaths. */
const covers = (name: string, target: string): boolean =>
  name.endsWith('/') || name.endsWith('*')
    ? target.startsWith(name.replace(/\*$/, ''))
    : target === name || target.startsWith(`${name}/`);

interface ImportRule {
  readonly from: string;
  readonly values: readonly string[];
  readonly types: readonly string[];
}

const importRules: readonly ImportRule[] = tableIn(architecture, 'imports').map(
  ([from = [], values = [], types = []]) => ({ from: from[0] ?? '', values, types }),
);

function forbiddenImports(file: SourceFile, rules: readonly ImportRule[]): readonly string[] {
  const { path } = file;
  const rows = rules.filter(({ from }) => covers(from, path));
  if (rows.length === 0 && !neutral.includes(path)) return [`${path} is in no row of the import table`];
  const own = path.includes('/') ? [`${path.split('/')[0]}/`] : [];
  const values = [...own, ...neutral, ...rows.flatMap((row) => row.values)];
  const types = [...values, ...rows.flatMap((row) => row.types)];
  return importsOf(file)
    .filter(({ to, typeOnly }) => !(typeOnly ? types : values).some((name) => covers(name, to)))
    .map(({ to, typeOnly }) => `${path} imports ${typeOnly ? 'types of ' : ''}${to}`);
}

interface Door {
  readonly what: string;
  readonly importedBy: readonly string[];
}

const doors: readonly Door[] = tableIn(architecture, 'doors').map(([what = [], importedBy = []]) => ({
  what: what[0] ?? '',
  importedBy,
}));

const passedDoors = (file: SourceFile, rules: readonly Door[]): readonly string[] =>
  importsOf(file).flatMap(({ to, typeOnly }) =>
    rules
      .filter(({ what, importedBy }) => !typeOnly && covers(what, to) && !importedBy.includes(file.path))
      .map(({ importedBy }) => `${file.path} imports ${to}, which only ${importedBy.join(', ')} may`),
  );

interface WordRule {
  readonly words: readonly string[];
  readonly standIn: readonly string[];
}

const wordRules: readonly WordRule[] = tableIn(architecture, 'words').map(([words = [], standIn = []]) => ({
  words,
  standIn,
}));

/** A word that ends in a dot stands for any member. */
const wordPattern = (word: string): RegExp =>
  new RegExp(`(?<![\\w$])${word.replace(/[.()]/g, '\\$&')}${word.endsWith('.') ? '(?=\\w)' : '(?![\\w$])'}`);

const misplacedWords = ({ path, text }: SourceFile, rules: readonly WordRule[]): readonly string[] =>
  rules
    .filter(({ standIn }) => !standIn.some((place) => covers(place, path)))
    .flatMap(({ words }) => words.filter((word) => wordPattern(word).test(withoutComments(text))))
    .map((word) => `${path} has ${word}`);

function styleFaults({ path, text }: SourceFile): readonly string[] {
  const lines = withoutComments(text);
  // AWS's own name for its service is no word of ours.
  const own = path.replaceAll('secrets-manager', 'secrets');
  const names = own.split('/').flatMap((segment) => segment.split(/[.-]/));
  return [
    ...(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.[a-z]+$/.test(path)
      ? []
      : ['its name is not kebab-case']),
    ...names
      .filter((name) => /^(?:utils?|helpers?|common|managers?)$/.test(name))
      .map((name) => `it is called ${name}, which says nothing`),
    ...(/\b(?:const\s+)?enum\s+\w+\s*\{/.test(lines) ? ['it has an enum'] : []),
    ...(/^.*(?:[:<,|&]|\bas|=>)\s*any\b(?!['`"]).*$/m.test(withoutIgnored(text)) ? ['it has any'] : []),
  ].map((fault) => `${path}: ${fault}`);
}

/** Biome lets `any` pass where a comment gives the reason; so does this. */
const withoutIgnored = (text: string): string =>
  withoutComments(text.replace(/\/\/ biome-ignore lint\/suspicious\/noExplicitAny: \w.*\n.*\n/g, ''));

/** The numbers of a service's rules, and those that the titles of its tests name. */
const rulesOf = (markdown: string): readonly number[] =>
  [...markdown.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));

const rulesNamedIn = (text: string, prefix = ''): ReadonlySet<number> =>
  new Set(
    [...text.matchAll(new RegExp(`['\`]${prefix}rules? (\\d+(?:(?:, | and )\\d+)*)`, 'g'))].flatMap(
      ([, numbers = '']) => [...numbers.matchAll(/\d+/g)].map(([number]) => Number(number)),
    ),
  );

describe('imports', () => {
  test('keep to the table in docs/architecture.md', () => {
    expect(importRules.length).toBeGreaterThan(10);
    expect(code.flatMap((file) => forbiddenImports(file, importRules))).toEqual([]);
  });

  test('are all understood', () => {
    const begun = ({ text }: SourceFile) => text.match(/(?:\bfrom|^import) '[^']+';$/gm) ?? [];
    const missed = code.filter((file) => importsOf(file).length < begun(file).length);
    expect(missed.map(({ path }) => path)).toEqual([]);
  });

  test('every row of the table is about something that there is', () => {
    const gone = importRules.filter(({ from }) => !code.some(({ path }) => covers(from, path)));
    expect(gone).toEqual([]);
  });

  test('some things are imported by one file alone', () => {
    expect(doors.length).toBeGreaterThan(3);
    expect(code.flatMap((file) => passedDoors(file, doors))).toEqual([]);
    for (const { what, importedBy } of doors) {
      const importers = code.filter((file) => importsOf(file).some(({ to }) => covers(what, to)));
      expect(importers.map(({ path }) => path)).toEqual(expect.arrayContaining([...importedBy]));
    }
  });

  test.each([
    ['a value of the SDK outside src/aws', 'runbooks/a.ts', "import { X } from '@aws-sdk/client-ec2';"],
    ['a value of the SDK beside src/aws/sdk', 'aws/a.ts', "import { X } from '@aws-sdk/client-ec2';"],
    ['the disk in a runbook', 'runbooks/parts/a.ts', "import { readFileSync } from 'node:fs';"],
    ['the disk in the engine', 'engine/a.ts', "import 'node:fs';"],
    ['the sandbox in the layer that it tests', 'aws/a.ts', "import { a } from '../sandbox/world.ts';"],
    ['the tool in the sandbox', 'sandbox/a.ts', "export { retry } from '../aws/retry.ts';"],
    ['a value where types are allowed', 'engine/a.ts', "import { a } from '../aws/clients.ts';"],
    ['a dynamic import', 'commands/a.ts', "const a = await import('../aws/session.ts');"],
    [
      'an import over several lines',
      'reports/a.ts',
      "import {\n  a,\n  type B,\n} from '../journal/run-lock.ts';",
    ],
    ['a folder of which the table says nothing', 'misc/a.ts', ''],
  ])('%s is noticed', (_what, path, text) => {
    expect(forbiddenImports({ path, text }, importRules)).toHaveLength(1);
  });

  test.each([
    ['types where types are allowed', 'engine/a.ts', "import type { A } from '../aws/clients.ts';"],
    ['the type of a module', 'sandbox/a.ts', "type A = typeof import('@aws-sdk/client-ec2');"],
    ['a subpath of a package', 'commands/a.ts', "import { string } from '@oclif/core/flags';"],
    ['what only a comment says', 'engine/a.ts', "/** As in\n * import('node:fs') */\n// import 'listr2';"],
  ])('%s is no violation', (_what, path, text) => {
    expect(forbiddenImports({ path, text }, importRules)).toEqual([]);
  });

  test('a second importer of what has one door is noticed', () => {
    const file = { path: 'command-line/a.ts', text: "const a = await import('../aws/guarded-client.ts');" };
    expect(passedDoors(file, doors)).toHaveLength(1);
  });
});

describe('time, chance and the process', () => {
  test('stand only where docs/architecture.md says', () => {
    expect(wordRules.flatMap(({ words }) => words)).toContain('Date.now');
    expect(code.flatMap((file) => misplacedWords(file, wordRules))).toEqual([]);
  });

  test.each([
    'const at = Date.now();',
    'const at = new Date();',
    'setTimeout(go, 10);',
    'await new Promise(setImmediate);',
    'const chance = Math.random();',
    'const id = crypto.randomUUID();',
    'const home = process.env.HOME;',
  ])('%s in a runbook is noticed', (text) => {
    expect(misplacedWords({ path: 'runbooks/a.ts', text }, wordRules)).toHaveLength(1);
  });

  test.each(['const at = new Date(0);', '// not Date.now(): the clock is a port', 'clearTimeout(timer);'])(
    '%s is no violation',
    (text) => {
      expect(misplacedWords({ path: 'runbooks/a.ts', text }, wordRules)).toEqual([]);
    },
  );
});

describe('names and style', () => {
  test('hold in every file of src', () => {
    expect(source.filter(({ path }) => path.endsWith('.ts')).flatMap(styleFaults)).toEqual([]);
  });

  test.each([
    ['runPlan.ts', ''],
    ['Engine/run.ts', ''],
    ['aws/retry-utils.ts', ''],
    ['common/a.ts', ''],
    ['a.ts', 'export enum Colour {\n  Red,\n}'],
    ['a.ts', 'const a = (value: any) => value;'],
    ['a.ts', 'const a = JSON.parse(text) as any;'],
    ['a.ts', 'type A = Record<string, any>;'],
  ])('%s with %j is noticed', (path, text) => {
    expect(styleFaults({ path, text })).toHaveLength(1);
  });

  test('no test replaces a module', () => {
    const mocks = /\bvi\s*\.\s*(?:mock|doMock)\s*\(/;
    expect(tests.filter(({ text }) => mocks.test(text)).map(({ path }) => path)).toEqual([]);
    expect(mocks.test(['vi', "mock('../src/clock.ts')"].join('.'))).toBe(true);
  });
});

describe('every runbook', () => {
  const commands = code.filter(({ path }) => path.startsWith('commands/run/'));
  const pages = filesBelow('docs/runbooks').map(({ path }) => path);

  test('is listed under the name of its file', () => {
    const files = code.map(({ path }) => path).filter((path) => /^runbooks\/[^/]+\.ts$/.test(path));
    const listed = runbooks.map(({ id }) => `runbooks/${id}.ts`);
    expect(files.toSorted()).toEqual(['runbooks/index.ts', ...listed].toSorted());
    expect(new Set(listed).size).toBe(listed.length);
  });

  test('has a command of its name, and there is no command beside these', () => {
    expect(commands.map(({ path }) => path)).toEqual(
      runbooks.map(({ id }) => `commands/run/${id}.ts`).toSorted(),
    );
    for (const { path, text } of commands)
      expect(text, path).toContain(`'../../runbooks/${posix.basename(path)}'`);
  });

  test('has a page, and there is no page beside these', () => {
    expect(pages).toEqual(runbooks.map(({ id }) => `${id}.md`).toSorted());
  });

  test.each(runbooks.map(({ id }) => id))('%s passes the standard tests', (id) => {
    const own = tests.filter(({ path }) => path.startsWith(`runbooks/${id}`));
    expect(own.some(({ text }) => text.includes('standardRunbookTests('))).toBe(true);
  });
});

describe('every service of the sandbox', () => {
  test.each(services.map(({ name }) => name))(
    '%s has rules, numbered from 1, each with a test that names it',
    (name) => {
      const markdown = readFileSync(`src/sandbox/services/${name}.md`, 'utf8');
      const rules = rulesOf(markdown);
      expect(rules.length).toBeGreaterThan(0);
      expect(rules).toEqual(rules.map((_rule, index) => index + 1));
      const title = /^# (.*), as the sandbox has it$/m.exec(markdown)?.[1] ?? '';
      const named = tests
        .filter(({ path }) => path.startsWith('sandbox/services/'))
        .flatMap(({ path, text }) => {
          const isItsOwn = path.slice('sandbox/services/'.length).startsWith(name);
          return [...rulesNamedIn(text, `${title} `), ...(isItsOwn ? rulesNamedIn(text) : [])];
        });
      expect(rules.filter((rule) => !named.includes(rule))).toEqual([]);
    },
  );

  test('a rule without a test would be noticed', () => {
    expect(rulesOf('1. One.\n2. Two,\n   in 3. lines.\n')).toEqual([1, 2]);
    expect(rulesNamedIn("test('rule 12: a', f); test('rules 5 and 6: b', f); // rule 7")).toEqual(
      new Set([12, 5, 6]),
    );
    expect(rulesNamedIn("test('rule 1: a', f)", 'Systems Manager ')).toEqual(new Set());
  });
});
