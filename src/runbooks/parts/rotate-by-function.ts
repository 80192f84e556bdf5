import * as z from 'zod';
import { describeSecret, rotateSecret } from '../../aws/secrets-manager.ts';
import { formatDuration, type Milliseconds, minutes, seconds } from '../../duration.ts';
import {
  type Change,
  type Check,
  change,
  check,
  type ListEntry,
  type StepReference,
  wait,
} from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { putBackUses, putRotationBack, type Rotation } from './put-rotation-back.ts';
import { newVersionStep } from './rotate-by-tool.ts';
import { type NamedSecret, secretOf } from './rotated-secrets.ts';
import type { RotationItem } from './rotation-item.ts';
import { type AllFacts, readSecret, type SecretFacts, stagesIn } from './secret-facts.ts';
import { loginsWork, type TestedLogins } from './test-logins.ts';
import { refuseOtherPending, secretAsApproved, versionMadeBy } from './versions-made.ts';

/** The secret's own function creates, sets, tests and finishes; this tool follows it, and tries for itself what works. */
export function rotateByFunction(
  { name, leftOver }: RotationItem,
  functionTimeout: Milliseconds,
  secrets: StepReference<AllFacts>,
): readonly ListEntry[] {
  const begun = haveItRotated(name, leftOver?.how === 'resume' ? leftOver.version : undefined, secrets);
  const tested = loginsWork(name, begun, { mustWork: false });
  const followed = wait({
    id: 'function-done',
    title: `The function has moved AWSCURRENT of ${name}, or is not waited for any longer`,
    uses: [describeSecret],
    every: seconds(5),
    timeout: functionTimeout + minutes(5),
    returns: z.object({ isFinished: z.boolean() }),
    async probe(context) {
      const { next, at } = context.outputOf(begun);
      const { current, pending } = stagesIn(await readSecret(context, secretOf(context.environment, name)));
      if (current === next) return { ready: true, output: { isFinished: true } };
      const waited = context.clock.now().getTime() - at.getTime();
      if (waited >= functionTimeout) return { ready: true, output: { isFinished: false } };
      return {
        ready: false,
        because: `AWSPENDING is on version ${pending ?? 'none'} since ${formatDuration(waited)}; the function has yet to finish`,
      };
    },
    summary: ({ isFinished }) => (isFinished ? 'finished' : `not within ${formatDuration(functionTimeout)}`),
  });
  return [begun, followed, tested, functionFinished(name, begun, followed, tested)];
}

function haveItRotated(
  name: string,
  resumed: string | undefined,
  secrets: StepReference<AllFacts>,
): Change<Rotation> {
  const begunFrom = (facts: SecretFacts, next: string, at: Date): Rotation => ({
    name,
    before: facts.current,
    next,
    ...(facts.previous !== undefined && { previous: facts.previous }),
    at,
    isScheduled: facts.isScheduled,
    byFunction: true,
  });
  return change<Rotation>({
    ...newVersionStep,
    title: `Have the rotation function of ${name} rotate it${resumed === undefined ? '' : ', from where it stopped'}`,
    uses: [...putBackUses, rotateSecret],
    async findApplied(context) {
      const described = await readSecret(context, secretOf(context.environment, name));
      const next = resumed ?? versionMadeBy(context);
      const { current, pending } = stagesIn(described);
      // A version that was left over is pending before its function is told to go on, too: only that it is current says that it was.
      return current === next || (resumed === undefined && pending === next)
        ? begunFrom(
            secretAsApproved(context, name, secrets),
            next,
            described.LastChangedDate ?? context.clock.now(),
          )
        : undefined;
    },
    async apply(context) {
      const secret = secretOf(context.environment, name);
      const stages = stagesIn(await readSecret(context, secret));
      const facts = secretAsApproved(context, name, secrets, stages);
      const next = resumed ?? versionMadeBy(context);
      refuseOtherPending(name, stages, { next, resumed });
      const answer = await rotateSecret(context.aws, secret.secret, next);
      if (answer === 'reattempted' && resumed === undefined)
        throw new OperatorError({
          code: 'ROTATION_LEFT_OVER',
          message: `Secrets Manager attempts an earlier rotation of secrets.${name} again, which did not finish: a new one was not begun`,
          hint: `aws secretsmanager describe-secret --secret-id ${secret.secret} --query VersionIdsToStages; then start the runbook again with --left-over`,
        });
      return begunFrom(facts, next, context.clock.now());
    },
    summary: ({ next }) => `version ${next}`,
    undo: putRotationBack(name),
  });
}

/** Secrets Manager does not say at which of its four stages a function failed: it follows from which password works. */
function functionFinished(
  name: string,
  begun: StepReference<Rotation>,
  followed: StepReference<{ isFinished: boolean }>,
  tested: StepReference<TestedLogins>,
): Check<void> {
  return check({
    id: 'function-finished',
    title: `The function has rotated ${name}, and the new version works`,
    uses: [describeSecret],
    async run(context) {
      const { isFinished } = context.outputOf(followed);
      const answers = context.outputOf(tested);
      if (isFinished && answers.next === 'works') return;
      const secret = secretOf(context.environment, name);
      const { RotationLambdaARN } = await readSecret(context, secret);
      throw functionFailed(secret, RotationLambdaARN, context.outputOf(begun), isFinished, answers);
    },
  });
}

const stageOf = (isFinished: boolean, { next }: Pick<TestedLogins, 'next'>): string => {
  if (isFinished) return 'finished, but the component does not let the new version in';
  switch (next) {
    case 'cannot tell':
      return 'failed at createSecret, as it seems: its version has no value that a node could read, or no node could tell. The component has the password before';
    case 'refused':
      return 'failed at setSecret, as it seems: its version has a value, and the component does not take it. The component has the password before';
    case 'works':
      return 'failed at testSecret or finishSecret: THE COMPONENT HAS THE NEW PASSWORD AND AWSCURRENT IS THE ONE BEFORE. Whoever boots now does not get in, unless two users take turns';
    default:
      return next satisfies never;
  }
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html: arn:aws:lambda:region:account:function:name */
const nameOf = (arn: string): string => arn.split(':')[6] ?? arn;

function functionFailed(
  { name }: NamedSecret,
  rotationFunction: string | undefined,
  { next }: Rotation,
  isFinished: boolean,
  answers: TestedLogins,
): OperatorError {
  return new OperatorError({
    code: 'ROTATION_FUNCTION_FAILED',
    message: `The rotation function of secrets.${name} ${stageOf(isFinished, answers)}. Version ${next}: ${answers.next}; the one before: ${answers.before}`,
    hint: `Undo stops the function and brings stages and component together. ${rotationFunction === undefined ? 'It is not configured any more' : `Why it failed is in its log, unless it writes elsewhere: aws logs tail /aws/lambda/${nameOf(rotationFunction)} --since 30m`}`,
  });
}
