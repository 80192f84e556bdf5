import { deploy } from '../application/on-node.ts';
import { type Application, type Need, usualTimings } from '../application/state.ts';
import { beginCounting } from '../traffic.ts';
import type { World } from '../world.ts';
import { applicationLog } from './logs.ts';
import {
  dns,
  name,
  nodeIds,
  parameters,
  recovery,
  recoveryParameters,
  secrets,
  targetGroupArn,
} from './names.ts';

type Places = Readonly<Record<'databaseWriter' | 'files' | 'queue' | 'search', string>>;

/** What a node looks up when it boots, in the Region in which it boots. */
const needs = (where: Places) =>
  ({
    database: { parameter: where.databaseWriter, secret: secrets.database.name },
    files: { parameter: where.files },
    queue: { parameter: where.queue, secret: secrets.queue.name },
    search: { parameter: where.search, secret: secrets.search.name },
  }) satisfies Record<string, Need>;

const morpheus = (
  now: Date,
  settings: Pick<Application, 'name' | 'group' | 'targetGroup' | 'isStandby' | 'needs'>,
): Application => ({
  host: dns.name,
  usualRequests: 1400,
  usualNodes: 3,
  timings: usualTimings,
  log: applicationLog,
  outages: [],
  watchedUntil: now,
  ...settings,
});

/** The application on its three nodes, serving. Everything that it needs must stand already. */
export function application(world: World): void {
  deploy(
    world,
    morpheus(world.now, {
      name: 'morpheus',
      group: name,
      targetGroup: targetGroupArn,
      needs: needs(parameters),
    }),
    nodeIds,
  );
  beginCounting(world);
}

/** The same in the recovery Region, with no node to run on. */
export function recoveryApplication(world: World): void {
  const { group, targetGroupArn: targetGroup } = recovery;
  deploy(
    world,
    morpheus(world.now, {
      name: 'morpheus',
      group,
      targetGroup,
      isStandby: true,
      needs: needs(recoveryParameters),
    }),
    [],
  );
  beginCounting(world);
}
