import type { LogStream } from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { byName, checkLimit, groupArn, invalid, knownGroup } from './groups.ts';
import { keptEvents, newStream } from './kept-events.ts';
import type { GroupState, StreamState } from './state.ts';

const mostStreams = 500;

export function knownStream({ streams }: GroupState, name: string | undefined): StreamState {
  const found = streams.find(({ stream }) => stream.logStreamName === name);
  if (found === undefined)
    throw new AwsFault('ResourceNotFoundException', 'The specified log stream does not exist.');
  return found;
}

function described(world: World, { group }: GroupState, { stream, events }: StreamState): LogStream {
  const kept = keptEvents(world, group, events);
  const [first] = kept;
  const last = kept.at(-1);
  return {
    ...stream,
    ...(first && { firstEventTimestamp: first.timestamp }),
    ...(last && { lastEventTimestamp: last.timestamp, lastIngestionTime: last.ingestionTime }),
    arn: `${groupArn(world, group.logGroupName)}:log-stream:${stream.logStreamName}`,
    // Zero for every stream since June 2019: APIReference/API_LogStream
    storedBytes: 0,
  };
}

export const streamOperations = {
  DescribeLogStreams(world, input) {
    const { orderBy = 'LogStreamName', descending = false, logStreamNamePrefix, nextToken, limit } = input;
    if (orderBy !== 'LogStreamName' && orderBy !== 'LastEventTime')
      throw invalid(
        `1 validation error detected: Value '${orderBy}' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]`,
      );
    if (orderBy === 'LastEventTime' && logStreamNamePrefix !== undefined)
      throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
    const state = knownGroup(world, input.logGroupName, input.logGroupIdentifier);
    const found = state.streams
      .map((stream) => described(world, state, stream))
      .filter(({ logStreamName }) => logStreamName?.startsWith(logStreamNamePrefix ?? ''))
      .sort(
        (a, b) =>
          (orderBy === 'LastEventTime' ? (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0) : 0) ||
          byName(a.logStreamName ?? '', b.logStreamName ?? ''),
      );
    if (descending) found.reverse();
    const page = pageOf(found, checkLimit(limit, 50), nextToken, 'InvalidParameterException');
    return { logStreams: page.items, nextToken: page.next };
  },

  CreateLogStream(world, { logGroupName, logStreamName = '' }) {
    const state = knownGroup(world, logGroupName);
    if (!/^[^:*]{1,512}$/.test(logStreamName))
      throw invalid(
        `1 validation error detected: Value '${logStreamName}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
      );
    if (state.streams.some(({ stream }) => stream.logStreamName === logStreamName))
      throw new AwsFault('ResourceAlreadyExistsException', 'The specified log stream already exists');
    if (state.streams.length >= mostStreams)
      throw new AwsFault('LimitExceededException', 'Resource limit exceeded.');
    newStream(world, state, logStreamName);
    return {};
  },

  DeleteLogStream(world, { logGroupName, logStreamName }) {
    const state = knownGroup(world, logGroupName);
    const gone = knownStream(state, logStreamName);
    state.streams = state.streams.filter((stream) => stream !== gone);
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-cloudwatch-logs')>;
