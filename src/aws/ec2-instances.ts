import type { Instance } from '@aws-sdk/client-ec2';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';
import { present } from './unreadable-answer.ts';

export type { Instance };

const sdk = () => import('./sdk/ec2.ts');

/** The instance of this id; `undefined` where there is none. Terminated ones are shown for about an hour. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const describeInstance = awsFunction(
  ['ec2:DescribeInstances'],
  async (aws: ReadClients, id: string): Promise<Instance | undefined> => {
    const { DescribeInstancesCommand } = await sdk();
    const answer = await absentWhen(['InvalidInstanceID.NotFound'], () =>
      aws.send('ec2', new DescribeInstancesCommand({ InstanceIds: [id] })),
    );
    return answer?.Reservations?.[0]?.Instances?.[0];
  },
);

/** Those with this tag that are not terminated. */
export const findInstances = awsFunction(
  ['ec2:DescribeInstances'],
  async (
    aws: ReadClients,
    { tag, value }: { readonly tag: string; readonly value: string },
  ): Promise<Instance[]> => {
    const { DescribeInstancesCommand } = await sdk();
    const reservations = await collectPages(async (NextToken) => {
      const page = await aws.send(
        'ec2',
        new DescribeInstancesCommand({
          Filters: [
            { Name: `tag:${tag}`, Values: [value] },
            {
              Name: 'instance-state-name',
              Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'],
            },
          ],
          NextToken,
        }),
      );
      return { items: page.Reservations, next: page.NextToken };
    });
    return reservations.flatMap(({ Instances = [] }) => Instances);
  },
);

export interface LaunchedInstance {
  /** Its default version. */
  readonly launchTemplate: string;
  readonly subnet: string;
  readonly instanceType: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** At most 64 characters of ASCII. A second call with the same token launches no second instance. */
  readonly clientToken: string;
}

/**
 * Launches one instance, which belongs to no Auto Scaling group and no target group.
 * @returns its id
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
 */
export const launchInstance = awsFunction(
  ['ec2:RunInstances', 'ec2:CreateTags', 'iam:PassRole'],
  async (aws: ChangeClients, wanted: LaunchedInstance): Promise<string> => {
    const { RunInstancesCommand } = await sdk();
    const Tags = Object.entries(wanted.tags).map(([Key, Value]) => ({ Key, Value }));
    const answer = await aws.send(
      'ec2',
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: wanted.launchTemplate },
        MinCount: 1,
        MaxCount: 1,
        SubnetId: wanted.subnet,
        ...(wanted.instanceType !== undefined && {
          InstanceType: wanted.instanceType as NonNullable<Instance['InstanceType']>,
        }),
        // Whoever shuts it down from within is rid of it.
        InstanceInitiatedShutdownBehavior: 'terminate',
        TagSpecifications: [
          { ResourceType: 'instance', Tags },
          { ResourceType: 'volume', Tags },
        ],
        ClientToken: wanted.clientToken,
      }),
    );
    return present(answer.Instances?.[0]?.InstanceId, 'instance id', {
      aws,
      action: 'ec2:RunInstances',
      write: true,
    });
  },
);

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html */
export const terminateInstance = awsFunction(
  ['ec2:TerminateInstances'],
  async (aws: ChangeClients, id: string): Promise<void> => {
    const { TerminateInstancesCommand } = await sdk();
    await aws.send('ec2', new TerminateInstancesCommand({ InstanceIds: [id] }));
  },
);
