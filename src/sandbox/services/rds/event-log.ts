import type { SourceType } from '@aws-sdk/client-rds';
import type { World } from '../../world.ts';
import { arnOf, type ResourceType } from './find.ts';

export type EventCategory =
  | 'availability'
  | 'backup'
  | 'configuration change'
  | 'creation'
  | 'deletion'
  | 'failover'
  | 'maintenance'
  | 'notification';

const arnTypes = {
  'db-cluster': 'cluster',
  'db-instance': 'db',
  'db-cluster-snapshot': 'cluster-snapshot',
} as const satisfies Partial<Record<SourceType, ResourceType>>;

export type EventSource = keyof typeof arnTypes;

/** AWS keeps two weeks. What a drill makes in that time is far less than the cap, which only keeps the world small. */
export const keptFor = 14 * 24 * 3_600_000;
const mostKept = 300;

/** Texts: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html */
export function say(
  world: World,
  source: EventSource,
  name: string,
  category: EventCategory | undefined,
  message: string,
  at: Date = world.now,
): void {
  const event = eventOf(world, source, name, category, message, at);
  const { events } = world.rds;
  const before = events.findLastIndex((other) => other.Date <= at);
  events.splice(before + 1, 0, event);
  const oldest = world.now.getTime() - keptFor;
  const gone = events.findIndex((other) => other.Date.getTime() >= oldest);
  events.splice(0, Math.max(gone, events.length - mostKept));
}

export const eventOf = (
  world: World,
  source: EventSource,
  name: string,
  category: EventCategory | undefined,
  message: string,
  at: Date,
) => ({
  SourceIdentifier: name,
  SourceType: source,
  Message: message,
  EventCategories: category === undefined ? [] : [category],
  Date: at,
  SourceArn: arnOf(world, arnTypes[source], name),
});
