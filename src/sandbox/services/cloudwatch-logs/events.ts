import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { matcherOf } from './filter-pattern.ts';
import { checkLimit, invalid, knownGroup } from './groups.ts';
import { keep, keptEvents } from './kept-events.ts';
import type { GroupState, LogEvent, StreamState } from './state.ts';
import { knownStream } from './streams.ts';

const hour = 3_600_000;

const isBetween =
  (startTime: number | undefined, endTime: number | undefined) =>
  ({ timestamp }: LogEvent): boolean =>
    timestamp >= (startTime ?? 0) && timestamp < (endTime ?? Number.POSITIVE_INFINITY);

/** 56 digits, in order of time. */
const eventId = ({ timestamp, serial }: LogEvent): string =>
  `${timestamp}${String(serial).padStart(43, '0')}`;

function streamsFor(group: GroupState, names: readonly string[] | undefined, prefix: string | undefined) {
  if (names !== undefined && prefix !== undefined)
    throw invalid('logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
  if (names !== undefined) return names.map((name) => knownStream(group, name));
  return group.streams.filter(({ stream }) => stream.logStreamName.startsWith(prefix ?? ''));
}

/** Events before or after the one at which the token stands. */
function fromToken(events: readonly LogEvent[], token: string, limit: number): LogEvent[] {
  const at = /^[fb]\/(\d{56})$/.exec(token)?.[1];
  if (at === undefined) throw invalid('The specified nextToken is invalid.');
  return token.startsWith('f')
    ? events.filter((event) => eventId(event) > at).slice(0, limit)
    : events.filter((event) => eventId(event) < at).slice(-limit);
}

interface Judged {
  readonly tooOld: number;
  readonly tooNew: number | undefined;
}

/** Events of the last 14 days, or of the retention period where that is shorter, and of the next two hours are taken. */
function judge(world: World, { group }: GroupState, timestamps: readonly number[]): Judged {
  const now = world.now.getTime();
  const oldest = now - Math.min(14, group.retentionInDays ?? 14) * 24 * hour;
  const tooNew = timestamps.findIndex((timestamp) => timestamp > now + 2 * hour);
  return {
    tooOld: timestamps.filter((timestamp) => timestamp < oldest).length,
    tooNew: tooNew < 0 ? undefined : tooNew,
  };
}

function put(
  world: World,
  into: StreamState,
  group: GroupState,
  events: readonly { timestamp: number; message: string }[],
) {
  const timestamps = events.map(({ timestamp }) => timestamp);
  const [first = 0] = timestamps;
  if (timestamps.some((timestamp, index) => timestamp < (timestamps[index - 1] ?? 0)))
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  if ((timestamps.at(-1) ?? 0) - first > 24 * hour)
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  const { tooOld, tooNew } = judge(world, group, timestamps);
  for (const event of events.slice(tooOld, tooNew)) keep(world, into, event);
  if (tooOld === 0 && tooNew === undefined) return undefined;
  return {
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(tooNew !== undefined && { tooNewLogEventStartIndex: tooNew }),
  };
}

export const eventOperations = {
  FilterLogEvents(world, input) {
    const group = knownGroup(world, input.logGroupName, input.logGroupIdentifier);
    const matches = matcherOf(input.filterPattern ?? '');
    const found = streamsFor(group, input.logStreamNames, input.logStreamNamePrefix)
      .flatMap(({ stream, events }) =>
        keptEvents(world, group.group, events)
          .filter(isBetween(input.startTime, input.endTime))
          .filter(({ message }) => matches(message))
          .map((event) => ({ stream: stream.logStreamName, event })),
      )
      .sort((a, b) => a.event.timestamp - b.event.timestamp || a.event.serial - b.event.serial);
    const page = pageOf(found, checkLimit(input.limit, 10_000), input.nextToken, 'InvalidParameterException');
    return {
      events: page.items.map(({ stream, event }) => ({
        logStreamName: stream,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestionTime,
        eventId: eventId(event),
      })),
      searchedLogStreams: [],
      nextToken: page.next,
    };
  },

  GetLogEvents(world, input) {
    const { logStreamName, startTime, endTime, nextToken, startFromHead = false } = input;
    const group = knownGroup(world, input.logGroupName, input.logGroupIdentifier);
    const limit = checkLimit(input.limit, 10_000);
    const all = keptEvents(world, group.group, knownStream(group, logStreamName).events).filter(
      isBetween(startTime, endTime),
    );
    const events =
      nextToken === undefined
        ? startFromHead
          ? all.slice(0, limit)
          : all.slice(-limit)
        : fromToken(all, nextToken, limit);
    const here = nextToken?.slice(2) ?? '0'.repeat(56);
    const [first] = events;
    const last = events.at(-1);
    // At the end of the stream the token that was given comes back: APIReference/API_GetLogEvents
    return {
      events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: `f/${last === undefined ? here : eventId(last)}`,
      nextBackwardToken: `b/${first === undefined ? here : eventId(first)}`,
    };
  },

  PutLogEvents(world, { logGroupName, logStreamName, logEvents = [] }) {
    const group = knownGroup(world, logGroupName);
    const into = knownStream(group, logStreamName);
    if (logEvents.length < 1 || logEvents.length > 10_000)
      throw invalid(
        `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and 10000`,
      );
    const events = logEvents.map(({ timestamp = 0, message = '' }) => ({ timestamp, message }));
    const rejectedLogEventsInfo = put(world, into, group, events);
    return {
      nextSequenceToken: String(world.logs.serial).padStart(56, '4'),
      ...(rejectedLogEventsInfo && { rejectedLogEventsInfo }),
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-cloudwatch-logs')>;
