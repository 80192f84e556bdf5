import type { HealthCheck, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ReadClients } from './clients.ts';

export type { HealthCheck, ResourceRecordSet };

const sdk = () => import('./sdk/route-53.ts');

/** Routing policies allow hundreds of record sets of one name; nobody operates that many. */
const most = 100;

/**
 * The record sets of exactly this name, `undefined` where there is no such hosted zone. Names end in a dot.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export const recordSetsOf = awsFunction(
  ['route53:ListResourceRecordSets'],
  async (aws: ReadClients, zone: string, name: string): Promise<ResourceRecordSet[] | undefined> => {
    const { ListResourceRecordSetsCommand } = await sdk();
    const answer = await absentWhen(['NoSuchHostedZone'], () =>
      aws.send(
        'route-53',
        new ListResourceRecordSetsCommand({ HostedZoneId: zone, StartRecordName: name, MaxItems: most }),
      ),
    );
    const wanted = `${name.toLowerCase().replace(/\.$/, '')}.`;
    return answer?.ResourceRecordSets?.filter(({ Name = '' }) => Name.toLowerCase() === wanted);
  },
);

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheck.html */
export const describeHealthCheck = awsFunction(
  ['route53:GetHealthCheck'],
  async (aws: ReadClients, id: string): Promise<HealthCheck | undefined> => {
    const { GetHealthCheckCommand } = await sdk();
    const answer = await absentWhen(['NoSuchHealthCheck'], () =>
      aws.send('route-53', new GetHealthCheckCommand({ HealthCheckId: id })),
    );
    return answer?.HealthCheck;
  },
);
