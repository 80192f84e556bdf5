import { describe, expect, test } from 'vitest';
import { applicationLog, databaseLog } from '../../../src/sandbox/morpheus-prod/logs.ts';
import { nodeIds } from '../../../src/sandbox/morpheus-prod/names.ts';
import { logsOperations } from '../../../src/sandbox/services/cloudwatch-logs/index.ts';
import { writeLog } from '../../../src/sandbox/services/cloudwatch-logs/write-log.ts';
import { accountOf, snapshot, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, prod } from './stack.ts';

const aws = logsOperations;
const node = nodeIds[0] ?? '';
const logGroupName = applicationLog;
const arn = `arn:aws:logs:us-east-1:111122223333:log-group:${applicationLog}`;

const groupOf = (world: World, name = applicationLog) =>
  first(aws.DescribeLogGroups(world, { logGroupNamePrefix: name }).logGroups);

const messages = (world: World, filterPattern: string) =>
  aws.FilterLogEvents(world, { logGroupName: 'mine', filterPattern }).events?.map(({ message }) => message);

/** A group and a stream, both called mine. */
function mine(): World {
  const world = prod();
  aws.CreateLogGroup(world, { logGroupName: 'mine' });
  aws.CreateLogStream(world, { logGroupName: 'mine', logStreamName: 'mine' });
  return world;
}

const put = (world: World, ...events: (readonly [ago: number, message: string])[]) =>
  aws.PutLogEvents(world, {
    logGroupName: 'mine',
    logStreamName: 'mine',
    logEvents: events.map(([ago, message]) => ({ timestamp: world.now.getTime() - ago * 1000, message })),
  });

describe('CloudWatch Logs', () => {
  test('rule 1: unknown names and names twice are refused', () => {
    const world = mine();
    expect(faultOf(() => aws.DescribeLogStreams(world, { logGroupName: 'x' }))).toEqual({
      code: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
    expect(faultOf(() => aws.GetLogEvents(world, { logGroupName, logStreamName: 'x' }))).toEqual({
      code: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
    expect(faultOf(() => aws.CreateLogGroup(world, { logGroupName: 'mine' })).code).toBe(
      'ResourceAlreadyExistsException',
    );
    expect(
      faultOf(() => aws.CreateLogStream(world, { logGroupName: 'mine', logStreamName: 'mine' })).code,
    ).toBe('ResourceAlreadyExistsException');
    expect(faultOf(() => aws.CreateLogGroup(world, { logGroupName: 'a b' })).code).toBe(
      'InvalidParameterException',
    );
    expect(aws.DescribeLogStreams(world, { logGroupIdentifier: `${arn}:*` }).logStreams).toHaveLength(3);
    expect(faultOf(() => aws.DescribeLogStreams(world, {})).code).toBe('InvalidParameterException');
    aws.DeleteLogStream(world, { logGroupName: 'mine', logStreamName: 'mine' });
    aws.DeleteLogGroup(world, { logGroupName: 'mine' });
    expect(faultOf(() => aws.DeleteLogGroup(world, { logGroupName: 'mine' })).code).toBe(
      'ResourceNotFoundException',
    );
  });

  test('rule 2: groups are listed by name, in pages', () => {
    const world = prod();
    const names = aws.DescribeLogGroups(world, {}).logGroups?.map((group) => group.logGroupName) ?? [];
    expect(names).toContain(databaseLog);
    expect(names).toEqual([...names].sort());
    expect(aws.DescribeLogGroups(world, { logGroupNamePattern: 'OPENSEARCH' }).logGroups).toHaveLength(2);
    const page = aws.DescribeLogGroups(world, { limit: 4 });
    expect(page.logGroups).toHaveLength(4);
    expect(aws.DescribeLogGroups(world, { limit: 4, nextToken: page.nextToken }).logGroups).toHaveLength(
      names.length - 4,
    );
    expect(faultOf(() => aws.DescribeLogGroups(world, { limit: 51 })).message).toContain(
      'less than or equal to 50',
    );
    expect(groupOf(world).arn).toBe(`${arn}:*`);
  });

  test('rule 3: stored bytes grow with time, as far as the retention lets them', () => {
    const world = prod();
    const forever = `/aws/opensearch/morpheus-logs/search-slow`;
    const before = [groupOf(world).storedBytes ?? 0, groupOf(world, forever).storedBytes ?? 0] as const;
    expect(before[0]).toBeGreaterThan(30 * 1.4e9 - 1);
    pass(world, 86_400);
    expect(groupOf(world).storedBytes).toBe(before[0]);
    expect(groupOf(world, forever).storedBytes).toBe(before[1] + 200_000_000);
  });

  test('rule 4: a retention hides what is older', () => {
    const world = prod();
    const count = () => aws.FilterLogEvents(world, { logGroupName }).events?.length;
    expect(groupOf(world).retentionInDays).toBe(30);
    expect(count()).toBe(9);
    expect(
      faultOf(() => aws.PutRetentionPolicy(world, { logGroupName, retentionInDays: 2 })).message,
    ).toContain(
      "Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set",
    );
    aws.PutRetentionPolicy(world, { logGroupName, retentionInDays: 1 });
    expect(count()).toBe(6);
    aws.DeleteRetentionPolicy(world, { logGroupName });
    expect(groupOf(world)).not.toHaveProperty('retentionInDays');
    pass(world, 3600);
    expect(count()).toBe(9);
  });

  test('rule 5: streams are ordered by name or by their last event', () => {
    const world = prod();
    const names = (input: object) =>
      aws
        .DescribeLogStreams(world, { logGroupName, ...input })
        .logStreams?.map(({ logStreamName }) => logStreamName);
    expect(names({})).toEqual([...nodeIds].sort());
    writeLog(world, applicationLog, node, 'INFO');
    expect(first(names({ orderBy: 'LastEventTime', descending: true }))).toBe(node);
    expect(names({ logStreamNamePrefix: node })).toEqual([node]);
    expect(faultOf(() => names({ orderBy: 'LastEventTime', logStreamNamePrefix: node }))).toEqual({
      code: 'InvalidParameterException',
      message: 'Cannot order by LastEventTime with a logStreamNamePrefix.',
    });
    const stream = first(
      aws.DescribeLogStreams(world, { logGroupName, logStreamNamePrefix: node }).logStreams,
    );
    expect(stream).toMatchObject({ storedBytes: 0, lastEventTimestamp: world.now.getTime() });
  });

  test('rule 6: an expression takes no longer than its length and that of the lines', () => {
    const world = mine();
    put(world, [5, 'a'.repeat(2000)]);
    expect(messages(world, `%${'a*'.repeat(50)}b%`)).toEqual([]);
  });

  test('rule 6: events are found by terms, phrases and expressions', () => {
    const world = mine();
    put(
      world,
      [30, 'ERROR 1290 (HY000): The MySQL server is running with the --read-only option'],
      [20, 'ERROR queue: ACCESS_REFUSED'],
      [10, 'INFO  all is well'],
    );
    expect(messages(world, '')).toHaveLength(3);
    expect(messages(world, 'ERROR 1290')).toHaveLength(1);
    expect(messages(world, 'ERROR -queue')).toEqual([expect.stringContaining('1290')]);
    expect(messages(world, '?INFO ?queue')).toHaveLength(2);
    expect(messages(world, '"all is well"')).toHaveLength(1);
    expect(messages(world, '"well is all"')).toEqual([]);
    expect(messages(world, '%ERROR [0-9]+%')).toHaveLength(1);
    for (const pattern of ['{ $.level = "ERROR" }', '%(a+)+%', '%[%'])
      expect(faultOf(() => messages(world, pattern)).code).toBe('InvalidParameterException');
    const narrowed = aws.FilterLogEvents(world, {
      logGroupName: 'mine',
      startTime: world.now.getTime() - 25_000,
      endTime: world.now.getTime() - 10_000,
    });
    expect(narrowed.events).toMatchObject([
      { logStreamName: 'mine', message: 'ERROR queue: ACCESS_REFUSED' },
    ]);
    expect(first(narrowed.events).eventId).toMatch(/^\d{56}$/);
    const page = aws.FilterLogEvents(world, { logGroupName: 'mine', limit: 2 });
    expect(
      aws.FilterLogEvents(world, { logGroupName: 'mine', limit: 2, nextToken: page.nextToken }).events,
    ).toHaveLength(1);
    expect(
      faultOf(() =>
        aws.FilterLogEvents(world, {
          logGroupName: 'mine',
          logStreamNames: ['mine'],
          logStreamNamePrefix: 'm',
        }),
      ).code,
    ).toBe('InvalidParameterException');
  });

  test('rule 7: a stream is read from its end, or from its beginning, token by token', () => {
    const world = mine();
    put(world, [30, 'a'], [20, 'b'], [10, 'c']);
    const read = (input: object) =>
      aws.GetLogEvents(world, { logGroupName: 'mine', logStreamName: 'mine', limit: 2, ...input });
    const text = (page: ReturnType<typeof read>) => page.events?.map(({ message }) => message).join('');
    expect(text(read({}))).toBe('bc');
    const begin = read({ startFromHead: true });
    expect(text(begin)).toBe('ab');
    const next = read({ nextToken: begin.nextForwardToken });
    expect(text(next)).toBe('c');
    const end = read({ nextToken: next.nextForwardToken });
    expect(end.events).toEqual([]);
    expect(end.nextForwardToken).toBe(next.nextForwardToken);
    put(world, [0, 'd']);
    expect(text(read({ nextToken: end.nextForwardToken }))).toBe('d');
    expect(text(read({ nextToken: next.nextBackwardToken }))).toBe('ab');
    expect(faultOf(() => read({ nextToken: 'x' })).code).toBe('InvalidParameterException');
  });

  test('rule 8: a batch is in order, within a day, and neither too old nor too new', () => {
    const world = mine();
    expect(faultOf(() => put(world, [1, 'a'], [2, 'b'])).message).toContain('chronological order');
    expect(faultOf(() => put(world, [90_000, 'a'], [1, 'b'])).message).toContain('24 hours');
    expect(faultOf(() => put(world)).code).toBe('InvalidParameterException');
    const fortnight = 14 * 86_400;
    const old = put(world, [fortnight + 10, 'too old'], [fortnight - 10, 'old']);
    expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    const ahead = put(world, [0, 'now'], [-7100, 'soon'], [-7300, 'too new']);
    expect(ahead.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 2 });
    expect(messages(world, '')).toEqual(['old', 'now', 'soon']);
    expect(put(world, [0, 'fine'])).not.toHaveProperty('rejectedLogEventsInfo');
  });

  test('rule 9: a stream keeps the newest events', () => {
    const world = mine();
    const size = () => snapshot(accountOf(world)).length;
    const before = size();
    for (let line = 0; line < 250; line += 1) writeLog(world, 'mine', 'mine', `line ${line}`);
    expect(messages(world, '')).toHaveLength(200);
    expect(messages(world, '')?.at(-1)).toBe('line 249');
    for (let line = 0; line < 50; line += 1) writeLog(world, 'mine', 'mine', 'x'.repeat(5000));
    expect(messages(world, '')).toHaveLength(12);
    expect(first(messages(world, ''))).toHaveLength(2000);
    expect(size() - before).toBeLessThan(40_000);
  });

  test('rule 10: agents make their streams, but no groups', () => {
    const world = mine();
    writeLog(world, 'mine', 'i-new', 'hello');
    expect(aws.DescribeLogStreams(world, { logGroupName: 'mine' }).logStreams).toHaveLength(2);
    writeLog(world, 'nobody', 'i-new', 'hello');
    expect(aws.DescribeLogGroups(world, { logGroupNamePrefix: 'nobody' }).logGroups).toEqual([]);
  });

  test('rule 11: tags come and go', () => {
    const world = prod();
    aws.TagResource(world, { resourceArn: arn, tags: { Owner: 'operations' } });
    aws.UntagResource(world, { resourceArn: arn, tagKeys: ['Project'] });
    expect(aws.ListTagsForResource(world, { resourceArn: arn }).tags).toEqual({
      Environment: 'prod',
      Owner: 'operations',
    });
  });
});
