export {
  DeleteFileSystemCommand,
  DescribeFileSystemsCommand,
  EFSClient,
  TagResourceCommand,
} from '@aws-sdk/client-efs';
