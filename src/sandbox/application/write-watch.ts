import { drawHex } from '../random.ts';
import { later, schedule, secondsFrom } from '../schedule.ts';
import type { EventHandlers, World } from '../world.ts';
import type { Place } from './connect.ts';
import { placeOf } from './on-node.ts';
import { writeAfresh, writeOverPool, writeTakes } from './probe-write.ts';
import { type CommandResult, failed, ok } from './shell.ts';
import type { Watch, WatchEvent, WatchRow } from './state.ts';

const usage = 'usage: morpheus-ctl db-watch --every Ns --for Ns';

/** Tries both writes now and again, until its time is over. What it prints is asked for when it ends: `endWatch`. */
export function beginWatch(
  world: World,
  { application, node }: Place,
  inputs: readonly string[],
): CommandResult {
  const every = secondsAfter(inputs, '--every');
  const lasts = secondsAfter(inputs, '--for');
  if (every === undefined || lasts === undefined) return failed(64, usage);
  const watch: Watch = {
    id: drawHex(world, 8),
    instance: node.instance.InstanceId,
    every,
    until: secondsFrom(world.now, lasts),
    rows: [],
  };
  application.watches = [...(application.watches ?? []), watch];
  tryBoth(world, watch);
  return { ...ok('', lasts), watch: watch.id };
}

function secondsAfter(inputs: readonly string[], flag: string): number | undefined {
  const [, count] = /^([1-9]\d{0,4})s$/.exec(inputs[inputs.indexOf(flag) + 1] ?? '') ?? [];
  return inputs.includes(flag) && count !== undefined ? Number(count) : undefined;
}

function tryBoth(world: World, watch: Watch): void {
  const place = placeOf(world, watch.instance);
  if (place === undefined) return;
  // While the application restarts it has no connections and no credentials.
  const isStarting = place.on.startedAt > world.now;
  const starting = failed(1, 'morpheus is starting');
  note(world, watch, 'fresh', isStarting ? starting : writeAfresh(world, place));
  note(world, watch, 'pooled', isStarting ? starting : writeOverPool(world, place));
  const next = secondsFrom(world.now, watch.every);
  if (next < watch.until)
    schedule(world, next, { kind: 'application-tries-writes', instance: watch.instance, watch: watch.id });
}

/** Tries of one outcome make one row. */
function note(
  world: World,
  watch: Watch,
  by: WatchRow['by'],
  { exitCode, stderr, seconds }: CommandResult,
): void {
  const outcome = exitCode === 0 ? 'ok' : (/^ERROR (\d+)/.exec(stderr)?.[1] ?? 'error');
  const answered = later(world.now, seconds > 0 ? seconds * 1000 : writeTakes[by]);
  const last = { asked: world.now, answered };
  const row = watch.rows.findLast((each) => each.by === by);
  if (row?.outcome === outcome) Object.assign(row, { last, tries: row.tries + 1 });
  else watch.rows.push({ by, outcome, first: last, last, tries: 1 });
}

/** Ends a watch. @returns what it has printed */
export function endWatch(world: World, instance: string, id: string): string {
  const application = placeOf(world, instance)?.application;
  const watch = application?.watches?.find((each) => each.id === id);
  if (application === undefined || watch === undefined) return '';
  const others = application.watches?.filter((each) => each !== watch) ?? [];
  if (others.length === 0) delete application.watches;
  else application.watches = others;
  return watch.rows.map(printed).join('\n');
}

const printed = ({ by, outcome, first, last, tries }: WatchRow): string =>
  `${by} ${outcome} ${printedTry(first)} ${printedTry(last)} ${tries}`;

const printedTry = ({ asked, answered }: WatchRow['first']): string =>
  `${asked.toISOString()}+${answered.getTime() - asked.getTime()}`;

export const watchEvents: EventHandlers<WatchEvent> = {
  'application-tries-writes'(world, { instance, watch: id }) {
    const watch = placeOf(world, instance)?.application.watches?.find((each) => each.id === id);
    if (watch !== undefined) tryBoth(world, watch);
  },
};
