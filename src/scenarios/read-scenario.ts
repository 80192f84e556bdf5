import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { byNearness } from '../config/nearest.ts';
import { expectation, problemsOf } from '../config/schema-problems.ts';
import { readYaml } from '../config/yaml-source.ts';
import { UsageError } from '../errors.ts';
import { type ScenarioFile, scenarioSchema } from './scenario-schema.ts';
import { invalidScenario, type ScenarioSource, sourceOf } from './scenario-source.ts';

/** A scenario with the name that it goes by. */
export type Scenario = ScenarioFile & { readonly id: string; readonly source: ScenarioSource };

const ending = '.yaml';

/** The folder of the scenarios that come with runbook, in the folder of the package. */
export const scenarioFolder = (packageRoot: string): string => join(packageRoot, 'scenarios');

export const scenarioNames = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => basename(file, ending))
    .sort();

/**
 * One of the scenarios in `folder` by its name, or a file of the user's by its path, which has a slash or ends in .yaml.
 * @throws UsageError for a name that there is not, a file that cannot be read, or one that is no scenario
 */
export function readScenario(wanted: string, { folder, from }: { folder: string; from: string }): Scenario {
  const isPath = wanted.includes('/') || /\.ya?ml$/.test(wanted);
  const names = scenarioNames(folder);
  if (!isPath && !names.includes(wanted)) {
    throw new UsageError({
      code: 'SCENARIO_UNKNOWN',
      message: `There is no scenario ${JSON.stringify(wanted)}. There are: ${byNearness(wanted, names).join(', ')}.`,
      hint: 'What each is about: runbook sandbox scenarios. For a file of your own, give its path, such as ./mine.yaml',
    });
  }
  const file = isPath ? resolve(from, wanted) : join(folder, `${wanted}${ending}`);
  return { id: basename(file).replace(/\.ya?ml$/, ''), ...parseScenario(readText(file, wanted), wanted) };
}

/** @throws UsageError naming every problem in `text`, under the name `file` */
export function parseScenario(text: string, file: string): Omit<Scenario, 'id'> {
  const { content, problems } = readYaml(text);
  if (content === undefined) throw invalidScenario(file, problems);
  const parsed = scenarioSchema.safeParse(content.data, { error: expectation });
  const all = [
    ...problems,
    ...(parsed.success
      ? []
      : problemsOf(
          parsed.error,
          content,
          z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' }),
        )),
  ];
  if (!parsed.success || all.length > 0) throw invalidScenario(file, all);
  return { ...parsed.data, source: sourceOf(file, content) };
}

/** A scenario is written by hand: a larger file is some other file. */
const largest = 1_000_000;

function readText(file: string, named: string): string {
  try {
    if (statSync(file).size > largest) throw new Error('it is larger than 1 MB, so it is no scenario');
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'SCENARIO_UNREADABLE',
      message: `The scenario ${named} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: `Look at it: ls -l ${file}`,
      cause,
    });
  }
}
