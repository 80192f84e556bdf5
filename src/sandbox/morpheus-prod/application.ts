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
  parameterPrefix as prefix,
  recovery,
  secrets,
  targetGroupArn,
} from './names.ts';

/** What a node looks up when it boots, in the Region in which it boots. */
const needs = {
  database: { parameter: below(parameters.databaseWriter), secret: secrets.database.name },
  files: { parameter: below(parameters.files) },
  queue: { parameter: below(parameters.queue), secret: secrets.queue.name },
  search: { parameter: below(parameters.search), secret: secrets.search.name },
} satisfies Record<string, Need>;

function below(parameter: string): string {
  return parameter.slice(prefix.usual.length);
}

const morpheus = (
  now: Date,
  settings: Pick<Application, 'name' | 'group' | 'targetGroup' | 'isStandby'>,
): Application => ({
  host: dns.name,
  usualRequests: 1400,
  usualNodes: 3,
  needs,
  prefix,
  timings: usualTimings,
  log: applicationLog,
  outages: [],
  watchedUntil: now,
  ...settings,
});

/** The application on its three nodes, serving. Everything that it needs must stand already. */
export function application(world: World): void {
  deploy(world, morpheus(world.now, { name: 'morpheus', group: name, targetGroup: targetGroupArn }), nodeIds);
  beginCounting(world);
}

/** The same in the recovery Region, with no node to run on. */
export function recoveryApplication(world: World): void {
  const { group, targetGroupArn: targetGroup } = recovery;
  deploy(world, morpheus(world.now, { name: 'morpheus', group, targetGroup, isStandby: true }), []);
  beginCounting(world);
}
