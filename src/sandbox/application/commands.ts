import type { NodeState } from '../services/ec2/state.ts';
import { isMountable } from '../services/efs/mounts.ts';
import type { World } from '../world.ts';
import type { Place } from './connect.ts';
import { credentialStatus, reloadCredentials, setLogin, tryLogin } from './credential-commands.ts';
import { downtimesOf, isWithin } from './downtime.ts';
import { filesFacts, isMountedByHand, ls, mount, stat, umount } from './mounts.ts';
import { placeOf, recycle, restart } from './on-node.ts';
import { writeAfresh, writeOverPool } from './probe-write.ts';
import { type CommandResult, failed, ok, runLine } from './shell.ts';
import { databaseFacts, storeCommands } from './store-commands.ts';
import { toolPlaceOf } from './tool.ts';
import { beginWatch } from './write-watch.ts';

export type { CommandResult } from './shell.ts';

/** Commands are described, with their rules, in commands.md. */
type Command = (world: World, node: NodeState, inputs: readonly string[]) => CommandResult;

const mountPoint = '/mnt/morpheus';

/** A command of the application: it needs one on the node. */
const ofApplication =
  (run: (world: World, place: Place, inputs: readonly string[]) => CommandResult): Command =>
  (world, node, inputs) => {
    const place = placeOf(world, node.instance.InstanceId);
    return place === undefined ? failed(127, 'morpheus-ctl: command not found') : run(world, place, inputs);
  };

const isStarting = (world: World, { on }: Place): boolean => on.startedAt > world.now;

const systemctl: Command = (world, node, [verb = '', unit = '']) => {
  const place = placeOf(world, node.instance.InstanceId);
  if (unit.replace(/\.service$/, '') !== 'morpheus' || place === undefined)
    return verb === 'is-active'
      ? { ...ok('inactive'), exitCode: 3 }
      : failed(5, `Failed to ${verb} ${unit}: Unit ${unit} not found.`);
  switch (verb) {
    case 'is-active':
      return isStarting(world, place) ? { ...ok('activating'), exitCode: 3 } : ok('active');
    case 'restart': {
      const back = restart(world, place);
      return ok('', (back.getTime() - world.now.getTime()) / 1000);
    }
    default:
      return failed(1, `Unknown command verb ${verb}.`);
  }
};

const usage =
  'usage: morpheus-ctl credentials | reload-credentials | credential-status SECRET [--since SECONDS] | try-login SECRET VERSION | set-login SECRET VERSION | pool | recycle-pool | db-write [--fresh|--pooled] | db-watch --every Ns --for Ns | db-facts [--host HOST] | db-beacon ID | files-facts [--address ADDRESS] --at DIRECTORY | files-beacon ID | files-adopt | queue-facts | queue-import s3://... | search-facts | search-restore s3://...';

/** On an instance of no fleet there is the tool of its image, and no application that it could tell of. */
const morpheusCtl: Command = (world, node, inputs) => {
  const [verb, ...rest] = inputs;
  if (verb === 'files-facts') return filesFacts(world, node, rest);
  const tool = toolPlaceOf(world, node);
  return tool === undefined
    ? ofFleet(world, node, inputs)
    : verb === 'db-facts'
      ? databaseFacts(world, tool, rest)
      : failed(1, 'morpheus-ctl: morpheus does not run here');
};

const ofFleet = ofApplication((world, place, [verb = '', ...inputs]) => {
  // These two need nothing of the application that runs.
  if (verb === 'try-login') return tryLogin(world, inputs);
  if (verb === 'set-login') return setLogin(world, inputs);
  if (isStarting(world, place)) return failed(1, 'morpheus-ctl: morpheus is starting');
  switch (verb) {
    case 'credentials':
      return ok(
        Object.entries(place.on.loaded)
          .map(([secret, { versionId }]) => `${secret} ${versionId}`)
          .join('\n'),
      );
    case 'reload-credentials':
      reloadCredentials(world, place);
      return reached(place);
    case 'credential-status':
      return credentialStatus(world, place, inputs);
    case 'recycle-pool':
      recycle(world, place);
      return reached(place);
    case 'pool':
      return pool(world, place);
    case 'db-write':
      return inputs.includes('--pooled') ? writeOverPool(world, place) : writeAfresh(world, place);
    case 'db-watch':
      return beginWatch(world, place, inputs);
    default:
      return Object.hasOwn(storeCommands, verb)
        ? (storeCommands[verb]?.(world, place, inputs) ?? failed(64, usage))
        : failed(64, usage);
  }
});

function reached({ on }: Place): CommandResult {
  const lost = Object.entries(on.lost);
  return lost.length === 0
    ? ok('connected', 2)
    : failed(1, lost.map(([dependency, why]) => `${dependency}: ${why}`).join('\n'), 10);
}

function pool(world: World, { on }: Place): CommandResult {
  if (on.pool === undefined) return failed(1, `database: ${on.lost.database ?? 'no connections'}`);
  const { instance, opened, readOnly } = on.pool;
  const age = Math.round((world.now.getTime() - opened.getTime()) / 1000);
  return ok(`instance=${instance} age=${age}s read-only=${readOnly ? 'yes' : 'no'}`);
}

/** Only the health URL is there to be asked. */
const curl: Command = (world, node, inputs) => {
  const url = inputs.find((input) => input.includes('://') || input.startsWith('localhost'));
  if (url === undefined) return failed(2, 'curl: no URL specified!');
  if (!/^(?:http:\/\/)?(?:localhost|127\.0\.0\.1):8080\/health$/.test(url))
    return failed(7, `curl: (7) Failed to connect to ${url}`);
  const place = placeOf(world, node.instance.InstanceId);
  if (place === undefined || isStarting(world, place))
    return {
      ...failed(7, 'curl: (7) Failed to connect to localhost port 8080: Connection refused'),
      stdout: writesOut(inputs) ? '000' : '',
    };
  const status = downtimesOf(world, node).some((time) => isWithin(world.now, time)) ? 503 : 200;
  const body = inputs.includes('/dev/null') ? '' : status === 200 ? '{"status":"UP"}' : '{"status":"DOWN"}';
  const shown = [body, writesOut(inputs) ? String(status) : ''].filter(Boolean).join('\n');
  const fails = status !== 200 && inputs.some((input) => input === '--fail' || /^-[a-zA-Z]*f/.test(input));
  return { ...ok(shown), exitCode: fails ? 22 : 0 };
};

const writesOut = (inputs: readonly string[]): boolean =>
  inputs.some((input) => input.includes('%{http_code}'));

const isMounted = (world: World, { node, on }: Place): boolean =>
  on.endpoints.files !== undefined &&
  isMountable(world, on.endpoints.files, node.instance.Placement.AvailabilityZone);

const mountpoint: Command = (world, node, inputs) => {
  const path = inputs.at(-1) ?? '';
  const place = path === mountPoint ? placeOf(world, node.instance.InstanceId) : undefined;
  return isMountedByHand(node, path) || (place !== undefined && isMounted(world, place))
    ? ok(inputs.includes('-q') ? '' : `${path} is a mountpoint`)
    : failed(1, inputs.includes('-q') ? '' : `${path} is not a mountpoint`);
};

const df = ofApplication((world, place, inputs) => {
  if (!inputs.includes(mountPoint)) return failed(1, `df: ${inputs.at(-1) ?? ''}: No such file or directory`);
  if (!isMounted(world, place)) return failed(1, `df: ${mountPoint}: Stale file handle`);
  // EFS shows 8 EiB to whoever mounts it.
  return ok(
    `Filesystem      Size  Used Avail Use% Mounted on\n127.0.0.1:/     8.0E   42G  8.0E   1% ${mountPoint}`,
  );
});

const commands: Readonly<Record<string, Command>> = {
  systemctl,
  'morpheus-ctl': morpheusCtl,
  curl,
  mountpoint,
  df,
  mount,
  umount,
  ls,
  stat,
  mkdir: () => ok(),
  rmdir: () => ok(),
  true: () => ok(),
  false: () => failed(1, ''),
  exit: (_world, _node, [code = '0']) => ({ ...failed(Number(code) & 255, ''), exits: true }),
  echo: (_world, _node, words) => ok(words.join(' ')),
  date: ({ now }) => ok(now.toUTCString()),
  hostname: (_world, { instance }) =>
    ok(`ip-${(instance.PrivateIpAddress ?? '').replaceAll('.', '-')}.ec2.internal`),
};

/** Runs one line of a shell script on a node. */
export function runOnNode(world: World, instance: string, line: string): CommandResult {
  const node = world.ec2.nodes[instance];
  if (node === undefined) return failed(127, `sh: no such node: ${instance}`);
  return runLine(line, ([name = '', ...inputs]) => {
    const command = Object.hasOwn(commands, name.replace(/^\/(?:usr\/)?s?bin\//, ''))
      ? commands[name.replace(/^\/(?:usr\/)?s?bin\//, '')]
      : undefined;
    return command?.(world, node, inputs) ?? failed(127, `sh: ${name}: command not found`);
  });
}
