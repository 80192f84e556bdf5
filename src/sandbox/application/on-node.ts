import { drawBetween } from '../random.ts';
import { later, schedule, secondsFrom } from '../schedule.ts';
import { seal } from '../sealed.ts';
import { writeLog } from '../services/cloudwatch-logs/write-log.ts';
import { secretUnder } from '../services/secrets-manager/current-secret.ts';
import { parameterValue } from '../services/ssm/parameter-value.ts';
import type { EventHandlers, World } from '../world.ts';
import { connect, dependenciesOf, dropEvents, type Place, parameterFor, readOnlyError } from './connect.ts';
import { applicationOf, runningNode } from './nodes.ts';
import { watchOutages } from './outages.ts';
import type { Application, ApplicationEvent, Dependency, Range } from './state.ts';

const stoppagesKept = 4;

/** Attempts after which a node tries less often, and keeps connections that are read-only. */
const patience = 12;

const drawnTime = (world: World, [least, most]: Range): Date =>
  later(world.now, drawBetween(world, least * 1000, most * 1000));

/** The application on this node, where one has started. */
export function placeOf(world: World, id: string): Place | undefined {
  const node = runningNode(world, id);
  const application = node && applicationOf(world, node);
  return node?.application === undefined || application === undefined
    ? undefined
    : { application, node, on: node.application };
}

/** Reads where everything is and with which credentials, and connects. */
export function start(world: World, id: string): void {
  const node = runningNode(world, id);
  const application = node && applicationOf(world, node);
  if (node === undefined || application === undefined) return;
  const on = {
    name: application.name,
    startedAt: world.now,
    endpoints: {},
    loaded: {},
    lost: {},
    attempts: 0,
    stoppages: node.application?.stoppages ?? [],
  };
  node.application = on;
  const place = { application, node, on };
  readEndpoints(world, place);
  loadCredentials(world, place);
  reach(world, place, dependenciesOf(application));
  settle(world, place, { tolerant: false });
}

function readEndpoints(world: World, place: Place): void {
  const { application, on } = place;
  for (const dependency of dependenciesOf(application)) {
    const value = parameterValue(world, parameterFor(place, dependency));
    if (value !== undefined) on.endpoints[dependency] = value;
  }
}

/** Takes what is AWSCURRENT now; what cannot be read leaves what was loaded before. */
export function loadCredentials(world: World, { application, on }: Place): void {
  for (const { secret } of Object.values(application.needs)) {
    const current = secret === undefined ? undefined : secretUnder(world, secret);
    if (secret !== undefined && current !== undefined)
      on.loaded[secret] = { versionId: current.versionId, value: seal(world, current.text) };
  }
}

function reach(world: World, place: Place, dependencies: readonly Dependency[], afterCut = false): void {
  const { on } = place;
  watchOutages(world, place.application);
  for (const dependency of dependencies) {
    const wasReadOnly = on.pool?.readOnly === true;
    if (dependency === 'database') delete on.pool;
    const refusal = connect(world, place, dependency, { afterCut });
    // The next request that writes finds out.
    if (dependency === 'database' && on.pool?.readOnly === true && !wasReadOnly)
      note(world, place.application, place.node.instance.InstanceId, `ERROR database: ${readOnlyError}`);
    if (refusal === undefined) delete on.lost[dependency];
    else on.lost[dependency] = refusal;
    noteConnection(world, place, dependency, refusal);
  }
}

const refusalsKept = 50;
const saysThatLoginIsWrong = /Access denied|ACCESS_REFUSED|401 Unauthorized/;

/** What a node can tell of its connections by itself. */
function noteConnection(
  world: World,
  { application, on }: Place,
  dependency: Dependency,
  refusal: string | undefined,
): void {
  const { secret } = application.needs[dependency] ?? {};
  if (secret === undefined) return;
  const { [dependency]: _before, ...others } = on.opened ?? {};
  on.opened =
    refusal === undefined
      ? { ...others, [dependency]: { at: world.now, versionId: on.loaded[secret]?.versionId } }
      : others;
  if (refusal !== undefined && saysThatLoginIsWrong.test(refusal))
    on.refusals = [...(on.refusals ?? []), { dependency, at: world.now }].slice(-refusalsKept);
}

/** Opens every connection anew, with the credentials that are loaded. */
export function recycle(world: World, place: Place): void {
  dropEvents(world, place.node.instance.InstanceId, ['application-reconnects']);
  reach(world, place, dependenciesOf(place.application));
  settle(world, place, { tolerant: true });
}

/** Connections broke: the node tries again, and again, until it has them back. */
export function lose(world: World, place: Place, dependency: Dependency, why: string): void {
  const { on } = place;
  if (on.lost[dependency] !== undefined) return;
  watchOutages(world, place.application);
  if (dependency === 'database') {
    // Until now it has used this address.
    if (on.pool !== undefined) on.resolved = { instance: on.pool.instance, at: world.now };
    delete on.pool;
    dropEvents(world, place.node.instance.InstanceId, ['application-renews-pool']);
  }
  const { [dependency]: _closed, ...open } = on.opened ?? {};
  on.opened = open;
  on.lost[dependency] = why;
  settle(world, place, { tolerant: true });
}

const elapsed = (from: Date, to: Date): string => ((to.getTime() - from.getTime()) / 1000).toFixed(1);

function note(world: World, { log }: Application, instance: string, message: string): void {
  if (log !== undefined) writeLog(world, log, instance, message);
}

/** Begins or ends a stoppage as things are now, and sees to the next attempt. */
function settle(world: World, { application, node, on }: Place, { tolerant }: { tolerant: boolean }): void {
  const { timings } = application;
  const { InstanceId } = node.instance;
  const [lost] = Object.entries(on.lost);
  const open = on.stoppages.find(({ to }) => to === undefined);
  if (lost === undefined) {
    const readOnly = on.pool?.readOnly === true;
    if (open !== undefined || !readOnly) on.attempts = 0;
    if (readOnly && on.attempts < patience) tryAgain(world, { application, node, on });
    if (open !== undefined) {
      open.to = world.now;
      note(world, application, InstanceId, `INFO  Connected again, after ${elapsed(open.from, world.now)} s`);
    }
  } else {
    if (open === undefined) {
      const answersUntil = tolerant ? secondsFrom(world.now, timings.tolerates) : world.now;
      const stoppage = { from: world.now, answersUntil, why: `${lost[0]}: ${lost[1]}` };
      on.stoppages = [...on.stoppages, stoppage].slice(-stoppagesKept);
      note(world, application, InstanceId, `ERROR ${stoppage.why}`);
    }
    tryAgain(world, { application, node, on });
  }
  watchOutages(world, application);
}

function tryAgain(world: World, { application: { timings }, node, on }: Place): void {
  const { InstanceId } = node.instance;
  dropEvents(world, InstanceId, ['application-reconnects']);
  const wait = on.attempts < patience ? timings.reconnect : timings.reconnectLater;
  schedule(world, drawnTime(world, wait), { kind: 'application-reconnects', instance: InstanceId });
}

/** Stops the application and starts it again. @returns when it is back */
export function restart(world: World, { application, node, on }: Place): Date {
  const { InstanceId } = node.instance;
  watchOutages(world, application);
  dropEvents(world, InstanceId, ['application-reconnects', 'application-renews-pool']);
  const back = drawnTime(world, application.timings.restart);
  const stoppages = on.stoppages.map((stoppage) => ({ ...stoppage, to: stoppage.to ?? world.now }));
  const stoppage = { from: world.now, answersUntil: world.now, to: back, why: 'restarting' };
  node.application = {
    name: on.name,
    startedAt: back,
    endpoints: {},
    loaded: {},
    lost: {},
    attempts: 0,
    stoppages: [...stoppages, stoppage].slice(-stoppagesKept),
  };
  schedule(world, back, { kind: 'application-starts', instance: InstanceId });
  watchOutages(world, application);
  return back;
}

const isUnderWay = (world: World, { on }: Place): boolean => on.startedAt <= world.now;

export const applicationEvents: EventHandlers<ApplicationEvent> = {
  'application-starts': (world, { instance }) => start(world, instance),

  'application-reconnects': (world, { instance }) => {
    const place = placeOf(world, instance);
    if (place === undefined || !isUnderWay(world, place)) return;
    place.on.attempts += 1;
    const lost = Object.keys(place.on.lost) as Dependency[];
    reach(world, place, place.on.pool?.readOnly === true ? ['database', ...lost] : lost, true);
    settle(world, place, { tolerant: true });
  },

  'application-renews-pool': (world, { instance }) => {
    const place = placeOf(world, instance);
    if (place === undefined || !isUnderWay(world, place)) return;
    reach(world, place, ['database']);
    settle(world, place, { tolerant: true });
  },
};

/** Puts an application into the world: its nodes run it already, each with a pool of another age. */
export function deploy(world: World, application: Application, nodes: readonly string[]): void {
  world.applications.push(application);
  nodes.forEach((id, index) => {
    start(world, id);
    const place = placeOf(world, id);
    if (place?.on.pool === undefined) return;
    const age = (index * application.timings.connectionLives) / nodes.length;
    const at = secondsFrom(world.now, -age);
    place.on.pool = { ...place.on.pool, opened: at };
    const { database } = place.on.opened ?? {};
    if (database !== undefined) place.on.opened = { ...place.on.opened, database: { ...database, at } };
    dropEvents(world, id, ['application-renews-pool']);
    schedule(world, secondsFrom(world.now, application.timings.connectionLives - age), {
      kind: 'application-renews-pool',
      instance: id,
    });
  });
}
