import type { Service } from '../../service.ts';
import { alarmOperations } from './alarm-operations.ts';
import { metricOperations } from './metric-operations.ts';

export const cloudwatchOperations = { ...alarmOperations, ...metricOperations };

export const cloudwatch: Service = { name: 'cloudwatch', operations: cloudwatchOperations };
