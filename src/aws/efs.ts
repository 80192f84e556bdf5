import type { FileSystemDescription } from '@aws-sdk/client-efs';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { FileSystemDescription };

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

/** How many there are in the Region. https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystems.html */
export const countFileSystems = awsFunction(
  ['elasticfilesystem:DescribeFileSystems'],
  async (aws: ReadClients): Promise<number> => {
    const { DescribeFileSystemsCommand } = await sdk();
    const all = await collectPages(async (Marker) => {
      const page = await aws.send('efs', new DescribeFileSystemsCommand({ Marker }));
      return { items: page.FileSystems, next: page.NextMarker };
    });
    return all.length;
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
