import type { Ports } from './context.ts';
import { toldHere } from './hint-here.ts';
import type { RunEvent, RunStarted } from './run-event.ts';
import { initialState, nextState, type RunState } from './run-state.ts';

/** An event without its time, which the recorder adds. */
type Unstamped<Event> = Event extends { at: string } ? Omit<Event, 'at'> : never;
export type NewEvent = Unstamped<RunEvent>;

/** The one way to say that something happened: the journal first, then the state, then whoever watches. */
export interface Recorder {
  readonly state: RunState;
  record(event: NewEvent): void;
}

/** Journals why a step still waits, once for each new reason. */
export function recordWaiting(because: string, path: string, recorder: Recorder): void {
  if (recorder.state.steps.get(path)?.note !== because)
    recorder.record({ type: 'waiting', step: path, because });
}

type RecorderPorts = Pick<Ports, 'clock' | 'journal' | 'observers' | 'onlyHere'>;

export function startRecording(started: Omit<RunStarted, 'at'>, ports: RecorderPorts): Recorder {
  const first: RunStarted = { ...started, at: ports.clock.now().toISOString() };
  ports.journal.append(first);
  for (const observe of ports.observers) observe(first);
  return goOnRecording(initialState(first), ports);
}

export function goOnRecording(
  from: RunState,
  { clock, journal, observers, onlyHere }: RecorderPorts,
): Recorder {
  let state = from;
  return {
    get state() {
      return state;
    },
    record(unstamped) {
      const told = onlyHere ? toldHere(unstamped) : unstamped;
      const event: RunEvent = { ...told, at: clock.now().toISOString() };
      journal.append(event);
      state = nextState(state, event);
      for (const observe of observers) observe(event);
    },
  };
}
