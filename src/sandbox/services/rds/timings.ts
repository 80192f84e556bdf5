import { type Milliseconds, seconds } from '../../../duration.ts';
import { draw, drawBetween } from '../../random.ts';
import type { World } from '../../world.ts';

/** Least and most, in seconds. */
export type Span = readonly [least: number, most: number];

/** How long what takes. */
export interface Timings {
  /** From the accepted failover until both instances lose their connections. */
  readonly failoverBegins: Span;
  /** From there until the new writer accepts writes: usually under 30 s, sometimes up to 60. */
  readonly promotion: Span;
  readonly slowPromotion: Span;
  readonly slowShare: number;
  /** From there until the cluster endpoint's DNS record leads to the new writer. */
  readonly dnsFollows: Span;
  /** From the promotion until the old writer notices, and from there until it is back as a reader. */
  readonly demotionNoticed: Span;
  readonly demotedRestart: Span;
  /** From the promotion until the cluster is `available` again. */
  readonly failoverEnds: Span;
  /** After which a failover that does not begin is given up. */
  readonly failoverGivenUp: number;
  readonly restart: Span;
  readonly instanceCreation: Span;
  readonly instanceConfiguration: Span;
  readonly instanceDeletion: Span;
  readonly classChange: Span;
  readonly clusterCreation: Span;
  readonly clusterDeletion: Span;
  readonly restore: Span;
  readonly pointInTimeRestore: Span;
  readonly credentialsReset: Span;
  readonly upgrade: Span;
  readonly stop: Span;
  readonly start: Span;
  readonly snapshot: Span;
  readonly snapshotCopy: Span;
  readonly snapshotCopyFromOtherRegion: Span;
}

export const defaultTimings = (): Timings => ({
  failoverBegins: [1, 3],
  promotion: [6, 22],
  slowPromotion: [22, 52],
  slowShare: 0.12,
  dnsFollows: [1, 5],
  demotionNoticed: [1, 2],
  demotedRestart: [2, 8],
  failoverEnds: [6, 14],
  failoverGivenUp: 600,
  restart: [8, 25],
  instanceCreation: [290, 500],
  instanceConfiguration: [20, 75],
  instanceDeletion: [150, 330],
  classChange: [360, 660],
  clusterCreation: [45, 130],
  clusterDeletion: [60, 170],
  restore: [480, 1080],
  pointInTimeRestore: [660, 1500],
  credentialsReset: [12, 40],
  upgrade: [240, 540],
  stop: [240, 480],
  start: [360, 720],
  snapshot: [75, 200],
  snapshotCopy: [90, 240],
  snapshotCopyFromOtherRegion: [660, 1500],
});

type SpanName = {
  [Name in keyof Timings]: Timings[Name] extends Span ? Name : never;
}[keyof Timings];

/** To the tenth of a second, as real moments do not fall on whole seconds. */
export function drawSpan(world: World, name: SpanName): Milliseconds {
  const [least, most] = world.rds.timings[name];
  return drawBetween(world, least * 10, most * 10) * 100;
}

export function drawPromotion(world: World): Milliseconds {
  const isSlow = draw(world) < world.rds.timings.slowShare;
  return drawSpan(world, isSlow ? 'slowPromotion' : 'promotion');
}

export const failoverGivenUp = (world: World): Milliseconds => seconds(world.rds.timings.failoverGivenUp);
