import * as z from 'zod';
import { faultSchema } from './fault-schema.ts';
import type { Scenario } from './read-scenario.ts';

interface FaultFacts {
  readonly what: string;
  readonly description: string;
  readonly settings: readonly { readonly name: string; readonly isRequired: boolean }[];
}

/** Of every fault; said once. */
const settingsOfAll: readonly string[] = ['what', 'from', 'to', 'lasts', 'after'];

function faultFacts(): readonly FaultFacts[] {
  return faultSchema.options.map((option) => {
    const { properties = {}, required = [] } = z.toJSONSchema(option, { io: 'input' });
    const what = z.toJSONSchema(option.shape.what);
    return {
      what: String(what.const),
      description: what.description ?? '',
      settings: Object.keys(properties)
        .filter((name) => !settingsOfAll.includes(name))
        .map((name) => ({ name, isRequired: required.includes(name) })),
    };
  });
}

const code = (text: string): string => `\`${text}\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Every fault and its settings; those that may be left out stand in brackets. */
export const faultsMarkdown = (): string =>
  table(
    ['`what`', 'what happens', 'settings'],
    faultFacts().map(({ what, description, settings }) => [
      code(what),
      description,
      settings.map(({ name, isRequired }) => (isRequired ? code(name) : `[${code(name)}]`)).join(', '),
    ]),
  );

/** The scenarios that come with runbook. */
export const scenariosMarkdown = (scenarios: readonly Scenario[]): string =>
  table(
    ['scenario', 'what it is about', 'exercise'],
    scenarios.map(({ id, title, exercise }) => [
      code(id),
      title,
      exercise === undefined ? 'free practice' : code(exercise.runbook),
    ]),
  );
