import { z } from 'zod';
import { callerIdentity } from '../../aws/sts.ts';
import { check } from '../../engine/step.ts';
import { Refusal } from '../../errors.ts';

/** First step of every runbook, made anew at every resume and before a rollback. */
export const callerIsInTheEnvironment = check({
  id: 'caller',
  title: "The caller's account and Region are those of the environment",
  uses: [callerIdentity],
  alsoOnResume: true,
  returns: z.object({ account: z.string(), arn: z.string(), region: z.string() }),
  async run({ aws, environment }) {
    const { account, arn } = await callerIdentity(aws);
    if (account !== environment.account || aws.region !== environment.region) {
      throw new Refusal({
        code: 'WRONG_ACCOUNT_OR_REGION',
        message:
          `The credentials at hand are for account ${account} in ${aws.region} (${arn}); ` +
          `environment ${environment.name} is account ${environment.account} in ${environment.region}. Nothing was changed`,
        hint:
          environment.profile === undefined
            ? `Set AWS_PROFILE to a profile of account ${environment.account}, or name one in runbook.yaml (profile:)`
            : `Check what profile ${environment.profile} stands for: aws sts get-caller-identity --profile ${environment.profile}`,
      });
    }
    return { account, arn, region: aws.region };
  },
  summary: ({ account, arn, region }) => `${arn}, account ${account}, ${region}`,
});
