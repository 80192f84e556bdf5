import { readScenario, type Scenario, scenarioFolder, scenarioNames } from '../scenarios/read-scenario.ts';

/** Where no other is asked for. */
export const usualScenario = 'calm';

interface Package {
  /** Folder of this package, in which its scenarios lie. */
  readonly root: string;
}

/** @throws UsageError for an unknown name, or a file that is no scenario */
export const chosenScenario = (wanted: string, { root }: Package): Scenario =>
  readScenario(wanted, { folder: scenarioFolder(root), from: process.cwd() });

/** All that come with runbook, `calm` first. */
export function builtInScenarios(from: Package): readonly Scenario[] {
  const names = scenarioNames(scenarioFolder(from.root));
  const calmFirst = [usualScenario, ...names.filter((name) => name !== usualScenario)];
  return calmFirst.map((name) => chosenScenario(name, from));
}

/** oclif knows no flag whose value may be left out: `--sandbox` alone becomes `--sandbox calm`. */
export const withUsualScenario = (argv: readonly string[]): string[] =>
  argv.flatMap((word, index) => {
    const next = argv[index + 1];
    return word === '--sandbox' && (next === undefined || next.startsWith('-'))
      ? [word, usualScenario]
      : [word];
  });
