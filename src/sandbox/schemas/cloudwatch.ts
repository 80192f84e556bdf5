export {
  DescribeAlarmHistory$,
  DescribeAlarms$,
  GetMetricData$,
  InvalidFormatFault$,
  InvalidNextToken$,
  ResourceNotFound$,
  SetAlarmState$,
} from '@aws-sdk/client-cloudwatch';
