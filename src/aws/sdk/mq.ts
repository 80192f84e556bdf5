export {
  DescribeBrokerCommand,
  DescribeUserCommand,
  MqClient,
  RebootBrokerCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-mq';
