export {
  CreateLaunchTemplateVersion$,
  DeleteLaunchTemplateVersions$,
  DescribeImages$,
  DescribeInstanceStatus$,
  DescribeInstances$,
  DescribeLaunchTemplates$,
  DescribeLaunchTemplateVersions$,
  DescribeSubnets$,
  ModifyLaunchTemplate$,
} from '@aws-sdk/client-ec2';
