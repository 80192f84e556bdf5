import type { World } from '../../world.ts';
import type { GroupState, LogEvent, StreamState } from './state.ts';

const day = 86_400_000;
/** A sandbox keeps the newest, so that a stored world stays small. */
const mostPerStream = 200;
const mostBytesPerStream = 24_000;
const longestMessage = 2000;

/** Those that the group's retention has not taken away. */
export function keptEvents(
  { now }: World,
  { retentionInDays }: GroupState['group'],
  events: readonly LogEvent[],
): LogEvent[] {
  const since = retentionInDays === undefined ? 0 : now.getTime() - retentionInDays * day;
  return events.filter(({ timestamp }) => timestamp >= since);
}

/** Adds an event in its place in time, and drops the oldest where there are too many. */
export function keep(
  world: World,
  stream: StreamState,
  { timestamp, message }: { timestamp: number; message: string },
): void {
  world.logs.serial += 1;
  stream.events.push({
    serial: world.logs.serial,
    timestamp,
    ingestionTime: world.now.getTime(),
    message: message.slice(0, longestMessage),
  });
  stream.events.sort((a, b) => a.timestamp - b.timestamp || a.serial - b.serial);
  let bytes = stream.events.reduce((sum, event) => sum + event.message.length, 0);
  while (stream.events.length > mostPerStream || bytes > mostBytesPerStream)
    bytes -= stream.events.shift()?.message.length ?? 0;
}

export function newStream(world: World, group: GroupState, logStreamName: string): StreamState {
  const made: StreamState = { stream: { logStreamName, creationTime: world.now.getTime() }, events: [] };
  group.streams.push(made);
  return made;
}
