import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';

/**
 * The quota in force in the Region that is asked, `undefined` where the service has none of that code.
 * https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
 */
export const quotaOf = awsFunction(
  ['servicequotas:GetServiceQuota'],
  async (aws: ReadClients, ServiceCode: string, QuotaCode: string): Promise<number | undefined> => {
    const { GetServiceQuotaCommand } = await import('./sdk/service-quotas.ts');
    const answer = await absentWhen(['NoSuchResourceException'], () =>
      aws.send('service-quotas', new GetServiceQuotaCommand({ ServiceCode, QuotaCode })),
    );
    return answer?.Quota?.Value;
  },
);
