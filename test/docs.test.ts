import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withUsualScenario } from '../src/command-line/chosen-scenario.ts';
import { exitCodeOf, usageExitCode } from '../src/engine/outcome.ts';
import { generatedFiles } from '../src/generate.ts';

interface Page {
  readonly path: string;
  readonly text: string;
}

const read = (path: string): Page => ({ path, text: readFileSync(path, 'utf8') });

const below = (folder: string, ending: string): readonly Page[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .toSorted()
    .map((name) => read(posix.join(folder, name)));

const runbookPages = below('docs/runbooks', '.md');
const pages = [...below('docs', '.md'), ...['CONTRIBUTING.md', 'README.md'].filter(existsSync).map(read)];
const code = below('src', '.ts');

/** A fenced block that is typed into a shell, continued lines joined. */
const shellBlocks = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/^( *)```(?:sh|bash)\n([\s\S]*?)^\1```$/gm)].map(([, , block = '']) =>
    block.replace(/\s*\\\n\s*/g, ' '),
  );

const codeSpans = ({ text }: Page): readonly string[] =>
  [...text.replace(/^( *)```[\s\S]*?^\1```$/gm, '').matchAll(/`([^`]+)`/g)].map(([, span = '']) =>
    span.replace(/\s+/g, ' '),
  );

interface Flag {
  readonly type: 'boolean' | 'option';
  readonly options?: readonly string[];
}

interface Command {
  readonly id: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly args: number;
}

interface CommandModule {
  readonly default: {
    readonly flags?: Record<string, Flag>;
    readonly baseFlags?: Record<string, Flag>;
    readonly args?: Record<string, unknown>;
    /** False where any number of words may follow. */
    readonly strict?: boolean;
  };
}

const everywhere: Readonly<Record<string, Flag>> = { help: { type: 'boolean' }, json: { type: 'boolean' } };

const commands: readonly Command[] = await Promise.all(
  below('src/commands', '.ts').map(async ({ path }) => {
    const module: CommandModule = await import(/* @vite-ignore */ `../${path}`);
    const { flags, baseFlags, args = {}, strict = true } = module.default;
    const id = path.replace(/^src\/commands\/|(?:\/index)?\.ts$/g, '').split('/');
    return {
      id,
      flags: { ...everywhere, ...baseFlags, ...flags },
      args: strict ? Object.keys(args).length : Infinity,
    };
  }),
);

/** Command lines of this tool in a piece of shell or in a code span. */
const runbookLines = (text: string): readonly string[] =>
  text
    .split(/\n|;|&&|\|/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => /^(?:\$ )?(?:\w+=\S+ )*runbook(?: |$)/.test(line))
    .map((line) => line.replace(/^.*?\brunbook\b/, 'runbook').replace(/ >{1,2} \S+.*$/, ''));

/** What is wrong with a command line, if anything is. */
function faultIn(line: string): string | undefined {
  const words = (line.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? []).slice(1).filter((word) => word !== '...');
  const isCalled = ({ id }: Command) => id.every((part, index) => words[index] === part);
  const command = commands.filter(isCalled).toSorted((a, b) => b.id.length - a.id.length)[0];
  if (command === undefined) {
    const isTopic = commands.some(({ id }) => words.length > 0 && words.every((word, at) => id[at] === word));
    const isAboutAll = words.every((word) => ['--help', '--version', 'help'].includes(word));
    return isTopic || isAboutAll ? undefined : 'there is no such command';
  }
  let positional = 0;
  const rest = withUsualScenario(words.slice(command.id.length));
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('--')) {
      positional += 1;
      continue;
    }
    const [name = '', written] = word.slice(2).split('=', 2);
    const flag = command.flags[name];
    if (flag === undefined) return `${command.id.join(' ')} has no flag --${name}`;
    if (flag.type === 'boolean') continue;
    const value = written ?? rest.shift();
    if (value === undefined) return `--${name} needs a value`;
    if (flag.options !== undefined && !flag.options.includes(value)) return `--${name} is never ${value}`;
  }
  return positional > command.args ? `${command.id.join(' ')} takes ${command.args} arguments` : undefined;
}

describe('what is generated', () => {
  test.each(Object.entries(generatedFiles()))('%s is what the code says', (path, text) => {
    expect(readFileSync(path, 'utf8'), 'Run: npm run generate').toBe(text);
  });
});

describe('command lines of this tool in the docs', () => {
  test.each(pages)('$path has commands and flags that exist', (page) => {
    const lines = [...shellBlocks(page), ...codeSpans(page)].flatMap(runbookLines);
    const faults = lines.flatMap((line) => faultIn(line)?.concat(`: ${line}`) ?? []);
    expect(faults).toEqual([]);
  });

  test.each(runbookPages)('$path names flags that its command has', (page) => {
    const id = ['run', posix.basename(page.path, '.md')];
    const spans = codeSpans(page).filter((span) => span.startsWith('--'));
    expect(spans.length).toBeGreaterThan(0);
    const faults = spans.flatMap((span) => {
      // A flag alone, or with the value that is meant.
      const [name = ''] = span.slice(2).split(' ');
      const isFlag = commands.some((command) => command.id.join() === id.join() && name in command.flags);
      return isFlag ? [] : [span];
    });
    expect(faults).toEqual([]);
  });

  test.each([
    'runbook run rolling-update --env prod --dry-run',
    'runbook run rolling-update --strategy=node-by-node --ami ami-0123456789abcdef0',
    'runbook resume last',
    'runbook runs',
    'runbook config',
    'runbook --version',
  ])('%s is right', (line) => {
    expect(faultIn(line)).toBeUndefined();
  });

  test.each([
    'runbook run rolling-updates --env prod',
    'runbook run rolling-update --environment prod',
    'runbook run rolling-update --strategy blue-green',
    'runbook resume last again',
    'runbook run rolling-update --env',
    'runbook undo last',
  ])('%s would be noticed', (line) => {
    expect(faultIn(line)).toBeTypeOf('string');
  });

  /** A command to run something, up to the first word that is neither a flag nor the value behind one. */
  const runLines = (text: string): readonly string[] =>
    (
      text
        .replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')
        .replace(/\$\{[^{}]*\}/g, 'X')
        .match(/\brunbook run [a-z][a-z-]+(?: --[a-z][a-z-]*(?: [^\s`'",;:)-][^\s`'",;:)]*)?)*/g) ?? []
    ).filter((line) => !line.endsWith('--help'));

  const faultInMessage = (line: string): string | undefined =>
    / --(?:env|sandbox)\b/.test(line) ? faultIn(line) : 'it says no environment, so it would be refused';

  test.each(['src', 'scenarios'])('those in messages of %s can be typed as they stand', (folder) => {
    const lines = [...below(folder, '.ts'), ...below(folder, '.yaml')].flatMap(({ text }) => runLines(text));
    expect(lines.flatMap((line) => faultInMessage(line)?.concat(`: ${line}`) ?? [])).toEqual([]);
  });

  test('one that cannot be typed would be noticed', () => {
    const text =
      'hint: `runbook run backup-verify --component files shows why`, or runbook run dr-drill --env X --practice';
    expect(runLines(text).map(faultInMessage)).toEqual([
      'it says no environment, so it would be refused',
      'run dr-drill has no flag --practice',
    ]);
  });

  test('are found in blocks and in spans', () => {
    const text =
      'See `runbook runs`, `runbook.yaml`.\n\n```sh\n$ runbook show \\\n  rolling-update   # all\n```\n';
    const page = { path: 'a.md', text };
    expect([...shellBlocks(page), ...codeSpans(page)].flatMap(runbookLines)).toEqual([
      'runbook show rolling-update',
      'runbook runs',
    ]);
  });
});

const packages: Readonly<Record<string, () => Promise<object>>> = {
  acm: () => import('@aws-sdk/client-acm'),
  autoscaling: () => import('@aws-sdk/client-auto-scaling'),
  backup: () => import('@aws-sdk/client-backup'),
  cloudtrail: () => import('@aws-sdk/client-cloudtrail'),
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  ec2: () => import('@aws-sdk/client-ec2'),
  efs: () => import('@aws-sdk/client-efs'),
  elbv2: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  kms: () => import('@aws-sdk/client-kms'),
  mq: () => import('@aws-sdk/client-mq'),
  opensearch: () => import('@aws-sdk/client-opensearch'),
  rds: () => import('@aws-sdk/client-rds'),
  route53: () => import('@aws-sdk/client-route-53'),
  secretsmanager: () => import('@aws-sdk/client-secrets-manager'),
  'service-quotas': () => import('@aws-sdk/client-service-quotas'),
  ssm: () => import('@aws-sdk/client-ssm'),
  sts: () => import('@aws-sdk/client-sts'),
};
/** Of these our messages never name an operation without what it needs. */
const givenWhole = ['autoscaling', 'cloudtrail', 'cloudwatch', 'ec2', 'elbv2', 'rds', 'ssm', 'sts'];
const globalOptions = ['query', 'output', 'region', 'profile', 'max-items', 'cli-input-json'];

interface AwsLine {
  readonly service: string;
  readonly operation: string;
  readonly rest: string;
}

/** Command lines of the AWS CLI, in a shell block or in a message of ours. */
const awsLines = (text: string): readonly AwsLine[] =>
  [
    ...text
      .replace(/'\{[^']*\}'/g, (json) => json.replace(/\n/g, ' '))
      .matchAll(
        new RegExp(`\\baws (${Object.keys(packages).join('|')}) (?!wait )([a-z][a-z\\d-]+)(.*)`, 'g'),
      ),
  ].map(([, service = '', operation = '', line = '']) => ({
    service,
    operation,
    rest: line.replace(/\s(?:#|\|\||&&|\||;)\s.*$/, ''),
  }));

/** A structure of the SDK: `[3, namespace, name, traits, members, schemas of the members, how many are required]`. */
type Structure = readonly [
  3,
  string,
  string,
  unknown,
  readonly string[],
  readonly unknown[],
  number | undefined,
];

const isStructure = (schema: unknown): schema is Structure => Array.isArray(schema) && schema[0] === 3;

/** A member's schema can stand in a function, or in a pair with its traits. */
const plain = (schema: unknown): unknown => {
  const value: unknown = typeof schema === 'function' ? schema() : schema;
  return Array.isArray(value) && !isStructure(value) && value.length === 2 ? plain(value[0]) : value;
};

/** As the AWS CLI writes a member's name. */
const optionName = (member: string): string =>
  member
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();

function unknownKeys(value: unknown, schema: unknown): readonly string[] {
  const structure = plain(schema);
  if (typeof value !== 'object' || value === null || !isStructure(structure)) return [];
  const [, , , , members, schemas] = structure;
  return Object.entries(value).flatMap(([key, inner]) =>
    members.includes(key) ? unknownKeys(inner, schemas[members.indexOf(key)]) : [key],
  );
}

async function awsFaults({ service, operation, rest }: AwsLine): Promise<readonly string[]> {
  const sdk = (await packages[service]?.()) ?? {};
  const found: unknown = Object.entries(sdk).find(([key]) => optionName(key) === `${operation}$`)?.[1];
  const input: unknown = Array.isArray(found) ? plain(found[4]) : undefined;
  if (!isStructure(input)) return [`aws ${service} has no operation ${operation}`];
  const [, , , , members, schemas, required = 0] = input;
  const options = members.map(optionName);
  const used = [...rest.matchAll(/--([a-z][a-z\d-]*)(?:[= ]'(\{[^']*\})')?/g)].map(
    ([, option = '', json]) => ({
      option: options.includes(option.replace(/^no-/, '')) ? option.replace(/^no-/, '') : option,
      json,
    }),
  );
  const missing = options
    .slice(0, required)
    .filter((option) => !used.some((it) => [option, 'cli-input-json'].includes(it.option)))
    .map((option) => `aws ${service} ${operation} needs --${option}`);
  const wrong = used.flatMap(({ option, json }) => {
    if (globalOptions.includes(option)) return [];
    if (!options.includes(option)) return [`aws ${service} ${operation} has no --${option}`];
    const keys = json === undefined ? [] : unknownKeys(JSON.parse(json), schemas[options.indexOf(option)]);
    return keys.map((key) => `--${option} of aws ${service} ${operation} has no ${key}`);
  });
  return [...missing, ...wrong];
}

const faultsOf = async (lines: readonly AwsLine[]): Promise<readonly string[]> =>
  (await Promise.all(lines.map(awsFaults))).flat();

describe('command lines of the AWS CLI', () => {
  test.each(runbookPages)('$path has operations and options that AWS has', async (page) => {
    const lines = shellBlocks(page).flatMap(awsLines);
    expect(lines.length).toBeGreaterThan(0);
    expect(await faultsOf(lines)).toEqual([]);
  });

  test('those in our messages are right too', async () => {
    const messages = code.map(({ text }) =>
      text
        .replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')
        .replace(/\$\{[^{}]*\}/g, 'X')
        .replace(/[`'](?![{\w])/g, '\n'),
    );
    const whole = messages.flatMap(awsLines).filter(({ service }) => givenWhole.includes(service));
    expect(await faultsOf(whole)).toEqual([]);
  });

  test.each([
    ['aws autoscaling describe-instance-refreshs --auto-scaling-group-name a', 'no operation'],
    ['aws autoscaling describe-instance-refreshes --max-items 1', 'needs --auto-scaling-group-name'],
    ['aws elbv2 describe-target-health --target-group-arns a', 'has no --target-group-arns'],
    [
      `aws autoscaling start-instance-refresh --auto-scaling-group-name a --preferences '{"BakingTime": 1}'`,
      'has no BakingTime',
    ],
  ])('%s would be noticed', async (line, fault) => {
    expect((await faultsOf(awsLines(line))).join('\n')).toContain(fault);
  });

  test('a switch can be negated', async () => {
    const line = 'aws autoscaling set-desired-capacity --auto-scaling-group-name a --desired-capacity 3';
    expect(await faultsOf(awsLines(`${line} --no-honor-cooldown`))).toEqual([]);
  });
});

/** As GitHub makes them from headings. */
function anchorsOf({ text }: Page): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
      const slug = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

function deadLinks(page: Page): readonly string[] {
  const prose = page.text.replace(/^( *)```[\s\S]*?^\1```$/gm, '').replace(/`[^`]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#', 2);
      const target = path === '' ? page.path : posix.join(posix.dirname(page.path), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(path === '' ? page : read(target)).has(anchor);
    });
}

describe('links', () => {
  test.each(pages)('of $path lead somewhere', (page) => {
    expect(deadLinks(page)).toEqual([]);
  });

  test('a dead one would be noticed', () => {
    const text =
      '# One: two `three`\n[a](#one-two-three) [b](#four) [c](gone.md) [d](architecture.md#nowhere)\n';
    expect(deadLinks({ path: 'docs/architecture.md', text })).toEqual([
      '#four',
      'gone.md',
      'architecture.md#nowhere',
    ]);
  });
});

/** Rows of the first table under a heading, as the text of their cells. */
const rowsUnder = ({ text }: Page, heading: string): readonly (readonly string[])[] =>
  (text.split(`## ${heading}\n`)[1]?.split(/^#/m)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('exit codes', () => {
  test('docs/architecture.md has those of the code', () => {
    const rows = rowsUnder(read('docs/architecture.md'), 'Exit codes').map(([exitCode, outcome]) => [
      Number(exitCode),
      outcome,
    ]);
    const outcomes = Object.entries(exitCodeOf).map(([outcome, exitCode]) => [exitCode, `\`${outcome}\``]);
    expect(rows).toEqual([...outcomes, [usageExitCode, '']].toSorted(([a], [b]) => Number(a) - Number(b)));
  });

  test.each(pages.filter(({ text }) => text.includes('## Exit codes\n')))('$path leaves none out', (page) => {
    const named = rowsUnder(page, 'Exit codes').map(([exitCode = '']) =>
      Number(exitCode.replaceAll('`', '')),
    );
    expect(named.toSorted()).toEqual([...Object.values(exitCodeOf), usageExitCode].toSorted());
  });
});

describe('error codes', () => {
  const thrownIn = (files: readonly Page[]): ReadonlySet<string> =>
    new Set(files.flatMap(({ text }) => [...text.matchAll(/\bcode: '([A-Z_]+)'/g)].map(([, it = '']) => it)));

  test('every one that a runbook throws is explained on a page', () => {
    const explained = new Set(
      runbookPages.flatMap((page) => rowsUnder(page, 'When it stops').map(([it = '']) => it.slice(1, -1))),
    );
    const thrown = thrownIn(code.filter(({ path }) => path.startsWith('src/runbooks/')));
    expect([...thrown].filter((it) => !explained.has(it))).toEqual([]);
    expect([...explained].filter((it) => !thrownIn(code).has(it))).toEqual([]);
  });
});
