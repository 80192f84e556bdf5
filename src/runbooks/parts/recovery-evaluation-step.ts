import * as z from 'zod';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { type Check, check, type UsesActions } from '../../engine/step.ts';
import { AwsCallError } from '../../errors.ts';
import { type RecoveryPlan, recoveryPlan } from './recovery-plan.ts';

const evaluated = z.object({
  passed: z.number(),
  /** Subjects. */
  warned: z.array(z.string()),
  failed: z.array(z.string()),
});

export type Evaluated = z.output<typeof evaluated>;

export const pass = (subject: string, fact: string, rule: string): Finding => ({
  verdict: 'pass',
  subject,
  fact,
  rule,
});

export const warn = (subject: string, fact: string, rule: string, toDo: string): Finding => ({
  verdict: 'warn',
  subject,
  fact,
  rule,
  toDo,
});

export const fail = (subject: string, fact: string, rule: string, toDo: string): Finding => ({
  verdict: 'fail',
  subject,
  fact,
  rule,
  toDo,
});

export interface Looking extends ReadContext {
  readonly plan: RecoveryPlan;
  /** Clients of the recovery Region. */
  readonly there: ReadContext['aws'];
}

interface Look {
  readonly id: string;
  /** A fact. */
  readonly title: string;
  readonly uses: readonly UsesActions[];
  look(context: Looking): Promise<readonly Finding[]>;
}

/** One area of an evaluation: a table of findings, and what of them the run has to know. */
export const looksAt = ({ id, title, uses, look }: Look): Check<Evaluated> =>
  check({
    id,
    title,
    uses,
    returns: evaluated,
    async run(context) {
      const plan = recoveryPlan(context.environment);
      const findings = await look({ ...context, plan, there: context.aws.in(plan.region) });
      context.found(findings);
      return {
        passed: findings.filter(({ verdict }) => verdict === 'pass').length,
        warned: subjectsOf(findings, 'warn'),
        failed: subjectsOf(findings, 'fail'),
      };
    },
  });

const subjectsOf = (findings: readonly Finding[], wanted: Finding['verdict']): string[] =>
  findings.filter(({ verdict }) => verdict === wanted).map(({ subject }) => subject);

/** With these no call of the run can succeed: they end it instead of filling its tables. */
const ofTheCaller: ReadonlySet<string> = new Set([
  'AWS_CERTIFICATE',
  'AWS_CLOCK_SKEW',
  'AWS_CREDENTIALS_MISSING',
  'AWS_CREDENTIALS_REFUSED',
  'AWS_ENDPOINT',
]);

/** What AWS does not tell is not as it must be, and keeps nothing else from being seen. */
export async function told(
  subject: string,
  ask: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await ask();
  } catch (error) {
    if (!isAboutTheCall(error)) throw error;
    return [
      fail(
        subject,
        `not known: ${error.message}`,
        'AWS tells it',
        error.hint ?? 'Put the cause right and evaluate once more',
      ),
    ];
  }
}

/**
 * IAM and Route 53 are administered in us-east-1 alone. Where that is lost they do not tell, and what they hold works on: that must not keep
 * anybody from recovering. https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
 */
export const toldFromUsEast1 = (
  subject: string,
  ask: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> =>
  told(subject, async () => {
    try {
      return await ask();
    } catch (error) {
      if (!isAboutTheCall(error) || !error.transient) throw error;
      return [
        warn(
          subject,
          `not known: ${error.message}`,
          'AWS tells it',
          'IAM and Route 53 are administered in us-east-1: if that is lost, go on; else see why they do not answer',
        ),
      ];
    }
  });

const isAboutTheCall = (error: unknown): error is AwsCallError =>
  error instanceof AwsCallError && !ofTheCaller.has(error.code);

/** The home Region may be what is lost: then there is nothing to compare with, and the rest still counts. */
export async function fromHome<Answer>(
  ask: () => Promise<Answer>,
): Promise<{ readonly answer: Answer } | { readonly silent: string }> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (!isAboutTheCall(error)) throw error;
    return { silent: error.message };
  }
}

export const notCompared = (subject: string, silent: string): Finding =>
  warn(
    subject,
    `not compared: the home Region did not tell. ${silent}`,
    'as in production',
    'If the home Region is lost, go on; else see why it does not answer',
  );
