/** How CloudTrail calls the services, by their SDK package: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-aws-service-specific-topics.html */
const sources: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  'cloudwatch-logs': 'logs',
  cloudwatch: 'monitoring',
  efs: 'elasticfilesystem',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  mq: 'amazonmq',
  opensearch: 'es',
  'route-53': 'route53',
  'secrets-manager': 'secretsmanager',
};

export const eventSource = (service: string): string => `${sources[service] ?? service}.amazonaws.com`;

/** Their calls are recorded there, from wherever they come. */
const globalServices = ['iam', 'route-53'];

export const eventRegion = (service: string, region: string): string =>
  globalServices.includes(service) ? 'us-east-1' : region;

/**
 * Data events, which the event history does not have: what is done to objects
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html) and metric data
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/logging_cw_api_calls.html).
 */
const dataOperations: Readonly<Record<string, RegExp>> = {
  s3: /Object|^HeadBucket$/,
  cloudwatch: /^(Get|Put)Metric(Data|Statistics|WidgetImage)$|^ListMetrics$/,
};

export const isDataEvent = (service: string, operation: string): boolean =>
  dataOperations[service]?.test(operation) ?? false;
