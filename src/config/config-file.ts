import { lstatSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import { configSchema } from './config-schema.ts';
import { configJsonSchema } from './json-schema.ts';
import { byNearness, nearest } from './nearest.ts';
import { expectation, problemsOf } from './schema-problems.ts';
import { type Problem, readYaml } from './yaml-source.ts';

export const configFileName = 'runbook.yaml';

export interface Config {
  /** As messages name it: relative to where it was asked for. */
  readonly file: string;
  /** In the order of the file. */
  readonly environments: readonly Environment[];
}

/** The file was read and is wrong. Carries every problem, for `--json` and editors. */
export class InvalidConfig extends UsageError {
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super({
      code: 'CONFIG_INVALID',
      message: [
        `${file} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:`,
        ...problems.map(
          ({ line, column, path, message }) =>
            `  ${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`,
        ),
      ].join('\n'),
      hint: `Correct the file, then check it: ${command('runbook config check', file)}`,
    });
    this.file = file;
    this.problems = problems;
  }
}

/**
 * Reads the file at `path`, or else the first `runbook.yaml` in `from` and the folders above it.
 * @throws UsageError where there is none, or it cannot be read
 * @throws InvalidConfig naming every problem in it
 */
export function loadConfig({ path, from }: { path?: string | undefined; from: string }): Config {
  const file = path === undefined ? findUpwards(from) : resolve(from, path);
  const named = path ?? relative(from, file);
  return parseConfig(readText(file, named), named);
}

/** @throws InvalidConfig naming every problem in `text`, under the name `file` */
export function parseConfig(text: string, file: string): Config {
  const { content, problems } = readYaml(text);
  if (content === undefined) throw new InvalidConfig(file, inOrder(problems));
  if (content.data === null) {
    throw new UsageError({
      code: 'CONFIG_EMPTY',
      message: `${file} is empty, so no environment is described in it.`,
      hint: 'Delete it and write a commented example: runbook config init',
    });
  }
  const parsed = configSchema.safeParse(content.data, { error: expectation });
  const all = [...problems, ...(parsed.success ? [] : problemsOf(parsed.error, content, configJsonSchema()))];
  if (!parsed.success || all.length > 0) throw new InvalidConfig(file, inOrder(all));
  return {
    file,
    environments: Object.entries(parsed.data.environments).map(([name, settings]) => ({ ...settings, name })),
  };
}

/** @throws UsageError naming the environments there are */
export function environmentNamed(config: Config, name: string): Environment {
  const environment = config.environments.find((candidate) => candidate.name === name);
  if (environment !== undefined) return environment;
  const names = byNearness(
    name,
    config.environments.map((candidate) => candidate.name),
  );
  const meant = nearest(name, names);
  throw new UsageError({
    code: 'ENVIRONMENT_UNKNOWN',
    message: `${config.file} describes no environment ${JSON.stringify(name)}. It describes: ${names.join(', ')}.`,
    hint:
      meant === undefined ? `Choose one of them, as in: --env ${names[0]}` : `Did you mean: --env ${meant}`,
  });
}

function findUpwards(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const file = join(folder, configFileName);
    if (isThere(file)) return file;
    if (dirname(folder) === folder) break;
  }
  throw new UsageError({
    code: 'CONFIG_NOT_FOUND',
    message: `There is no ${configFileName} in ${resolve(from)} or any folder above it, so no environment is known.`,
    hint: 'Write a commented example: runbook config init. Or name a file elsewhere: --config FILE',
  });
}

/** Also a link that leads nowhere: to pass over it would be to read another file than the one that is meant. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function readText(file: string, named: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if ((code === 'ENOENT' || code === 'ENOTDIR') && !isThere(file)) {
      throw new UsageError({
        code: 'CONFIG_NOT_FOUND',
        message: `${named} does not exist (looked for ${file}).`,
        hint: 'Give --config the path of an existing file, or write a commented example: runbook config init',
        cause: error,
      });
    }
    throw new UsageError({
      code: 'CONFIG_UNREADABLE',
      message: `${named} cannot be read: ${reasons[code] ?? code}.`,
      hint: `Look at it: ls -ld ${file}`,
      cause: error,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder, not a file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ENOENT: 'it is a link to a file that does not exist',
  ENOTDIR: 'it is a link to a file that does not exist',
  ELOOP: 'it is a link that leads back to itself',
};

const command = (text: string, file: string) => (file === configFileName ? text : `${text} --config ${file}`);

const inOrder = (problems: readonly Problem[]) =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
