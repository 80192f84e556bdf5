import type { World } from '../world.ts';

/** One way for things to go, told before a run begins. */
export interface Scenario {
  /** File name and command argument. */
  readonly id: string;
  readonly title: string;
  /** What the operator will meet, for whoever chooses a drill. */
  readonly story: string;
  /** Changes the stack at rest. */
  prepare(world: World): void;
}
