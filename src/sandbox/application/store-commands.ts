import { adoptRestored, writeBeacon } from '../services/efs/content.ts';
import { findFileSystem } from '../services/efs/find.ts';
import { importDefinitions, queuesOf } from '../services/mq/definitions.ts';
import { documentsOf, restoreSnapshot } from '../services/opensearch/documents.ts';
import { instanceBehind } from '../services/rds/connections.ts';
import { insertBeacon, newestRow, rowsAt } from '../services/rds/data.ts';
import { findInstance } from '../services/rds/find.ts';
import type { ObjectVersion } from '../services/s3/state.ts';
import { current } from '../services/s3/versions.ts';
import type { World } from '../world.ts';
import { connect, connectAfresh, hostIn, type Place } from './connect.ts';
import { writeAfresh } from './probe-write.ts';
import { type CommandResult, failed, ok } from './shell.ts';
import type { Dependency } from './state.ts';

type StoreCommand = (world: World, place: Place, inputs: readonly string[]) => CommandResult;

const databaseOf = (world: World, { on }: Place, host = on.endpoints.database ?? '') => {
  const instance = instanceBehind(world, hostIn(host));
  return instance === undefined ? undefined : findInstance(world, instance);
};

const beaconLines = (beacons: readonly { readonly id: string; readonly at: Date }[]): readonly string[] =>
  beacons.map(({ id, at }) => `beacon=${id} ${at.toISOString()}`);

const isName = (id: string | undefined): id is string => id !== undefined && /^[\w.-]{1,64}$/.test(id);

/** Those that need one of the stores, which must be in reach. */
const reaching =
  (dependency: Dependency, run: StoreCommand): StoreCommand =>
  (world, place, inputs) => {
    const refusal = connect(world, place, dependency);
    return refusal === undefined ? run(world, place, inputs) : failed(1, `${dependency}: ${refusal}`, 1);
  };

const files = (world: World, { on }: Place) => findFileSystem(world, on.endpoints.files ?? '');

/** As the AWS CLI on the node would say it. */
function objectAt(world: World, address = ''): ObjectVersion | CommandResult {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address) ?? [];
  if (bucket === undefined) return failed(64, `morpheus-ctl: not an address in S3: ${address}`);
  const held = world.s3.buckets.find(({ name }) => name === bucket);
  const found = held && current(held, key);
  return (
    found ??
    failed(
      1,
      'fatal error: An error occurred (404) when calling the HeadObject operation: Key does not exist',
    )
  );
}

/** Also for whoever has the tool and no application. */
export const databaseFacts: StoreCommand = (world, place, [flag, host]) => {
  const asked = flag === '--host' ? host : undefined;
  const answer = connectAfresh(world, place, asked);
  if ('error' in answer) return failed(1, answer.error, 1);
  const found = databaseOf(world, place, asked);
  if (found === undefined) return failed(1, 'No database');
  const { cluster } = found;
  return ok(
    [
      `cluster=${cluster.cluster.DBClusterIdentifier}`,
      `rows=${rowsAt(world, cluster)}`,
      `newest-row=${newestRow(world, cluster).toISOString()}`,
      ...beaconLines(cluster.data.beacons),
    ].join('\n'),
  );
};

/** The verbs of `morpheus-ctl` that look into the stores or write to them. */
export const storeCommands: Readonly<Record<string, StoreCommand>> = {
  'db-facts': databaseFacts,

  'db-beacon'(world, place, [id]) {
    if (!isName(id)) return failed(64, 'usage: morpheus-ctl db-beacon ID');
    const written = writeAfresh(world, place);
    if (written.exitCode !== 0) return written;
    const found = databaseOf(world, place);
    if (found === undefined) return failed(1, 'No database');
    insertBeacon(world, found.cluster.cluster.DBClusterIdentifier, id);
    return written;
  },

  'files-beacon': reaching('files', (world, place, [id]) => {
    const found = files(world, place);
    if (!isName(id)) return failed(64, 'usage: morpheus-ctl files-beacon ID');
    if (found === undefined) return failed(1, 'No file system');
    writeBeacon(world, found, id);
    return ok('ok');
  }),

  'files-adopt': reaching('files', (world, place) => {
    const found = files(world, place);
    return found === undefined ? failed(1, 'No file system') : ok(`moved=${adoptRestored(world, found)}`, 30);
  }),

  'queue-facts': reaching('queue', (world, { on }) =>
    ok(`queues=${queuesOf(world, hostIn(on.endpoints.queue ?? '')).length}`),
  ),

  'queue-import': reaching('queue', (world, { on }, [address]) => {
    const object = objectAt(world, address);
    if ('exitCode' in object) return object;
    return ok(`queues=${importDefinitions(world, hostIn(on.endpoints.queue ?? ''), object.body)}`, 3);
  }),

  'search-facts': reaching('search', (world, { on }) => {
    const { documents, newest } = documentsOf(world, hostIn(on.endpoints.search ?? ''));
    return ok(
      [
        `documents=${documents}`,
        ...(newest === undefined ? [] : [`newest-document=${newest.toISOString()}`]),
      ].join('\n'),
    );
  }),

  'search-restore': reaching('search', (world, { on }, [address]) => {
    const object = objectAt(world, `${address?.replace(/\/$/, '')}/index-0`);
    if ('exitCode' in object) return object;
    restoreSnapshot(world, hostIn(on.endpoints.search ?? ''), object.lastModified);
    return ok('accepted', 60);
  }),
};
