import type { World } from '../../world.ts';
import { groupNamed } from './groups.ts';
import { keep, newStream } from './kept-events.ts';

/** As an agent or a service writes: makes the stream where it is missing. Where there is no such group, the line is lost. */
export function writeLog(world: World, group: string, stream: string, message: string): void {
  const found = groupNamed(world, group);
  if (found === undefined) return;
  const into =
    found.streams.find((candidate) => candidate.stream.logStreamName === stream) ??
    newStream(world, found, stream);
  keep(world, into, { timestamp: world.now.getTime(), message });
}
