import type { LogGroup } from '@aws-sdk/client-cloudwatch-logs';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { keptEvents } from './kept-events.ts';
import type { GroupState } from './state.ts';

const day = 86_400_000;

export const invalid = (message: string): AwsFault => new AwsFault('InvalidParameterException', message);

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const groupArn = (world: World, name: string): string =>
  `arn:aws:logs:${world.region}:${world.account}:log-group:${name}`;

export const groupNamed = (world: World, name: string): GroupState | undefined =>
  world.logs.groups.find(({ group }) => group.logGroupName === name);

/** By name, or by what the newer members take: name or ARN. */
export function knownGroup(world: World, name: string | undefined, identifier?: string): GroupState {
  if (name === undefined && identifier === undefined)
    throw invalid('Either LogGroupName or LogGroupIdentifier must be specified.');
  const wanted =
    name ?? identifier?.replace(/^arn:aws:logs:[^:]+:\d+:log-group:/, '').replace(/:\*$/, '') ?? '';
  const found = groupNamed(world, wanted);
  if (found === undefined)
    throw new AwsFault('ResourceNotFoundException', 'The specified log group does not exist.');
  return found;
}

export function checkLimit(limit: number | undefined, most: number): number {
  if (limit !== undefined && (limit < 1 || limit > most))
    throw invalid(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${limit < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`}`,
    );
  return limit ?? most;
}

/** Bytes follow from age and retention, so that a growing log costs nothing. */
function storedBytes(world: World, { group, bytesPerDay = 0, streams }: GroupState): number {
  const age = (world.now.getTime() - group.creationTime) / day;
  const kept = streams.flatMap(({ events }) => keptEvents(world, group, events));
  return (
    Math.floor(Math.min(age, group.retentionInDays ?? age) * bytesPerDay) +
    kept.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0)
  );
}

const described = (world: World, state: GroupState): LogGroup => ({
  ...state.group,
  arn: `${groupArn(world, state.group.logGroupName)}:*`,
  logGroupArn: groupArn(world, state.group.logGroupName),
  metricFilterCount: 0,
  storedBytes: storedBytes(world, state),
});

export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const groupOperations = {
  DescribeLogGroups(world, { logGroupNamePrefix, logGroupNamePattern, logGroupClass, nextToken, limit }) {
    if (logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined)
      throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
    const found = world.logs.groups
      .filter(
        ({ group }) =>
          group.logGroupName.startsWith(logGroupNamePrefix ?? '') &&
          group.logGroupName.toLowerCase().includes((logGroupNamePattern ?? '').toLowerCase()) &&
          (logGroupClass === undefined || group.logGroupClass === logGroupClass),
      )
      .sort((a, b) => byName(a.group.logGroupName, b.group.logGroupName));
    const page = pageOf(found, checkLimit(limit, 50), nextToken, 'InvalidParameterException');
    return { logGroups: page.items.map((state) => described(world, state)), nextToken: page.next };
  },

  CreateLogGroup(world, { logGroupName = '', kmsKeyId, tags, logGroupClass = 'STANDARD' }) {
    if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(logGroupName))
      throw invalid(
        `1 validation error detected: Value '${logGroupName}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
      );
    if (groupNamed(world, logGroupName) !== undefined)
      throw new AwsFault('ResourceAlreadyExistsException', 'The specified log group already exists');
    world.logs.groups.push({
      group: {
        logGroupName,
        creationTime: world.now.getTime(),
        logGroupClass,
        ...(kmsKeyId !== undefined && { kmsKeyId }),
      },
      tags: { ...tags },
      streams: [],
    });
    return {};
  },

  DeleteLogGroup(world, { logGroupName }) {
    const gone = knownGroup(world, logGroupName);
    world.logs.groups = world.logs.groups.filter((state) => state !== gone);
    return {};
  },

  PutRetentionPolicy(world, { logGroupName, retentionInDays = 0 }) {
    if (!retentions.includes(retentionInDays))
      throw invalid(
        `1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${retentions.join(', ')}]`,
      );
    knownGroup(world, logGroupName).group.retentionInDays = retentionInDays;
    return {};
  },

  DeleteRetentionPolicy(world, { logGroupName }) {
    delete knownGroup(world, logGroupName).group.retentionInDays;
    return {};
  },

  ListTagsForResource: (world, { resourceArn }) => ({ tags: knownGroup(world, undefined, resourceArn).tags }),

  TagResource(world, { resourceArn, tags }) {
    Object.assign(knownGroup(world, undefined, resourceArn).tags, tags);
    return {};
  },

  UntagResource(world, { resourceArn, tagKeys = [] }) {
    const { tags } = knownGroup(world, undefined, resourceArn);
    for (const key of tagKeys) delete tags[key];
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-cloudwatch-logs')>;
