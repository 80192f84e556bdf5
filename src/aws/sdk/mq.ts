export { DescribeBrokerInstanceOptionsCommand, ListBrokersCommand, MqClient } from '@aws-sdk/client-mq';
