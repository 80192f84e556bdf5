import * as z from 'zod';
import type { ReadClients } from '../../aws/clients.ts';
import { callerIdentity } from '../../aws/sts.ts';
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
    const { account, arn } = await whoCalls(aws, environment);
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

/** Where the environment's own Region does not answer, its recovery Region may: who calls is the same in all of them. */
async function whoCalls(aws: ReadClients, { recoveryRegion }: Environment) {
  try {
    return await callerIdentity(aws);
  } catch (error) {
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
