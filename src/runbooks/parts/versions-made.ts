import type { ReadContext } from '../../engine/context.ts';
import type { StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { AllFacts, SecretFacts, Stages } from './secret-facts.ts';

/**
 * The id of the version that a run makes of a secret: 32 to 64 characters, the same after a resume, so that what was made before a kill is known
 * again. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html (ClientRequestToken)
 */
export const versionMadeBy = ({ runId }: Pick<ReadContext, 'runId'>): string =>
  `runbook.${runId}`.padEnd(32, '.').slice(0, 64);

/**
 * AWSPENDING may be on this run's own version, or where it was approved to be gone on with; else a new version would take it from somebody
 * else's, whose password the component may have by now.
 * @throws OperatorError where it is elsewhere
 */
export function refuseOtherPending(
  name: string,
  { pending }: Stages,
  { next, resumed }: { readonly next: string; readonly resumed: string | undefined },
): void {
  if (resumed === undefined ? pending === undefined || pending === next : pending === resumed) return;
  throw new OperatorError({
    code: 'SECRET_CHANGED',
    message: `AWSPENDING of secrets.${name} is on ${pending === undefined ? 'no version' : `version ${pending}`}, which is not what was approved: somebody else works on it. Nothing was changed`,
    hint: 'Find out who; then start the runbook again: what it would do now may be something else',
  });
}

/**
 * The secret as it was approved.
 * @throws OperatorError where its stages are others by now
 */
export function secretAsApproved(
  { outputOf }: Pick<ReadContext, 'outputOf'>,
  name: string,
  secrets: StepReference<AllFacts>,
  now?: Stages,
): SecretFacts {
  const facts = outputOf(secrets).secrets.find((each) => each.name === name);
  if (facts !== undefined && (now === undefined || now.current === facts.current)) return facts;
  throw new OperatorError({
    code: 'SECRET_CHANGED',
    message: `AWSCURRENT of secrets.${name} is not on the version that was approved to be replaced: somebody else changed it meanwhile`,
    hint: 'Start the runbook again: what it would do now may be something else',
  });
}
