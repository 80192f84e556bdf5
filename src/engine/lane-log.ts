import { isUnbroken, type Lane, type Observation } from './observation.ts';

/** Looks that are held back at most: as many are lost where the process is killed. */
const most = 10;

/**
 * What is journalled of a lane. A look that was in time and saw the same as the one before it is held back until one comes that
 * differs, and stands for those before it then: of every state the first look and the last one survive, which is what intervals need.
 */
export class LaneLog {
  readonly #lane: Lane;
  readonly #write: (observation: Observation) => void;
  #latest: Observation | undefined;
  #held: Observation | undefined;
  #isClosed = false;

  constructor(lane: Lane, write: (observation: Observation) => void) {
    this.#lane = lane;
    this.#write = write;
  }

  /** Seen and not journalled yet. */
  get held(): readonly Observation[] {
    return this.#held === undefined ? [] : [this.#held];
  }

  add(observation: Observation): void {
    if (this.#isClosed) return;
    const goesOn = this.#goesOn(observation);
    this.#latest = observation;
    if (goesOn) {
      this.#held = { ...observation, looks: (this.#held?.looks ?? 0) + observation.looks };
      if (this.#held.looks >= most) this.#flush();
      return;
    }
    this.#flush();
    this.#write(observation);
  }

  /** Nothing is added any more: what comes now comes after the end. */
  close(): void {
    this.#isClosed = true;
    this.#flush();
  }

  #goesOn(next: Observation): boolean {
    const before = this.#latest;
    return (
      before !== undefined && isUnbroken(before, next, this.#lane.every) && whatOf(before) === whatOf(next)
    );
  }

  #flush(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#write(held);
  }
}

const whatOf = (observation: Observation): string =>
  JSON.stringify('missing' in observation ? ['missing', observation.missing] : ['seen', observation.seen]);
