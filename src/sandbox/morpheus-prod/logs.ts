import { hours, minutes } from '../../duration.ts';
import { later } from '../schedule.ts';
import type { GroupState, LogsState, StreamState } from '../services/cloudwatch-logs/state.ts';
import type { World } from '../world.ts';
import { database, nodeIds, queue, search } from './names.ts';

export const applicationLog = '/morpheus/prod/application';
export const databaseLog = `/aws/rds/cluster/${database.cluster}/error`;

const created = new Date('2025-06-11T09:05:00Z').getTime();
const gigabyte = 1_000_000_000;

interface GroupPlan {
  readonly name: string;
  readonly retention?: number;
  readonly bytesPerDay: number;
  /** Lines by stream, each with its age in milliseconds. */
  readonly streams: Readonly<Record<string, readonly (readonly [age: number, message: string])[]>>;
}

/** Two of them keep everything for ever: nobody decided otherwise. */
const plans: readonly GroupPlan[] = [
  {
    name: applicationLog,
    retention: 30,
    bytesPerDay: 1.4 * gigabyte,
    streams: Object.fromEntries(
      nodeIds.map((id, index) => [
        id,
        [
          [
            hours(26) - minutes(7 * index),
            'INFO  [cleanup] Nightly clean-up finished, 1204 sessions removed',
          ],
          [
            hours(9) + minutes(11 * index),
            'INFO  [rotation] Credentials of database, queue and search read again',
          ],
          [hours(2) + minutes(3 * index), 'WARN  [pool] Connection to the database took 1204 ms'],
        ] as const,
      ]),
    ),
  },
  {
    name: databaseLog,
    retention: 90,
    bytesPerDay: 0.002 * gigabyte,
    streams: Object.fromEntries(database.instances.map((instance) => [instance, []])),
  },
  {
    name: `/aws/amazonmq/broker/${queue.id}/general`,
    bytesPerDay: 0.03 * gigabyte,
    streams: {},
  },
  {
    name: `/aws/amazonmq/broker/${queue.id}/connection`,
    retention: 30,
    bytesPerDay: 0.08 * gigabyte,
    streams: {},
  },
  {
    name: `/aws/opensearch/${search.domain}/application`,
    retention: 30,
    bytesPerDay: 0.01 * gigabyte,
    streams: {},
  },
  {
    name: `/aws/opensearch/${search.domain}/search-slow`,
    bytesPerDay: 0.2 * gigabyte,
    streams: {},
  },
];

/** The log groups, as they stand in the Region of this world. */
export function logs(world: World): LogsState {
  let serial = 0;
  const groups = plans.map(
    ({ name, retention, bytesPerDay, streams }): GroupState => ({
      group: {
        logGroupName: name,
        creationTime: created,
        logGroupClass: 'STANDARD',
        ...(retention !== undefined && { retentionInDays: retention }),
      },
      tags: { Project: 'morpheus', Environment: 'prod' },
      bytesPerDay,
      streams: Object.entries(streams).map(
        ([logStreamName, lines]): StreamState => ({
          stream: { logStreamName, creationTime: created },
          events: lines.map(([age, message]) => {
            serial += 1;
            const timestamp = later(world.now, -age).getTime();
            return { serial, timestamp, ingestionTime: timestamp + 900, message };
          }),
        }),
      ),
    }),
  );
  return { groups, serial };
}
