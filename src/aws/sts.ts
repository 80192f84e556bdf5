import { Bug } from '../errors.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';

/**
 * The account and the ARN behind the credentials in use. AWS answers it for every valid credential, whatever its policies say.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const callerIdentity = awsFunction(
  ['sts:GetCallerIdentity'],
  async (aws: ReadClients): Promise<{ account: string; arn: string }> => {
    const { GetCallerIdentityCommand } = await import('./sdk/sts.ts');
    const { Account, Arn } = await aws.send('sts', new GetCallerIdentityCommand({}));
    if (Account === undefined || Arn === undefined)
      throw new Bug('sts:GetCallerIdentity came back without account or ARN');
    return { account: Account, arn: Arn };
  },
);
