import type { Service } from '../../service.ts';
import type { EventHandlers } from '../../world.ts';
import { eventOperations } from './events.ts';
import { groupOperations } from './groups.ts';
import type { LogsEvent } from './state.ts';
import { streamOperations } from './streams.ts';

export const logsOperations = { ...groupOperations, ...streamOperations, ...eventOperations };

export const cloudwatchLogs: Service = { name: 'cloudwatch-logs', operations: logsOperations };

/** What happens in a log is written by others; bytes and retention follow from the time. */
export const logsEvents: EventHandlers<LogsEvent> = {};
