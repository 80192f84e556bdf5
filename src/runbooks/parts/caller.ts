import * as z from 'zod';
import { callerIdentity } from '../../aws/sts.ts';
import type { ReadContext } from '../../engine/context.ts';
import { check } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { AwsCallError, Refusal } from '../../errors.ts';

/** First step of every runbook, made anew at every resume and before a rollback. */
export const callerIsInTheEnvironment = check({
  id: 'caller',
  title: "The caller's account and Region are those of the environment",
  uses: [callerIdentity],
  alsoOnResume: true,
  returns: z.object({ account: z.string(), arn: z.string(), region: z.string() }),
  async run({ aws, environment }) {
    const { account, arn } = await identityOf({ aws, environment });
    // Calls go to the environment's Region anyway: a caller set up for another one may mean another stack.
    const region = (await aws.callerRegion()) ?? environment.region;
    if (account !== environment.account || region !== environment.region) {
      throw new Refusal({
        code: 'WRONG_ACCOUNT_OR_REGION',
        message:
          `The credentials at hand are for account ${account} in ${region} (${arn}); ` +
          `environment ${environment.name} is account ${environment.account} in ${environment.region}`,
        hint: howToCorrect({ account, region }, environment),
      });
    }
    return { account, arn, region };
  },
  summary: ({ account, arn, region }) => `${arn}, account ${account}, ${region}`,
});

/** STS of every Region knows the caller, and the home Region may be what is lost: then nobody could even begin there. */
async function identityOf({ aws, environment }: Pick<ReadContext, 'aws' | 'environment'>) {
  try {
    return await callerIdentity(aws);
  } catch (error) {
    const { recoveryRegion } = environment;
    if (!(error instanceof AwsCallError) || !error.transient || recoveryRegion === undefined) throw error;
    return callerIdentity(aws.in(recoveryRegion));
  }
}

function howToCorrect(
  caller: { account: string; region: string },
  { account, region, profile }: Environment,
): string {
  if (caller.account === account) return `AWS_REGION=${region}, if this is the stack you mean`;
  return profile === undefined
    ? `Set AWS_PROFILE to a profile of account ${account}, or name one in runbook.yaml (profile:)`
    : `Check what profile ${profile} stands for: aws sts get-caller-identity --profile ${profile}`;
}
