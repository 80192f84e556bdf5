export {
  DescribeBrokerCommand,
  DescribeBrokerEngineTypesCommand,
  DescribeConfigurationCommand,
  DescribeConfigurationRevisionCommand,
  MqClient,
} from '@aws-sdk/client-mq';
