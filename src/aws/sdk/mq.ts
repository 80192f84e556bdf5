export {
  CreateBrokerCommand,
  DeleteBrokerCommand,
  DeleteConfigurationCommand,
  DescribeBrokerCommand,
  DescribeBrokerEngineTypesCommand,
  DescribeBrokerInstanceOptionsCommand,
  DescribeConfigurationCommand,
  DescribeConfigurationRevisionCommand,
  ListBrokersCommand,
  ListConfigurationsCommand,
  MqClient,
} from '@aws-sdk/client-mq';
