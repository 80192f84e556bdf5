import { hours, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { poll } from '../../engine/poll.ts';
import { type Change, change, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { putBackUses, type Rotation, rotation, stagesTurn } from './put-rotation-back.ts';
import { secretOf } from './rotated-secrets.ts';
import type { RotationItem } from './rotation-item.ts';
import { type AllFacts, readSecret, type Stages, stagesIn } from './secret-facts.ts';
import { secretAsApproved } from './versions-made.ts';

/** What an earlier rotation left half-done is brought back to where AWSCURRENT is, by the same turns as an undo. */
export function withdrawLeftOver(
  { name, way, leftOver }: RotationItem,
  secrets: StepReference<AllFacts>,
): Change<Rotation> {
  const asRotation = (context: Pick<ReadContext, 'outputOf' | 'clock'>, now?: Stages): Rotation => {
    const facts = secretAsApproved(context, name, secrets, now);
    return {
      name,
      before: facts.current,
      next: leftOver?.version ?? '',
      ...(facts.previous !== undefined && { previous: facts.previous }),
      at: context.clock.now(),
      isScheduled: facts.isScheduled,
      byFunction: way === 'function',
    };
  };
  return change({
    id: 'withdraw',
    title: `Put the component of ${name} back to AWSCURRENT, and take AWSPENDING away`,
    uses: putBackUses,
    returns: rotation,
    async findApplied(context) {
      const stages = stagesIn(await readSecret(context, secretOf(context.environment, name)));
      return stages.pending === leftOver?.version ? undefined : asRotation(context);
    },
    async apply(context) {
      const { clock, environment, signal } = context;
      const secret = secretOf(environment, name);
      const left = asRotation(context, stagesIn(await readSecret(context, secret)));
      const end = await poll({
        probe: () => stagesTurn(context, secret, left),
        every: seconds(10),
        deadline: new Date(clock.now().getTime() + hours(1)),
        waiting: (because) => context.progress(because),
        clock,
        signal,
      });
      if (end.ready) return left;
      throw new OperatorError({
        code: 'LEFT_OVER_STAYS',
        message: `What an earlier rotation of secrets.${name} left could not be withdrawn within 1h: ${end.because}`,
        hint: 'Retry goes on from where it is; docs/runbooks/rotate-secrets.md, "By hand"',
      });
    },
    undo: {
      title: 'Nothing: component and stages match, and what was left half-done is not made again',
      apply: async () => {},
    },
  });
}
