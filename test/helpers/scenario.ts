import { readScenario, type Scenario, scenarioNames } from '../../src/scenarios/read-scenario.ts';

const folder = 'scenarios';

/** One of the scenarios that come with runbook. */
export const scenario = (name: string): Scenario => readScenario(name, { folder, from: '.' });

export const allScenarios = (): readonly Scenario[] => scenarioNames(folder).map(scenario);
