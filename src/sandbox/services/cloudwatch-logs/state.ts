import type { LogGroup, LogStream } from '@aws-sdk/client-cloudwatch-logs';
import type { Known } from '../../known.ts';

export interface LogEvent {
  /** Orders the events of a group, and stands in tokens. */
  readonly serial: number;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export interface StreamState {
  readonly stream: Known<LogStream, 'logStreamName' | 'creationTime'>;
  /** In order of time. */
  events: LogEvent[];
}

export interface GroupState {
  group: Known<LogGroup, 'logGroupName' | 'creationTime'>;
  tags: Record<string, string>;
  streams: StreamState[];
  /** What the group takes in of events that the sandbox does not keep: only their bytes count. */
  readonly bytesPerDay?: number;
}

export interface LogsState {
  groups: GroupState[];
  /** Events so far. */
  serial: number;
}

export type LogsEvent = never;

export const emptyLogs = (): LogsState => ({ groups: [], serial: 0 });
