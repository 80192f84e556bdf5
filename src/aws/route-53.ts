import type { HealthCheck, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { present } from './unreadable-answer.ts';

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

export interface RecordChange {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT';
  /** With `DELETE` exactly as it is. */
  readonly set: ResourceRecordSet;
}

/**
 * Makes all changes or none. They are made at once, and all name servers have them within a minute.
 * @returns the id of the change
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
 */
export const changeRecordSets = awsFunction(
  ['route53:ChangeResourceRecordSets'],
  async (aws: ChangeClients, zone: string, changes: readonly RecordChange[]): Promise<string> => {
    const { ChangeResourceRecordSetsCommand } = await sdk();
    const { ChangeInfo } = await aws.send(
      'route-53',
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        ChangeBatch: {
          Changes: changes.map(({ action, set }) => ({ Action: action, ResourceRecordSet: set })),
        },
      }),
    );
    const action = 'route53:ChangeResourceRecordSets';
    return present(ChangeInfo?.Id, 'id of the change', { aws, action, write: true });
  },
);

/** Whether all name servers of the zone have a change. https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html */
export const changeIsInSync = awsFunction(
  ['route53:GetChange'],
  async (aws: ReadClients, change: string): Promise<boolean> => {
    const { GetChangeCommand } = await sdk();
    const { ChangeInfo } = await aws.send('route-53', new GetChangeCommand({ Id: change }));
    return ChangeInfo?.Status === 'INSYNC';
  },
);

/**
 * The addresses that a name server of the zone answers now, whatever resolvers hold; none for a name that is not in it.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_TestDNSAnswer.html
 */
export const answersTo = awsFunction(
  ['route53:TestDNSAnswer'],
  async (aws: ReadClients, zone: string, name: string): Promise<readonly string[]> => {
    const { TestDNSAnswerCommand } = await sdk();
    const { RecordData } = await aws.send(
      'route-53',
      new TestDNSAnswerCommand({ HostedZoneId: zone, RecordName: name, RecordType: 'A' }),
    );
    return (RecordData ?? []).toSorted();
  },
);
