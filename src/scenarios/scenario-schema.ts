import * as z from 'zod';
import { outcomes } from '../engine/outcome.ts';
import { duration } from '../environment/duration-codec.ts';
import { faultSchema } from './fault-schema.ts';

const sentence = z.string().min(1);

const call = {
  service: sentence.meta({
    description: 'Name of the SDK package without @aws-sdk/client-',
    examples: ['rds'],
  }),
  operation: sentence.meta({ examples: ['ModifyDBCluster'] }),
  input: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ description: "The operation's parameters, as the SDK has them" }),
  region: sentence.optional().meta({ description: "Without it the environment's own" }),
};

/** A scenario file. Everything that happens in it follows from this, from the seed, and from what the trainee does. */
export const scenarioSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'Where an editor finds the schema of this file' }),
  title: sentence.meta({ description: 'A line for the list of scenarios' }),
  story: sentence.meta({
    description: 'What really happens, and where such an incident was met. A trainee reads it afterwards',
  }),
  brief: sentence.meta({ description: 'What the trainee is told before it begins' }),
  environments: z
    .array(z.enum(['prod', 'dev']))
    .min(1)
    .optional()
    .meta({ description: 'The stacks that stand in the account; all without it' }),
  seed: z
    .int()
    .nonnegative()
    .default(1)
    .meta({ description: 'Another number, another course of the same events' }),
  before: z
    .array(z.strictObject(call))
    .default([])
    .meta({ description: 'Calls to AWS that make the world as it is when the scenario begins' }),
  during: z
    .array(
      z.strictObject({
        ...call,
        at: duration.meta({ description: 'How long after the beginning' }),
        by: sentence
          .default('somebody-else')
          .meta({ description: 'Who calls, as CloudTrail will name them' }),
      }),
    )
    .default([])
    .meta({ description: 'Calls to AWS that somebody else makes meanwhile' }),
  faults: z.array(faultSchema).default([]).meta({ description: 'What goes wrong, and when' }),
  exercise: z
    .strictObject({
      runbook: sentence.meta({
        description: 'The procedure that the trainee carries out',
        examples: ['rolling-update'],
      }),
      environment: z.enum(['prod', 'dev']).default('prod'),
      parameters: z.record(z.string(), z.unknown()).default({}),
    })
    .optional()
    .meta({ description: 'What `runbook train` runs; without it the scenario is for free practice' }),
  good: z
    .strictObject({
      outcomes: z
        .array(z.enum(outcomes))
        .min(1)
        .default(['succeeded'])
        .meta({ description: 'Outcomes of the run that are right in this scenario' }),
      downtime: duration.default(0).meta({ description: 'Downtime for users that could not be helped' }),
      changes: z
        .array(sentence)
        .optional()
        .meta({ description: 'Operations that a good operator may call; every other write is unneeded' }),
      skips: z
        .array(sentence)
        .default([])
        .meta({ description: 'Steps that may be skipped here, with a reason' }),
      advice: z
        .array(sentence)
        .default([])
        .meta({ description: 'What a good operator does, told at the end' }),
    })
    .optional(),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;
