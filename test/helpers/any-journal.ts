import fc from 'fast-check';
import { Tape } from './run-events.ts';

/** What AWS, files and people may put into a text: also escape sequences, line ends, wide characters and very long words. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.lorem({ maxCount: 12 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ minLength: 100, maxLength: 260 }),
  fc.constantFrom(
    '\u001b[2J\u001b[31mred',
    'a\r\nb\tc',
    '\u009b31m',
    '節点は健全です'.repeat(9),
    'x\u202ey\u200bz',
    '👩‍💻'.repeat(20),
  ),
);

/** As a journal holds it: JSON knows no -0. */
const anyJson = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const anyError = fc.record(
  { code: anyText, message: anyText, hint: anyText },
  { requiredKeys: ['code', 'message'] },
);

type StepEnding = (tape: Tape, step: string) => Tape;

const anyEnding: fc.Arbitrary<StepEnding> = fc.oneof(
  anyText.map(
    (summary): StepEnding =>
      (tape, step) =>
        tape.pass(5).succeed(step, { summary, applied: 'applied' }),
  ),
  anyError.map(
    (error): StepEnding =>
      (tape, step) =>
        tape.add({ type: 'step-failed', step, error }),
  ),
  fc.record({ by: anyText, reason: anyText }).map(
    (skipped): StepEnding =>
      (tape, step) =>
        tape.add({ type: 'step-skipped', step, ...skipped }),
  ),
  anyText.map(
    (because): StepEnding =>
      (tape, step) =>
        tape.add({ type: 'step-depends', step, because }),
  ),
  fc.record({ service: anyText, operation: anyText, parameters: anyJson }).map(
    (call): StepEnding =>
      (tape, step) =>
        tape.add({ type: 'step-rehearsed', step, ...call }),
  ),
  fc.record({ by: anyText, because: anyText, question: anyText, label: anyText, value: anyText }).map(
    ({ by, because, question, label, value }): StepEnding =>
      (tape, step) =>
        tape
          .add({
            type: 'approval-asked',
            step,
            question,
            evidence: [
              { label, value },
              { label: 'x', value: label },
            ],
          })
          .add({ type: 'approval-declined', step, by, because })
          .add({ type: 'step-failed', step, error: { code: 'DECLINED', message: because } }),
  ),
  fc.record({ title: anyText, missing: anyText }).map(
    ({ title, missing }): StepEnding =>
      (tape, step) =>
        tape
          .add({ type: 'measured', step, title, unit: 'count', missing, verdict: 'cannot tell' })
          .succeed(step),
  ),
  fc.record({ title: anyText, error: anyError }).map(
    ({ title, error }): StepEnding =>
      (tape, step) =>
        tape
          .add({ type: 'apply-started', step, idempotencyToken: 'token' })
          .call(step, 'ec2:ModifyLaunchTemplate')
          .succeed(step, { applied: 'applied' })
          .add({ type: 'undo-started', step, title })
          .add({ type: 'undo-failed', step, error }),
  ),
  fc.constant<StepEnding>((tape) => tape),
);

const anyStep = fc.record({
  kind: fc.constantFrom('check', 'change', 'wait', 'approve', 'measure'),
  title: anyText,
  note: anyText,
  item: fc.option(
    anyText.filter((key) => !/\p{Cs}/u.test(key) && key !== ''),
    { nil: undefined },
  ),
  /** The item is a branch of a `together`. */
  isBranch: fc.boolean(),
  ending: anyEnding,
});

/** Journals that the engine's events allow, with any text in them. */
export const anyJournal: fc.Arbitrary<Tape> = fc
  .record({
    title: anyText,
    by: anyText,
    mode: fc.constantFrom('live', 'sandbox', 'rehearsal'),
    parameters: fc.dictionary(anyText, anyJson, { maxKeys: 3 }),
    steps: fc.array(anyStep, { maxLength: 6 }),
    end: fc.option(
      fc.record({
        outcome: fc.constantFrom(
          'succeeded',
          'failed',
          'failed-with-changes',
          'rolled-back',
          'refused',
          'fault',
        ),
        error: anyError,
      }),
      { nil: undefined },
    ),
  })
  .map(({ steps, end, ...run }) => {
    const tape = new Tape(run);
    for (const [index, { kind, title, note, item, isBranch, ending }] of steps.entries()) {
      const list = `list-${index}`;
      if (item !== undefined && isBranch) {
        const branches = [
          { id: item, title: note },
          { id: 'other', title },
        ];
        tape.add({ type: 'branches-started', step: list, title, branches });
      } else if (item !== undefined) {
        tape.add({ type: 'items-listed', step: list, title, items: [{ key: item, item: null }] });
      }
      const path = item === undefined ? `step-${index}` : `${list}/${encodeURIComponent(item)}/step`;
      ending(
        tape.start(path, kind, title, 600).add({ type: 'waiting', step: path, because: note }).pass(61),
        path,
      );
    }
    return end === undefined ? tape : tape.finish(end.outcome, end.error);
  });
