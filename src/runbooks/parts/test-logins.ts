import * as z from 'zod';
import { minutes } from '../../duration.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import { type Change, change, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { pointInTime } from './point-in-time.ts';
import type { Rotation } from './put-rotation-back.ts';
import { type NamedSecret, secretOf } from './rotated-secrets.ts';
import type { AllFacts } from './secret-facts.ts';
import { commandFor, loginTried, loginUses, tryLogin, type Versions } from './try-logins.ts';
import { secretAsApproved } from './versions-made.ts';
import type { Answer } from './which-password-works.ts';

const answer = z.enum(['works', 'refused', 'cannot tell']);
const testedLogins = z.object({ before: answer, next: answer, at: pointInTime });
export type TestedLogins = z.output<typeof testedLogins>;

/** What a login said is true for as long as nobody sets another password; a promotion asks again after this. */
const freshFor = minutes(2);

export const isFresh = ({ at }: Pick<TestedLogins, 'at'>, now: Date): boolean =>
  now.getTime() - at.getTime() <= freshFor;

const said = ({ before, next }: Pick<TestedLogins, 'before' | 'next'>): string =>
  `the new version: ${next}; the one before: ${before}`;

/** @param mustWork without it the answers are only taken down, for whoever judges them next */
export function loginsWork(
  name: string,
  begun: StepReference<Rotation>,
  { mustWork = true } = {},
): Change<TestedLogins> {
  const what = `${name}/test-login`;
  const judged = (context: ReadContext, answers: Pick<TestedLogins, 'before' | 'next'>): TestedLogins => {
    if (mustWork && answers.next !== 'works')
      throw loginFails(secretOf(context.environment, name), context.outputOf(begun), answers);
    return { ...answers, at: context.clock.now() };
  };
  return change<TestedLogins>({
    id: 'test-login',
    title: `Have a node log in with both versions of ${name}`,
    uses: loginUses,
    returns: testedLogins,
    async findApplied(context) {
      const before = await loginTried(context, `${what}/before`, freshFor);
      const next = await loginTried(context, `${what}/next`, freshFor);
      if (before === undefined || next === undefined || (mustWork && next !== 'works')) return undefined;
      return judged(context, { before, next });
    },
    apply: async (context) => judged(context, await tryBoth(context, name, context.outputOf(begun), what)),
    summary: said,
    undoneBy: { id: 'new-version' },
  });
}

async function tryBoth(
  context: ChangeContext,
  name: string,
  { before, next }: Versions,
  what: string,
): Promise<Pick<TestedLogins, 'before' | 'next'>> {
  const secret = secretOf(context.environment, name);
  // Answered before a kill. One that did not work is asked again: that is what trying again is for.
  const known = {
    before: await loginTried(context, `${what}/before`, freshFor),
    next: await loginTried(context, `${what}/next`, freshFor),
  };
  return {
    before: known.before ?? (await tryLogin(context, secret, before, `${what}/before`)),
    next: known.next === 'works' ? known.next : await tryLogin(context, secret, next, `${what}/next`),
  };
}

function loginFails(
  secret: NamedSecret,
  { next }: Versions,
  answers: Pick<TestedLogins, 'before' | 'next'>,
): OperatorError {
  const { name, login } = secret;
  const byHand = `By hand on a node: ${commandFor(login.command, secret, next)}`;
  if (answers.next === 'cannot tell')
    return new OperatorError({
      code: 'LOGIN_NOT_TOLD',
      message: `No node could tell whether the new version ${next} of secrets.${name} works (${said(answers)}): is the component in reach of the node, and may its role read the secret? AWSCURRENT is still the version before`,
      hint: `Retry asks again; undo puts everything back. ${byHand}`,
    });
  const meaning =
    answers.before === 'works'
      ? 'The component goes on with the password before, although it took the new one'
      : 'The component lets nobody in';
  return new OperatorError({
    code: 'LOGIN_REFUSED',
    message: `The new version ${next} of secrets.${name} does not work (${said(answers)}). ${meaning}. AWSCURRENT is still the version before`,
    hint: `Undo, which finds out again what works. ${byHand}`,
  });
}

const tried = z.object({ before: answer, leftOver: answer.optional() });

export const tryLoginStep = { id: 'try-login', returns: tried };

/**
 * Before anything is put or set: the version that is current must be the one that works, or that of a rotation that did not finish. It
 * changes nothing; but only a change may run a command on a node.
 */
export function currentLoginWorks(
  name: string,
  leftOver: string | undefined,
  secrets: StepReference<AllFacts>,
): Change<z.output<typeof tried>> {
  const what = `${name}/try-login`;
  const judged = (context: ReadContext, before: Answer, left: Answer | undefined) => {
    if (before === 'works' || left === 'works')
      return { before, ...(left !== undefined && { leftOver: left }) };
    throw currentFails(
      secretOf(context.environment, name),
      secretAsApproved(context, name, secrets).current,
      before,
    );
  };
  return change({
    ...tryLoginStep,
    title: `Have a node log in with the version of ${name} that is current${leftOver === undefined ? '' : ', and with the one that was left over'}`,
    uses: loginUses,
    async findApplied(context) {
      const before = await loginTried(context, `${what}/current`);
      const left = leftOver === undefined ? undefined : await loginTried(context, `${what}/left-over`);
      if (before === undefined || (leftOver !== undefined && left === undefined)) return undefined;
      return before === 'works' || left === 'works' ? judged(context, before, left) : undefined;
    },
    async apply(context) {
      const secret = secretOf(context.environment, name);
      const { current } = secretAsApproved(context, name, secrets);
      const before = await tryLogin(context, secret, current, `${what}/current`);
      const left =
        leftOver === undefined ? undefined : await tryLogin(context, secret, leftOver, `${what}/left-over`);
      return judged(context, before, left);
    },
    summary: ({ before, leftOver: left }) =>
      `AWSCURRENT: ${before}${left === undefined ? '' : `; AWSPENDING: ${left}`}`,
    undo: { title: 'Nothing: a login that was tried leaves nothing behind', apply: async () => {} },
  });
}

function currentFails(named: NamedSecret, version: string, before: Answer): OperatorError {
  const { name, secret, login } = named;
  const hint = `docs/runbooks/rotate-secrets.md, "By hand". On a node: ${commandFor(login.command, named, version)}. Other versions: aws secretsmanager list-secret-version-ids --secret-id ${secret}`;
  return before === 'refused'
    ? new OperatorError({
        code: 'CURRENT_LOGIN_REFUSED',
        message: `The component refuses the version of secrets.${name} that is AWSCURRENT: whoever boots now does not get in. No password and no stage was changed`,
        hint,
      })
    : new OperatorError({
        code: 'LOGIN_NOT_TOLD',
        message: `No node could tell whether the version of secrets.${name} that is AWSCURRENT works. No password and no stage was changed`,
        hint,
      });
}
