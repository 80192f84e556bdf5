import * as z from 'zod';
import { environmentSchema } from '../environment.ts';
import { findingSchema } from './finding.ts';
import { outcomes } from './outcome.ts';

/** Grows by one when an older `runbook` could misread a newer journal. */
export const journalVersion = 1;

const error = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() });
const step = z
  .string()
  .meta({ description: 'Path: the ids of the step and of the lists around it, joined by /' });
/** `for-each` only in a rehearsal, for a list that depends on changes that were not made. */
const kind = z.enum(['check', 'change', 'wait', 'observe', 'approve', 'measure', 'clean-up', 'for-each']);

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), at: z.iso.datetime(), ...shape });

/** Everything that can stand in a journal. Times are ISO 8601 in UTC; in the sandbox they are virtual. */
export const runEventSchema = z.discriminatedUnion('type', [
  event('run-started', {
    version: z.literal(journalVersion),
    toolVersion: z.string(),
    runId: z.string(),
    runbook: z.string(),
    title: z.string(),
    /** As typed, before defaults and durations are read: resume parses them again. */
    parameters: z.record(z.string(), z.unknown()),
    environment: z.object({ name: z.string(), settings: environmentSchema }),
    mode: z.enum(['live', 'sandbox', 'rehearsal']),
    by: z.string(),
  }),
  event('run-resumed', { by: z.string(), toolVersion: z.string() }),
  event('items-listed', {
    step,
    title: z.string(),
    items: z.array(z.object({ key: z.string(), item: z.unknown() })),
  }),
  /** Of a `together`, when its branches are begun for the first time. */
  event('branches-started', {
    step,
    title: z.string(),
    branches: z.array(z.object({ id: z.string(), title: z.string() })),
  }),
  /** Every step of the branch is done. */
  event('branch-finished', { step, branch: z.string() }),
  event('step-started', {
    step,
    kind,
    title: z.string(),
    attempt: z.int().positive(),
    deadline: z.iso.datetime().optional(),
  }),
  /** On disk before `apply` is called: without it a change found in place was made by somebody else. */
  event('apply-started', { step, idempotencyToken: z.string() }),
  event('progress', { step, line: z.string() }),
  event('waiting', { step, because: z.string() }),
  event('sampled', { name: z.string(), value: z.number() }),
  /** Of what a step looked at, each with a verdict. A new attempt finds everything anew. */
  event('found', { step, findings: z.array(findingSchema) }),
  /** Written anew by every process that observes. A lane with `missing` is not looked at. */
  event('observing', {
    step,
    lanes: z.array(z.object({ lane: z.string(), every: z.number(), missing: z.string().optional() })),
  }),
  /** One look at a lane, or `looks` of them that were in time and saw the same: then the times are those of the last. */
  event('observed', {
    step,
    lane: z.string(),
    asked: z.iso.datetime(),
    answered: z.iso.datetime(),
    looks: z.int().positive(),
    seen: z.unknown().optional(),
    missing: z.string().optional(),
  }),
  event('aws-called', {
    step,
    phase: z.enum(['read', 'apply', 'undo']),
    service: z.string(),
    /** Only of a call that went to another Region than the environment's. */
    region: z.string().optional(),
    operation: z.string(),
    write: z.boolean(),
    parameters: z.unknown(),
    requestId: z.string().optional(),
    attempts: z.int(),
    milliseconds: z.number(),
    error: z.string().optional(),
  }),
  event('step-succeeded', {
    step,
    output: z.unknown().optional(),
    summary: z.string().optional(),
    /** Changes only. `adopted`: applied by an earlier attempt of this run. `already-so`: not by this run, and never undone by it. */
    applied: z.enum(['applied', 'adopted', 'already-so']).optional(),
  }),
  event('step-failed', { step, error }),
  event('step-skipped', { step, by: z.string(), reason: z.string() }),
  /** Rehearsal only: the write that would have been sent. */
  event('step-rehearsed', { step, service: z.string(), operation: z.string(), parameters: z.unknown() }),
  /** Rehearsal only: the step cannot be told before changes that were not made. */
  event('step-depends', { step, because: z.string() }),
  event('approval-asked', {
    step,
    question: z.string(),
    evidence: z.array(z.object({ label: z.string(), value: z.string() })),
  }),
  event('approval-given', { step, by: z.string(), reason: z.string().optional() }),
  event('approval-declined', { step, by: z.string(), because: z.string() }),
  event('measured', {
    step,
    title: z.string(),
    unit: z.enum(['milliseconds', 'count', 'percent']),
    value: z.number().optional(),
    /** An interval has `atLeast`, and `atMost` where its end was seen. */
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    missing: z.string().optional(),
    objective: z.object({ atMost: z.number().optional(), atLeast: z.number().optional() }).optional(),
    verdict: z.enum(['pass', 'fail', 'cannot tell', 'no objective']),
  }),
  event('failure-decided', { step, choice: z.enum(['retry', 'skip', 'undo', 'leave']), by: z.string() }),
  event('rollback-started', { by: z.string() }),
  event('undo-started', {
    step,
    title: z.string(),
    deadline: z.iso.datetime().optional(),
    /** Of a change that never succeeded: what AWS said was applied. The undo may be taking just that away, so it is asked only once. */
    applied: z.unknown().optional(),
  }),
  event('undone', { step, how: z.enum(['undone', 'with-earlier-change', 'was-never-applied']) }),
  event('undo-failed', { step, error }),
  /** With an error where not the operator stopped it, but AWS no longer took its calls. */
  event('run-interrupted', { error: error.optional() }),
  event('run-finished', { outcome: z.enum(outcomes), error: error.optional() }),
]);

export type RunEvent = z.output<typeof runEventSchema>;
export type RunEventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;
export type StepKind = z.output<typeof kind>;
export type RunStarted = RunEventOf<'run-started'>;
export type EventError = z.output<typeof error>;
