import fc from 'fast-check';
import { outcomes } from '../../src/engine/outcome.ts';
import type { RunEvent, RunEventOf } from '../../src/engine/run-event.ts';
import { environmentSchema } from '../../src/environment.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const at = fc
  .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
/** What JSON holds. It knows no -0. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const error = fc.record({ code: text, message: text, hint: text }, { requiredKeys: ['code', 'message'] });
const count = fc.integer({ min: 1, max: 20 });
const span = fc.integer({ min: 0, max: 1_000_000_000 });

const settings = fc
  .record(
    {
      account: fc.stringMatching(/^\d{12}$/),
      region: fc.constantFrom('eu-central-1', 'us-gov-west-1'),
      recoveryRegion: fc.constant('us-west-2'),
      profile: fc.constant('ops'),
      protected: fc.boolean(),
      objectives: fc.record(
        { rto: fc.constantFrom('1h', '90s', '1h30m'), rpo: fc.constant('15m'), errorRate: fc.constant(0.1) },
        { requiredKeys: [] },
      ),
      components: fc.dictionary(
        fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
        fc.record(
          {
            type: fc.constant('auto-scaling-group'),
            group: fc.constant('app'),
            targetGroup: fc.constant('app'),
            healthUrl: fc.constant('https://app.example.com/health'),
          },
          { requiredKeys: ['type', 'group', 'targetGroup'] },
        ),
        { maxKeys: 2 },
      ),
    },
    { requiredKeys: ['account', 'region', 'components'] },
  )
  .map((written) => environmentSchema.parse(written));

/** One entry per type of event: what its members may hold. */
const members: { [Type in RunEvent['type']]: fc.Arbitrary<Omit<RunEventOf<Type>, 'type' | 'at'>> } = {
  'run-started': fc.record({
    version: fc.constant<1>(1),
    toolVersion: text,
    runId: text,
    runbook: text,
    title: text,
    parameters: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      json,
      { maxKeys: 3 },
    ),
    environment: fc.record({ name: text, settings }),
    mode: fc.constantFrom('live', 'sandbox', 'rehearsal'),
    by: text,
  }),
  'run-resumed': fc.record({ by: text, toolVersion: text }),
  'items-listed': fc.record({
    step: text,
    title: text,
    items: fc.array(fc.record({ key: text, item: json }), { maxLength: 3 }),
  }),
  'branches-started': fc.record({
    step: text,
    title: text,
    branches: fc.array(fc.record({ id: text, title: text }), { maxLength: 3 }),
  }),
  'branch-finished': fc.record({ step: text, branch: text }),
  'step-started': fc.record(
    {
      step: text,
      kind: fc.constantFrom(
        'check',
        'change',
        'wait',
        'observe',
        'approve',
        'measure',
        'clean-up',
        'for-each',
      ),
      title: text,
      attempt: count,
      deadline: at,
    },
    { requiredKeys: ['step', 'kind', 'title', 'attempt'] },
  ),
  'apply-started': fc.record({ step: text, idempotencyToken: text }),
  progress: fc.record({ step: text, line: text }),
  waiting: fc.record({ step: text, because: text }),
  sampled: fc.record({ name: text, value: span }),
  found: fc.record({
    step: text,
    findings: fc.array(
      fc.record(
        {
          verdict: fc.constantFrom('pass', 'warn', 'fail'),
          subject: text,
          fact: text,
          rule: text,
          toDo: text,
        },
        { requiredKeys: ['verdict', 'subject', 'fact', 'rule'] },
      ),
      { maxLength: 3 },
    ),
  }),
  observing: fc.record({
    step: text,
    lanes: fc.array(
      fc.record({ lane: text, every: span, missing: text }, { requiredKeys: ['lane', 'every'] }),
      { maxLength: 3 },
    ),
  }),
  observed: fc.record(
    { step: text, lane: text, asked: at, answered: at, looks: count, seen: json, missing: text },
    { requiredKeys: ['step', 'lane', 'asked', 'answered', 'looks'] },
  ),
  'aws-called': fc.record(
    {
      step: text,
      phase: fc.constantFrom('read', 'apply', 'undo'),
      service: text,
      operation: text,
      write: fc.boolean(),
      parameters: json,
      requestId: text,
      attempts: count,
      milliseconds: span,
      error: text,
      region: text,
    },
    {
      requiredKeys: [
        'step',
        'phase',
        'service',
        'operation',
        'write',
        'parameters',
        'attempts',
        'milliseconds',
      ],
    },
  ),
  'step-succeeded': fc.record(
    { step: text, output: json, summary: text, applied: fc.constantFrom('applied', 'adopted', 'already-so') },
    { requiredKeys: ['step'] },
  ),
  'step-failed': fc.record({ step: text, error }),
  'step-skipped': fc.record({ step: text, by: text, reason: text }),
  'step-rehearsed': fc.record({ step: text, service: text, operation: text, parameters: json }),
  'step-depends': fc.record({ step: text, because: text }),
  'approval-asked': fc.record({
    step: text,
    question: text,
    evidence: fc.array(fc.record({ label: text, value: text }), { maxLength: 3 }),
  }),
  'approval-given': fc.record({ step: text, by: text, reason: text }, { requiredKeys: ['step', 'by'] }),
  'approval-declined': fc.record({ step: text, by: text, because: text }),
  measured: fc.record(
    {
      step: text,
      title: text,
      unit: fc.constantFrom('milliseconds', 'count', 'percent'),
      value: span,
      atLeast: span,
      atMost: span,
      missing: text,
      objective: fc.record({ atMost: span, atLeast: span }, { requiredKeys: [] }),
      verdict: fc.constantFrom('pass', 'fail', 'cannot tell', 'no objective'),
    },
    { requiredKeys: ['step', 'title', 'unit', 'verdict'] },
  ),
  'failure-decided': fc.record({
    step: text,
    choice: fc.constantFrom('retry', 'skip', 'undo', 'leave'),
    by: text,
  }),
  'rollback-started': fc.record({ by: text }),
  'undo-started': fc.record({ step: text, title: text, deadline: at }, { requiredKeys: ['step', 'title'] }),
  undone: fc.record({
    step: text,
    how: fc.constantFrom('undone', 'with-earlier-change', 'was-never-applied'),
  }),
  'undo-failed': fc.record({ step: text, error }),
  'run-interrupted': fc.record({ error }, { requiredKeys: [] }),
  'run-finished': fc.record({ outcome: fc.constantFrom(...outcomes), error }, { requiredKeys: ['outcome'] }),
};

/** An arbitrary for each type of event that the schema has. */
export const anyEventOf: ReadonlyMap<RunEvent['type'], fc.Arbitrary<RunEvent>> = new Map(
  Object.entries(members).map(([type, arbitrary]) => [
    type as RunEvent['type'],
    fc.tuple(at, arbitrary).map(([when, rest]) => ({ type, at: when, ...rest }) as RunEvent),
  ]),
);

export const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(...anyEventOf.values());
export const anyRunStarted = anyEventOf.get('run-started') ?? anyEvent;
