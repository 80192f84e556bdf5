import type { DomainStatus } from '@aws-sdk/client-opensearch';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { reveal, type SecretValue } from './secret-value.ts';

export type { DomainStatus };

const sdk = () => import('./sdk/opensearch.ts');

/**
 * The domain of this name, `undefined` where there is none. `Processing` and `ChangeProgressDetails` tell of a change under way.
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomain.html
 */
export const describeDomain = awsFunction(
  ['es:DescribeDomain'],
  async (aws: ReadClients, domain: string): Promise<DomainStatus | undefined> => {
    const { DescribeDomainCommand } = await sdk();
    const answer = await absentWhen(['ResourceNotFoundException'], () =>
      aws.send('opensearch', new DescribeDomainCommand({ DomainName: domain })),
    );
    return answer?.DomainStatus;
  },
);

/**
 * Makes this user with this password the domain's master user, which sets the password of one who is it already: 8 characters at least, one
 * of each kind. The domain processes it for minutes; the old password works until it is done.
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_MasterUserOptions.html
 */
export const setSearchMasterPassword = awsFunction(
  ['es:UpdateDomainConfig'],
  async (
    aws: ChangeClients,
    {
      domain,
      user,
      password,
    }: { readonly domain: string; readonly user: string; readonly password: SecretValue },
  ): Promise<void> => {
    const { UpdateDomainConfigCommand } = await sdk();
    await aws.send(
      'opensearch',
      new UpdateDomainConfigCommand({
        DomainName: domain,
        AdvancedSecurityOptions: {
          MasterUserOptions: { MasterUserName: user, MasterUserPassword: reveal(password) },
        },
      }),
    );
  },
);
