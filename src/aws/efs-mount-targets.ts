import type { MountTargetDescription } from '@aws-sdk/client-efs';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { MountTargetDescription };

const sdk = () => import('./sdk/efs.ts');

/** None where the file system is gone. https://docs.aws.amazon.com/efs/latest/ug/API_DescribeMountTargets.html */
export const describeMountTargets = awsFunction(
  ['elasticfilesystem:DescribeMountTargets'],
  async (aws: ReadClients, fileSystem: string): Promise<MountTargetDescription[]> => {
    const { DescribeMountTargetsCommand } = await sdk();
    const found = await absentWhen(['FileSystemNotFound'], () =>
      collectPages(async (Marker) => {
        const page = await aws.send(
          'efs',
          new DescribeMountTargetsCommand({ FileSystemId: fileSystem, Marker }),
        );
        return { items: page.MountTargets, next: page.NextMarker };
      }),
    );
    return found ?? [];
  },
);

export interface NewMountTarget {
  readonly fileSystem: string;
  readonly subnet: string;
  readonly securityGroups: readonly string[];
}

/** It can be used when it is `available`, in a minute or two. https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html */
export const createMountTarget = awsFunction(
  [
    'elasticfilesystem:CreateMountTarget',
    'ec2:DescribeSubnets',
    'ec2:DescribeNetworkInterfaces',
    'ec2:CreateNetworkInterface',
  ],
  async (
    aws: ChangeClients,
    { fileSystem, subnet, securityGroups }: NewMountTarget,
  ): Promise<MountTargetDescription> => {
    const { CreateMountTargetCommand } = await sdk();
    return aws.send(
      'efs',
      new CreateMountTargetCommand({
        FileSystemId: fileSystem,
        SubnetId: subnet,
        SecurityGroups: [...securityGroups],
      }),
    );
  },
);

/** Ends every mount through it by force: https://docs.aws.amazon.com/efs/latest/ug/API_DeleteMountTarget.html */
export const deleteMountTarget = awsFunction(
  ['elasticfilesystem:DeleteMountTarget', 'ec2:DeleteNetworkInterface'],
  async (aws: ChangeClients, id: string): Promise<void> => {
    const { DeleteMountTargetCommand } = await sdk();
    await aws.send('efs', new DeleteMountTargetCommand({ MountTargetId: id }));
  },
);
