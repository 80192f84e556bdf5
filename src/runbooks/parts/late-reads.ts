import { type Milliseconds, seconds } from '../../duration.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import { AwsCallError } from '../../errors.ts';

/**
 * How long what was written may be missing from what is read. AWS gives no bound; this one is a choice.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
const lateness: Milliseconds = seconds(90);

type Moments = Pick<ReadContext, 'clock' | 'sample' | 'samplesOf'>;

const note = ({ clock, sample }: Moments, name: string): void => sample(name, clock.now().getTime());

/** Whether reads have had the time to show what was written before `name` was noted; notes it where it was not. */
export function readsHaveCaughtUp(context: Moments, name: string): boolean {
  const noted = context.samplesOf(name).at(-1);
  if (noted === undefined) note(context, name);
  return noted !== undefined && context.clock.now().getTime() - noted.at.getTime() >= lateness;
}

/**
 * AWS says that what was read is behind: such an action is under way already, or what it would have stopped has ended.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html (InstanceRefreshInProgress)
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html (ActiveInstanceRefreshNotFound)
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html (ScalingActivityInProgress)
 */
const saysThatReadsAreLate = [
  'InstanceRefreshInProgress',
  'ActiveInstanceRefreshNotFound',
  'ScalingActivityInProgress',
];

export interface Acting {
  /** Takes an action, but not again while reads may not show the first time yet. */
  once(action: string, write: () => Promise<unknown>): Promise<void>;
  /** Whether everything that was written before the first look, or by these actions, must be visible by now. */
  isVisible(): boolean;
}

/** For the turns of an undo, each of which decides from what is read then. Kept in the journal, so that a resumed undo knows it too. */
export function actingOnce(context: ChangeContext, undo: string): Acting {
  const latest = `${undo}: looked at, or acted on`;
  readsHaveCaughtUp(context, latest);
  return {
    async once(action, write) {
      const name = `${undo}: ${action}`;
      if (context.samplesOf(name).length > 0 && !readsHaveCaughtUp(context, name)) return;
      note(context, name);
      note(context, latest);
      try {
        await write();
      } catch (error) {
        if (!(error instanceof AwsCallError && saysThatReadsAreLate.includes(error.awsCode))) throw error;
        context.progress(`AWS says ${error.awsCode}: what it shows is behind`);
      }
    },
    isVisible: () => readsHaveCaughtUp(context, latest),
  };
}
