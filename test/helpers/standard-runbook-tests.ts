import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { debtsOf, stateOf } from '../../src/engine/run-state.ts';
import { leaving, type Moment, type RunSetting, resumeFrom, rollBackFrom, runIn } from './sandbox-run.ts';
import { worldAsLeft } from './world-as-left.ts';

/**
 * What holds for every runbook: it succeeds; stopped after any journal line and resumed, it ends the same and makes each change
 * once; every change undone leaves the world as it was; a dry run writes nothing. Lines that add nothing to what a resumed run knows
 * (reads, reasons to wait, the beginning of a check) are shown to leave it as it was, so that the last one of a row stands for it. Of a
 * run that is too long for all of them, one of every `oneOf` places is taken. EVERY_LINE=1 stops after each all the same.
 */
export function standardRunbookTests(
  title: string,
  setting: RunSetting,
  {
    since,
    until,
    oneOf = 1,
  }: {
    /** Paths of the first step that is stopped in, and of the first that is not, where other tests stop in the rest. */
    readonly since?: string;
    readonly until?: string;
    readonly oneOf?: number;
  } = {},
): void {
  const isMeant = (moment: readonly [number, Moment]): boolean =>
    reached(since)(moment) && (until === undefined || !reached(until)(moment));
  const some = <Item>(items: readonly Item[]): readonly Item[] =>
    process.env['EVERY_LINE'] === '1' ? items : items.filter((_, index) => index % oneOf === 0);
  describe(title, () => {
    test('succeeds, and asks AWS for nothing that its steps do not declare', async () => {
      const run = await runIn(setting);
      expect(run.end.outcome, JSON.stringify(run.end.state.error)).toBe('succeeded');
      expect(run.writes.length).toBeGreaterThan(0);
      const recorded = run.events.flatMap((event) =>
        event.type === 'aws-called' && event.write && event.error === undefined ? [event.operation] : [],
      );
      expect(recorded).toEqual(run.writes);
    });

    test('stopped after every journal line and resumed, it ends the same and makes each change once', async () => {
      const whole = await runIn({ ...setting, keepMoments: true });
      const left = await worldAsLeft(whole.world);
      for (const [index, moment] of some(differentMoments(whole.moments).filter(isMeant))) {
        if (moment.events.at(-1)?.type === 'run-finished') continue;
        const deaths = [moment, ...(isAboutAChange(moment) ? [withoutLastLine(moment)] : [])];
        for (const death of deaths.filter(({ events }) => events.length > 0)) {
          const resumed = await resumeFrom(death, setting);
          const where = `stopped after line ${index + 1}, ${JSON.stringify(death.events.at(-1))}`;
          expect(resumed.end.outcome, `${where}: ${JSON.stringify(resumed.end.state.error)}`).toBe(
            'succeeded',
          );
          expect(madeMoreOften(resumed.writes, whole.writes), where).toEqual([]);
          expect(await worldAsLeft(resumed.world), where).toEqual(left);
        }
      }
    });

    test('every change undone leaves the world as it was, from wherever the run was stopped', async () => {
      const before = await worldAsLeft((await runIn({ ...setting, keepMoments: true }, true)).world);
      const whole = await runIn({ ...setting, keepMoments: true });
      const changes = [...whole.moments.entries()]
        .filter(isMeant)
        .filter(([, moment]) => isAboutAChange(moment));
      for (const [, moment] of some(changes)) {
        const undone = await rollBackFrom(moment, setting).catch((error: Error & { code?: string }) => {
          if (error.code === 'NOTHING_TO_UNDO') return undefined;
          throw error;
        });
        const where = `rolled back after line ${moment.events.length}, ${JSON.stringify(moment.events.at(-1))}`;
        if (undone !== undefined) {
          expect(undone.end.outcome, `${where}: ${JSON.stringify(undone.end.state.error)}`).toBe(
            'rolled-back',
          );
          expect(debtsOf(undone.end.state), where).toEqual([]);
        }
        expect(await worldAsLeft(undone?.world ?? moment.world), where).toEqual(before);
      }
    });

    test('a rollback stopped after every journal line and gone on with ends the same', async () => {
      const undone = await rollBackFrom(await mostOwed(setting), { ...setting, keepMoments: true });
      expect(undone.end.outcome, JSON.stringify(undone.end.state.error)).toBe('rolled-back');
      const left = await worldAsLeft(undone.world);
      for (const [, moment] of some(differentMoments(undone.moments))) {
        if (moment.events.at(-1)?.type === 'run-finished') continue;
        const again = await rollBackFrom(moment, setting).catch((error: Error & { code?: string }) => {
          if (error.code === 'NOTHING_TO_UNDO') return undefined;
          throw error;
        });
        const where = `stopped after line ${moment.events.length}, ${JSON.stringify(moment.events.at(-1))}`;
        if (again !== undefined) {
          expect(again.end.outcome, `${where}: ${JSON.stringify(again.end.state.error)}`).toBe('rolled-back');
        }
        expect(await worldAsLeft(again?.world ?? moment.world), where).toEqual(left);
      }
    });

    test('a dry run makes every read and no write', async () => {
      const rehearsed = await runIn(setting, true);
      expect(rehearsed.end.outcome, JSON.stringify(rehearsed.end.state.error)).toBe('succeeded');
      expect(rehearsed.writes).toEqual([]);
      const would = rehearsed.events.filter(({ type }) => type === 'step-rehearsed');
      expect(would.length).toBeGreaterThan(0);
    });
  });
}

/** With their numbers: of every row of moments after which a run would go on in the same way, the last one. */
function differentMoments(moments: readonly Moment[]): readonly (readonly [number, Moment])[] {
  const numbered = [...moments.entries()];
  if (process.env['EVERY_LINE'] === '1') return numbered;
  return numbered.filter(([index, moment]) => {
    const next = moments[index + 1];
    if (next === undefined || !addsNothing(next)) return true;
    // What resuming knows is the state: only where it is the same may the next moment stand for this one.
    expect(whatResumingKnows(next), `line ${index + 2} adds nothing`).toEqual(whatResumingKnows(moment));
    return false;
  });
}

/** Its last line only informs, or begins what a resumed run begins again: a check or a measure, which have neither deadline nor effect. */
function addsNothing({ events }: Moment): boolean {
  const event = events.at(-1);
  return (
    event?.type === 'waiting' ||
    event?.type === 'progress' ||
    (event?.type === 'aws-called' && !event.write) ||
    (event?.type === 'step-started' && event.attempt === 1 && beginsAgain(event))
  );
}

const beginsAgain = ({ kind }: { readonly kind: string }): boolean => kind === 'check' || kind === 'measure';
const reached =
  (path: string | undefined) =>
  ([, { events }]: readonly [number, Moment]): boolean =>
    path === undefined || events.some((event) => 'step' in event && event.step === path);

/** Without what is for people: when the last line was written, and the latest note of a step. */
function whatResumingKnows({ events, writes }: Moment): unknown {
  const { lastAt: _, steps, ...state } = stateOf(events);
  const known = [...steps.values()]
    .filter((step) => !(step.status === 'started' && step.attempt === 1 && beginsAgain(step)))
    .map(({ note: _note, ...step }) => step);
  return { ...state, steps: known, writes };
}

/** The whole run; of one that takes away again what it made, the moment before it begins to. */
async function mostOwed(setting: RunSetting): Promise<Moment> {
  const whole = await runIn({ ...setting, operator: leaving, keepMoments: true });
  const owed = (moment: Moment) => debtsOf(stateOf(moment.events)).length;
  return whole.moments.reduce((most, moment) => (owed(moment) >= owed(most) ? moment : most), whole);
}

/**
 * Writes that were made more often than in a run that nobody stopped. Fewer are fine: while nobody drove the run, Auto Scaling may
 * itself have replaced a node that was out of its target group.
 */
function madeMoreOften(writes: readonly string[], undisturbed: readonly string[]): readonly string[] {
  const left = [...undisturbed];
  return writes.filter((write) => {
    const index = left.indexOf(write);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

const changeEvents = new Set<RunEvent['type']>(['apply-started', 'undo-started', 'undone']);

/** Around these a lost line is another case than a stop after it: AWS was asked, and the journal does not know the answer. */
function isAboutAChange({ events }: Moment): boolean {
  const last = events.at(-1);
  if (last === undefined) return false;
  return (
    changeEvents.has(last.type) ||
    (last.type === 'aws-called' && last.write) ||
    (last.type === 'step-succeeded' && last.applied !== undefined)
  );
}

const withoutLastLine = (moment: Moment): Moment => ({ ...moment, events: moment.events.slice(0, -1) });
