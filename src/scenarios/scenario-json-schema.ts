import * as z from 'zod';
import type { JsonSchema } from '../config/json-schema.ts';
import { scenarioSchema } from './scenario-schema.ts';

/** A scenario's file as people write it, for editors. */
export function scenarioJsonSchema(): JsonSchema {
  return {
    // yaml-language-server reads drafts up to 7: https://github.com/redhat-developer/yaml-language-server
    ...z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' }),
    title: 'A scenario of the sandbox',
    description:
      'How a simulated stack is when it begins, what goes wrong in it, and what a good operator does',
  };
}

/** The text of `schema/scenario.schema.json`. */
export const scenarioJsonSchemaText = (): string => `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
