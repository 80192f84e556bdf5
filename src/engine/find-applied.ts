import { type Milliseconds, seconds } from '../duration.ts';
import type { Ports } from './context.ts';
import type { Change } from './step.ts';
import type { StepContexts } from './step-context.ts';

const looks = 6;
const between: Milliseconds = seconds(5);

/**
 * Looks for a change that AWS may have made without our knowing: more than once, because what was just written may be missing
 * from what is read (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
 */
export async function findAfterDoubt(
  change: Change,
  contexts: StepContexts,
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
): Promise<unknown> {
  for (let look = 1; ; look += 1) {
    const found = await change.findApplied(contexts.read);
    if (found !== undefined || look === looks) return found;
    await clock.sleep(between, signal);
  }
}
