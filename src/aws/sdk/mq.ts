export { MqClient } from '@aws-sdk/client-mq';
