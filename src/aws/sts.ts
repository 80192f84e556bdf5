import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';
import { present } from './unreadable-answer.ts';

/**
 * The account and the ARN behind the credentials in use. AWS answers it for every valid credential, whatever its policies say.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const callerIdentity = awsFunction(
  ['sts:GetCallerIdentity'],
  async (aws: ReadClients): Promise<{ account: string; arn: string }> => {
    const { GetCallerIdentityCommand } = await import('./sdk/sts.ts');
    const { Account, Arn } = await aws.send('sts', new GetCallerIdentityCommand({}));
    const call = { aws, action: 'sts:GetCallerIdentity', write: false };
    return { account: present(Account, 'account', call), arn: present(Arn, 'ARN', call) };
  },
);
