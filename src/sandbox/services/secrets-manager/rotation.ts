import type { RotationRulesType } from '@aws-sdk/client-secrets-manager';
import { hours } from '../../../duration.ts';
import { inForce } from '../../faults/fault.ts';
import { drawBetween, drawUuid } from '../../random.ts';
import { later, schedule, secondsFrom, unschedule } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { EventHandlers, World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { nextRotation } from './describe.ts';
import { changed, replicate } from './replication.ts';
import { runStep } from './rotation-function.ts';
import { checkedToken, findSecret, identityOf, primarySecret } from './secrets.ts';
import type { RotationStep, Secret, SecretsManagerEvent, SecretVersion } from './state.ts';
import { current, keyOf, moveStage, pending, versionUnder, versionWithId } from './versions.ts';

const followingStep: Readonly<Record<RotationStep, RotationStep | undefined>> = {
  createSecret: 'setSecret',
  setSecret: 'testSecret',
  testSecret: 'finishSecret',
  finishSecret: undefined,
};

const refused = (message: string) => new AwsFault('InvalidParameterException', message);

function checkRules(rules: RotationRulesType | undefined): void {
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression } = rules ?? {};
  if (days !== undefined && expression !== undefined)
    throw refused("You can't specify both AutomaticallyAfterDays and ScheduleExpression.");
  if (days !== undefined && (days < 1 || days > 1000))
    throw refused('RotationRules.AutomaticallyAfterDays must be within 1-1000.');
  if (expression !== undefined && !/^(?:rate|cron)\(.+\)$/.test(expression))
    throw refused('RotationRules.ScheduleExpression is not valid.');
}

function lambdaFor(world: World, secret: Secret, given: string | undefined): string {
  const lambda = given ?? secret.rotation?.lambda;
  if (lambda === undefined)
    throw new AwsFault(
      'InvalidRequestException',
      'No Lambda rotation function ARN is associated with this secret.',
    );
  if (!world.secretsManager.functions.includes(lambda))
    throw new AwsFault(
      'AccessDeniedException',
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    );
  return lambda;
}

/** The version that an earlier rotation left behind, or is still making. */
function unfinished(secret: Secret): SecretVersion | undefined {
  const version = versionUnder(secret, pending);
  return version?.stages.includes(current) ? undefined : version;
}

function stepSoon(world: World, secret: Secret, version: string, step: RotationStep, seconds?: number): void {
  const [least, most] = world.secretsManager.timings.step;
  const wait = seconds ?? drawBetween(world, least * 1000, most * 1000) / 1000;
  schedule(world, secondsFrom(world.now, wait), {
    kind: 'secret-rotation-step',
    secret: secret.arn,
    version,
    step,
  });
}

/** Begins a rotation, or attempts again the one that was not finished. */
function begin(world: World, secret: Secret, token: string): string {
  const version = unfinished(secret) ?? {
    id: token,
    stages: [],
    createdAt: world.now,
    key: keyOf(secret),
  };
  if (versionWithId(secret, version.id) === undefined) secret.versions.push(version);
  moveStage(secret, pending, version);
  secret.rotating = { version: version.id, attempt: 1 };
  stepSoon(world, secret, version.id, 'createSecret');
  changed(world, secret);
  return version.id;
}

/** Keeps one event in the queue for the day when the secret is rotated by itself. */
export function planRotation(world: World, secret: Secret, notBefore = world.now): void {
  unschedule(world, (event) => event.kind === 'secret-rotation-due' && event.secret === secret.arn);
  const due = nextRotation(secret);
  if (due === undefined) return;
  schedule(world, due < notBefore ? notBefore : due, { kind: 'secret-rotation-due', secret: secret.arn });
}

const isMeant = (secret: Secret, name: string | undefined): boolean =>
  name === undefined || name === secret.name || name === secret.arn;

function failureOf(world: World, secret: Secret, version: SecretVersion, step: RotationStep) {
  const fault = inForce(world, 'rotation-fails').find(
    (one) => one.stage === step && isMeant(secret, one.secret),
  );
  // Only a function that got as far as this failed: what the steps before have done stays done.
  return fault === undefined
    ? runGuarded(world, secret, version, step)
    : `[ERROR] ${step}: the rotation function timed out after 30.00 seconds`;
}

/** A function that is refused by AWS fails as well. */
function runGuarded(world: World, secret: Secret, version: SecretVersion, step: RotationStep) {
  try {
    return runStep(world, secret, version, step);
  } catch (error) {
    if (error instanceof AwsFault) return `[ERROR] ${error.code}: ${error.message}`;
    throw error;
  }
}

/** A failed attempt is followed by another from the first step on, a few times. */
function failed(world: World, secret: Secret, step: RotationStep, error: string): void {
  const { rotating } = secret;
  const { attempts, retry } = world.secretsManager.timings;
  secret.lastFailure = { at: world.now, step, error };
  if (rotating !== undefined && rotating.attempt < attempts) {
    rotating.attempt += 1;
    stepSoon(world, secret, rotating.version, 'createSecret', drawBetween(world, ...retry));
    return;
  }
  delete secret.rotating;
  planRotation(world, secret, later(world.now, hours(24)));
}

export const rotationEvents: EventHandlers<SecretsManagerEvent> = {
  'secret-rotation-step'(world, { secret: arn, version: id, step }) {
    const secret = findSecret(world, arn);
    const version = secret && versionWithId(secret, id);
    if (secret?.rotating?.version !== id || version === undefined) return;
    const error = failureOf(world, secret, version, step);
    if (error !== undefined) return failed(world, secret, step, error);
    changed(world, secret);
    const next = followingStep[step];
    if (next !== undefined) return stepSoon(world, secret, id, next);
    delete secret.rotating;
    delete secret.lastFailure;
    secret.rotatedAt = world.now;
    planRotation(world, secret);
  },

  'secret-rotation-due'(world, { secret: arn }) {
    const secret = findSecret(world, arn);
    const due = secret && nextRotation(secret);
    if (secret === undefined || secret.deletion !== undefined || due === undefined) return;
    if (due > world.now) return planRotation(world, secret);
    if (secret.rotating === undefined) begin(world, secret, drawUuid(world));
  },

  'secret-replicates': replicate,
};

export const rotationOperations = {
  RotateSecret(world, input) {
    const secret = primarySecret(world, input.SecretId);
    const token = checkedToken(input.ClientRequestToken, 'InvalidParameterException');
    checkRules(input.RotationRules);
    const lambda = lambdaFor(world, secret, input.RotationLambdaARN);
    const left = unfinished(secret);
    if (secret.rotating?.version === token || (left === undefined && versionWithId(secret, token)))
      return { ...identityOf(secret), VersionId: token };
    if (left !== undefined) {
      if (secret.rotating === undefined) begin(world, secret, left.id);
      throw new AwsFault(
        'InvalidRequestException',
        "A previous rotation isn't complete. That rotation will be reattempted.",
      );
    }
    secret.rotation = {
      enabled: true,
      lambda,
      rules: input.RotationRules ?? secret.rotation?.rules ?? {},
    };
    planRotation(world, secret);
    if (input.RotateImmediately === false) {
      changed(world, secret);
      return identityOf(secret);
    }
    return { ...identityOf(secret), VersionId: begin(world, secret, token) };
  },

  CancelRotateSecret(world, { SecretId }) {
    const secret = primarySecret(world, SecretId);
    if (secret.rotation === undefined)
      throw new AwsFault(
        'InvalidRequestException',
        'No Lambda rotation function ARN is associated with this secret.',
      );
    const left = unfinished(secret);
    secret.rotation.enabled = false;
    delete secret.rotating;
    unschedule(
      world,
      (event) =>
        (event.kind === 'secret-rotation-step' || event.kind === 'secret-rotation-due') &&
        event.secret === secret.arn,
    );
    changed(world, secret);
    return { ...identityOf(secret), ...(left && { VersionId: left.id }) };
  },
} satisfies Operations<typeof import('@aws-sdk/client-secrets-manager')>;
