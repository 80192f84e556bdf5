import type { World } from '../world.ts';
import { beginOf, endOf, type Fault, isInForce, type When } from './fault.ts';

/** A fault that is in force or to come, for whoever looks after the sandbox. */
export interface ListedFault {
  /** It keeps its number, whatever ends before it. */
  readonly number: number;
  readonly what: Fault['what'];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly inForce: boolean;
  /** Absent while it waits for the call that it begins after. */
  readonly from?: Date;
  /** Absent for one that stays. */
  readonly until?: Date;
}

/** What says when, and what the sandbox itself keeps of a fault. */
const notSettings = ['what', 'from', 'to', 'lasts', 'since', 'bucket'] satisfies readonly (
  | keyof When
  | 'what'
  | 'bucket'
)[];

export const isOver = (world: World, fault: Fault): boolean => {
  const end = endOf(world, fault);
  return end !== undefined && end <= world.now;
};

export const listedFaults = (world: World): readonly ListedFault[] =>
  world.faults.flatMap((fault, index) => {
    if (isOver(world, fault)) return [];
    const from = beginOf(world, fault);
    const until = endOf(world, fault);
    const settings = Object.entries(fault).filter(
      ([key]) => !(notSettings as readonly string[]).includes(key),
    );
    return [
      {
        number: index + 1,
        what: fault.what,
        settings: Object.fromEntries(settings),
        inForce: isInForce(world, fault),
        ...(from !== undefined && { from }),
        ...(until !== undefined && { until }),
      },
    ];
  });
