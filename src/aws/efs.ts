import type { FileSystemDescription, MountTargetDescription } from '@aws-sdk/client-efs';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';
import { present } from './unreadable-answer.ts';

export type { FileSystemDescription, MountTargetDescription };

const sdk = () => import('./sdk/efs.ts');

/**
 * By its id, or by the token that it was made with; `undefined` where there is none. `SizeInBytes` is what was metered at its
 * `Timestamp`: https://docs.aws.amazon.com/efs/latest/ug/metered-sizes.html
 */
export const describeFileSystem = awsFunction(
  ['elasticfilesystem:DescribeFileSystems'],
  async (
    aws: ReadClients,
    which: { readonly FileSystemId: string } | { readonly CreationToken: string },
  ): Promise<FileSystemDescription | undefined> => {
    const { DescribeFileSystemsCommand } = await sdk();
    const answer = await absentWhen(['FileSystemNotFound'], () =>
      aws.send('efs', new DescribeFileSystemsCommand(which)),
    );
    return answer?.FileSystems?.[0];
  },
);

/** https://docs.aws.amazon.com/efs/latest/ug/API_TagResource.html */
export const tagFileSystem = awsFunction(
  ['elasticfilesystem:TagResource'],
  async (aws: ChangeClients, id: string, tags: Readonly<Record<string, string>>): Promise<void> => {
    const { TagResourceCommand } = await sdk();
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await aws.send('efs', new TagResourceCommand({ ResourceId: id, Tags }));
  },
);

/** With all that is in it. Refused while it has mount targets. https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystem.html */
export const deleteFileSystem = awsFunction(
  ['elasticfilesystem:DeleteFileSystem'],
  async (aws: ChangeClients, id: string): Promise<void> => {
    const { DeleteFileSystemCommand } = await sdk();
    await aws.send('efs', new DeleteFileSystemCommand({ FileSystemId: id }));
  },
);

/** In all its zones; none where the file system is not there. https://docs.aws.amazon.com/efs/latest/ug/API_DescribeMountTargets.html */
export const describeMountTargets = awsFunction(
  ['elasticfilesystem:DescribeMountTargets'],
  async (aws: ReadClients, fileSystem: string): Promise<MountTargetDescription[]> => {
    const { DescribeMountTargetsCommand } = await sdk();
    const answer = await absentWhen(['FileSystemNotFound'], () =>
      aws.send('efs', new DescribeMountTargetsCommand({ FileSystemId: fileSystem })),
    );
    return answer?.MountTargets ?? [];
  },
);

/**
 * One in the zone of the subnet, with a network interface there; refused where that zone has one.
 * https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html
 */
export const createMountTarget = awsFunction(
  [
    'elasticfilesystem:CreateMountTarget',
    'ec2:DescribeSubnets',
    'ec2:DescribeNetworkInterfaces',
    'ec2:CreateNetworkInterface',
  ],
  async (
    aws: ChangeClients,
    {
      fileSystem,
      subnet,
      securityGroups,
    }: { readonly fileSystem: string; readonly subnet: string; readonly securityGroups: readonly string[] },
  ): Promise<string> => {
    const { CreateMountTargetCommand } = await sdk();
    const { MountTargetId } = await aws.send(
      'efs',
      new CreateMountTargetCommand({
        FileSystemId: fileSystem,
        SubnetId: subnet,
        SecurityGroups: [...securityGroups],
      }),
    );
    const action = 'elasticfilesystem:CreateMountTarget';
    return present(MountTargetId, 'id of the mount target', { aws, action, write: true });
  },
);

/** It is `deleting` for a minute. https://docs.aws.amazon.com/efs/latest/ug/API_DeleteMountTarget.html */
export const deleteMountTarget = awsFunction(
  ['elasticfilesystem:DeleteMountTarget', 'ec2:DeleteNetworkInterface'],
  async (aws: ChangeClients, id: string): Promise<void> => {
    const { DeleteMountTargetCommand } = await sdk();
    await aws.send('efs', new DeleteMountTargetCommand({ MountTargetId: id }));
  },
);

/** All of the Region that is asked. https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystems.html */
export const listFileSystems = awsFunction(
  ['elasticfilesystem:DescribeFileSystems'],
  async (aws: ReadClients): Promise<FileSystemDescription[]> => {
    const { DescribeFileSystemsCommand } = await sdk();
    return collectPages(async (Marker) => {
      const page = await aws.send('efs', new DescribeFileSystemsCommand({ Marker }));
      return { items: page.FileSystems, next: page.NextMarker };
    });
  },
);
