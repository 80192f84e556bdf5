import type { Event, LookupAttribute, LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { minutes } from '../../../duration.ts';
import { secondsFrom } from '../../schedule.ts';
import { AwsFault, type Service } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { eventOf } from './event.ts';
import type { CloudTrailState, RecordedCall } from './state.ts';

/** Not drawn, because a look-up must not change anything: it follows from the request's id. */
function deliveredAt({ timings }: CloudTrailState, { at, requestId }: RecordedCall): Date {
  const [least, most] = timings.delivery;
  let mixed = 0;
  for (let index = 0; index < requestId.length; index += 1)
    mixed = (Math.imul(mixed, 31) + requestId.charCodeAt(index)) >>> 0;
  return secondsFrom(at, least + ((Math.imul(mixed, 0x9e3779b1) >>> 0) % (most - least + 1)));
}

/** Newest first. */
function delivered(world: World): Event[] {
  const { cloudTrail, now, region } = world;
  const found = (calls: readonly RecordedCall[], readOnly: boolean) =>
    calls
      .filter((call) => call.region === region && deliveredAt(cloudTrail, call) <= now)
      .map((call) => ({ call, readOnly }));
  return [...found(cloudTrail.writes, false), ...found(cloudTrail.reads, true)]
    .toSorted(
      (one, other) =>
        Number(other.call.at) - Number(one.call.at) || (one.call.requestId < other.call.requestId ? 1 : -1),
    )
    .map(({ call, readOnly }) => eventOf(world, call, readOnly));
}

const tellers: Readonly<Record<string, (event: Event) => readonly (string | undefined)[]>> = {
  AccessKeyId: ({ AccessKeyId }) => [AccessKeyId],
  EventId: ({ EventId }) => [EventId],
  EventName: ({ EventName }) => [EventName],
  EventSource: ({ EventSource }) => [EventSource],
  ReadOnly: ({ ReadOnly }) => [ReadOnly],
  ResourceName: ({ Resources = [] }) => Resources.map(({ ResourceName }) => ResourceName),
  ResourceType: ({ Resources = [] }) => Resources.map(({ ResourceType }) => ResourceType),
  Username: ({ Username }) => [Username],
};

function matches(attributes: readonly LookupAttribute[]): (event: Event) => boolean {
  if (attributes.length > 1)
    throw new AwsFault(
      'InvalidLookupAttributesException',
      'You can specify only one lookup attribute in a LookupEvents request.',
    );
  const [attribute] = attributes;
  if (attribute === undefined) return () => true;
  const { AttributeKey = '', AttributeValue = '' } = attribute;
  const tell = Object.hasOwn(tellers, AttributeKey) ? tellers[AttributeKey] : undefined;
  if (tell === undefined || AttributeValue === '')
    throw new AwsFault(
      'InvalidLookupAttributesException',
      `The lookup attribute ${AttributeKey} is not valid.`,
    );
  return (event) => tell(event).includes(AttributeValue);
}

const perPage = 50;

function lookupEvents(
  world: World,
  {
    LookupAttributes = [],
    StartTime,
    EndTime,
    MaxResults = perPage,
    NextToken,
    EventCategory,
  }: LookupEventsCommandInput,
) {
  throttle(world);
  if (MaxResults < 1 || MaxResults > perPage)
    throw new AwsFault(
      'InvalidMaxResultsException',
      `The maximum number of results must be between 1 and ${perPage}.`,
    );
  if (StartTime !== undefined && EndTime !== undefined && StartTime > EndTime)
    throw new AwsFault('InvalidTimeRangeException', 'The start time must be before the end time.');
  const isAskedFor = matches(LookupAttributes);
  // Insights events would be the other category; there are none.
  const all = EventCategory === undefined ? delivered(world) : [];
  const found = all.filter(
    (event) =>
      isAskedFor(event) &&
      (StartTime === undefined || Number(event.EventTime) >= Number(StartTime)) &&
      (EndTime === undefined || Number(event.EventTime) <= Number(EndTime)),
  );
  const page = pageOf(found, MaxResults, NextToken, 'InvalidNextTokenException');
  return { Events: page.items, NextToken: page.next };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: two a second, per account and Region. */
function throttle({ cloudTrail, now }: World): void {
  const { lookupsPerSecond } = cloudTrail;
  if (lookupsPerSecond === undefined) return;
  cloudTrail.lookups = cloudTrail.lookups.filter((at) => secondsFrom(at, 1) > now);
  if (cloudTrail.lookups.length >= lookupsPerSecond)
    throw new AwsFault('ThrottlingException', 'Rate exceeded', { status: 400 });
  cloudTrail.lookups.push(now);
}

/** Log files are delivered about every five minutes. */
const filesEvery = minutes(5);

export const cloudTrailOperations = {
  LookupEvents: lookupEvents,

  DescribeTrails: ({ cloudTrail, region }, { trailNameList = [], includeShadowTrails = true }) => ({
    trailList: cloudTrail.trails.filter(
      ({ Name, TrailARN, HomeRegion, IsMultiRegionTrail }) =>
        (trailNameList.length === 0 || trailNameList.includes(Name) || trailNameList.includes(TrailARN)) &&
        (HomeRegion === region || (includeShadowTrails && IsMultiRegionTrail === true)),
    ),
  }),

  GetTrailStatus({ cloudTrail, now }, { Name }) {
    const trail = cloudTrail.trails.find((each) => each.Name === Name || each.TrailARN === Name);
    if (trail === undefined) throw new AwsFault('TrailNotFoundException', `Unknown trail: ${Name}`);
    const LatestDeliveryTime = new Date(Math.floor(Number(now) / filesEvery) * filesEvery);
    return {
      IsLogging: true,
      LatestDeliveryTime,
      LatestDeliveryAttemptTime: stampOf(LatestDeliveryTime),
      LatestDeliveryAttemptSucceeded: stampOf(LatestDeliveryTime),
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-cloudtrail')>;

const stampOf = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

export const cloudTrail: Service = { name: 'cloudtrail', operations: cloudTrailOperations };
