import { beside } from '../clock.ts';
import { Bug } from '../errors.ts';
import type { DecisionContext, Ports, ReadContext } from './context.ts';
import { mayBeMissing } from './failure.ts';
import { LaneLog } from './lane-log.ts';
import { type Lane, neverObserved, type Observation, readObservations } from './observation.ts';
import { type Recorder, recordWaiting } from './recorder.ts';
import type { Observe, Readiness } from './step.ts';
import { contextsFor } from './step-context.ts';

interface Observing {
  readonly step: Observe;
  readonly path: string;
  readonly recorder: Recorder;
  readonly ports: Ports;
}

interface Watch {
  readonly lane: Lane;
  readonly log: LaneLog;
  /** When it is to be looked at next. */
  slot: number;
  /** The look under way. */
  asking?: Promise<void>;
  /** An answer has come since the last decision. */
  isNews: boolean;
}

/**
 * Looks at every lane at its fixed times until the step's decision is made, and until the deadline at most. A look that takes long
 * delays no other lane, and of its own lane the looks that it leaves no time for are missing. A deadline that passed while nobody
 * looked is met by one look.
 */
export async function observeLanes(observing: Observing, deadline: Date): Promise<Readiness<unknown>> {
  const { clock } = observing.ports;
  if (clock.now() >= deadline) return lookOnce(observing, deadline);
  return withWatches(observing, async (watches, read, signal) => {
    let alarm: Promise<void> | undefined;
    for (;;) {
      for (const watch of watches) lookIfDue(watch, observing, read);
      const next = Math.min(deadline.getTime(), ...watches.map(({ slot }) => slot));
      alarm ??= clock.sleep(Math.max(0, next - clock.now().getTime()), signal).then(() => {
        alarm = undefined;
      });
      await Promise.race([alarm, ...watches.flatMap(({ asking }) => asking ?? [])]);
      const isOver = clock.now() >= deadline;
      if (!isOver && !watches.some(({ isNews }) => isNews)) continue;
      const readiness = decide(observing, watches, read, deadline);
      if (readiness.ready || isOver) return readiness;
    }
  });
}

/** Looks at every lane, waits for all answers, and decides. */
export const lookOnce = (observing: Observing, deadline?: Date): Promise<Readiness<unknown>> =>
  withWatches(observing, async (watches, read) => {
    await Promise.all(watches.map((watch) => startLook(watch, () => look(watch, observing, read))));
    return decide(observing, watches, read, deadline);
  });

/** Whatever is under way when the observation is over is given up and waited for, so that nothing happens after its end. */
async function withWatches(
  observing: Observing,
  run: (watches: readonly Watch[], read: ReadContext, signal: AbortSignal) => Promise<Readiness<unknown>>,
): Promise<Readiness<unknown>> {
  const { step, path, recorder, ports } = observing;
  const over = new AbortController();
  const signal = AbortSignal.any([ports.signal, over.signal]);
  const { read } = contextsFor(path, step.uses, recorder, { ...ports, signal });
  const watches = begin(observing, read);
  try {
    return await run(watches, read, signal);
  } finally {
    try {
      for (const { log } of watches) log.close();
    } finally {
      over.abort();
      await Promise.allSettled(watches.map(({ asking }) => asking));
    }
  }
}

function begin({ step, path, recorder, ports }: Observing, read: ReadContext): readonly Watch[] {
  const names = step.lanes.map(({ name }) => name);
  if (new Set(names).size < names.length)
    throw new Bug(`Lanes of ${path} share a name, so one would be taken for the other: ${names.join(', ')}`);
  const lanes = step.lanes.map((lane) => ({ lane, missing: lane.notObserved?.(read) }));
  recorder.record({
    type: 'observing',
    step: path,
    lanes: lanes.map(({ lane: { name, every }, missing }) => ({
      lane: name,
      every,
      ...(missing !== undefined && { missing }),
    })),
  });
  return lanes
    .filter(({ missing }) => missing === undefined)
    .map(({ lane }) => ({
      lane,
      log: new LaneLog(lane, (observation) =>
        recorder.record({ type: 'observed', step: path, lane: lane.name, ...written(observation) }),
      ),
      slot: ports.clock.now().getTime(),
      isNews: false,
    }));
}

const written = ({ asked, answered, ...rest }: Observation) => ({
  asked: asked.toISOString(),
  answered: answered.toISOString(),
  ...rest,
});

/** The schedule is the lane's own: it moves on by whole periods, however late one gets to it. */
function lookIfDue(watch: Watch, observing: Observing, read: ReadContext): void {
  const now = observing.ports.clock.now();
  const { slot, lane, log, asking } = watch;
  if (slot > now.getTime()) return;
  const due = Math.floor((now.getTime() - slot) / lane.every) + 1;
  watch.slot = slot + due * lane.every;
  const missed = asking === undefined ? due - 1 : due;
  if (missed > 0) {
    const missing =
      asking === undefined
        ? 'not looked in time: this machine was busy or asleep'
        : 'the look before it was still under way';
    log.add({ asked: new Date(slot), answered: now, looks: missed, missing });
  }
  if (asking !== undefined) return;
  startLook(watch, () => beside(observing.ports.clock, () => look(watch, observing, read)));
}

function startLook(watch: Watch, work: () => Promise<void>): Promise<void> {
  watch.asking = work().finally(() => {
    delete watch.asking;
  });
  return watch.asking;
}

async function look(watch: Watch, { recorder, ports }: Observing, read: ReadContext): Promise<void> {
  const asked = ports.clock.now();
  const found = await answerOf(watch.lane, read, recorder);
  watch.log.add({ asked, answered: ports.clock.now(), looks: 1, ...found });
  watch.isNews = true;
}

async function answerOf(lane: Lane, read: ReadContext, recorder: Recorder) {
  try {
    return { seen: lane.sees.encode(await lane.ask(read)) };
  } catch (error) {
    if (!mayBeMissing(error, recorder.state.started.mode)) throw error;
    return { missing: error.message };
  }
}

function decide(
  { step, path, recorder, ports }: Observing,
  watches: readonly Watch[],
  { environment, outputOf, observationsOf, runStartedAt }: ReadContext,
  deadline: Date | undefined,
): Readiness<unknown> {
  const context: DecisionContext = {
    environment,
    outputOf,
    observationsOf,
    runStartedAt,
    now: ports.clock.now(),
    ...(deadline !== undefined && { deadline }),
    seen(lane) {
      const recorded = recorder.state.observations.get(path)?.get(lane.name);
      if (recorded === undefined) return neverObserved(lane);
      const held = watches.find((watch) => watch.lane.name === lane.name)?.log.held;
      return readObservations({ ...recorded, looks: [...recorded.looks, ...(held ?? [])] }, lane);
    },
  };
  for (const watch of watches) watch.isNews = false;
  const readiness = step.until(context);
  if (!readiness.ready) recordWaiting(readiness.because, path, recorder);
  return readiness;
}
