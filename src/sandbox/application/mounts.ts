import type { NodeState } from '../services/ec2/state.ts';
import { bytesAt, filesAt, newestFileAt } from '../services/efs/content.ts';
import { findFileSystem } from '../services/efs/find.ts';
import { mountTargetBehind } from '../services/efs/mounts.ts';
import type { FileSystemState } from '../services/efs/state.ts';
import type { World } from '../world.ts';
import { type CommandResult, failed, ok } from './shell.ts';

/** File systems that somebody mounts by hand on a node. Rules 12 to 15 of commands.md. */
type Command = (world: World, node: NodeState, inputs: readonly string[]) => CommandResult;

/** Seconds until a mount is given up. */
const patience = 30;

const plain = (path = ''): string => path.replace(/(.)\/+$/, '$1');

export const isMountedByHand = ({ mounts = [] }: NodeState, path: string | undefined): boolean =>
  mounts.some(({ at }) => at === plain(path));

/** `mount -t nfs4 -o ro,... ADDRESS:/ DIRECTORY`; of the options only that it is read-only is looked at. */
export const mount: Command = (world, node, inputs) => {
  const [source = '', at = ''] = inputs.filter(
    (input, index) => !input.startsWith('-') && !['-t', '-o'].includes(inputs[index - 1] ?? ''),
  );
  const [, from] = /^(.+):\/$/.exec(source) ?? [];
  if (from === undefined || at === '') return failed(1, 'mount: bad usage');
  if (!inputs.some((input) => input.split(',').includes('ro')))
    return failed(1, 'mount: only read-only mounts are served here');
  return mountAt(world, node, { from, at: plain(at) });
};

export function mountAt(
  world: World,
  node: NodeState,
  { from, at }: { readonly from: string; readonly at: string },
): CommandResult {
  if (isMountedByHand(node, at)) return failed(32, `mount.nfs4: ${at} is busy or already mounted`);
  if (mountTargetBehind(world, from, node) === undefined)
    return failed(32, 'mount.nfs4: Connection timed out', patience);
  node.mounts = [...(node.mounts ?? []), { at, from }];
  return ok('', 1);
}

/** Without `-f` or `-l` it needs the other side. */
export const umount: Command = (world, node, inputs) => {
  const at = plain(inputs.find((input) => !input.startsWith('-')));
  const found = node.mounts?.find((candidate) => candidate.at === at);
  if (found === undefined) return failed(32, `umount: ${at}: not mounted.`);
  const byForce = inputs.includes('-f') || inputs.includes('-l');
  if (!byForce && mountTargetBehind(world, found.from, node) === undefined)
    return failed(32, `umount: ${at}: target is busy.`, patience);
  const left = node.mounts?.filter((candidate) => candidate !== found) ?? [];
  if (left.length > 0) node.mounts = left;
  else delete node.mounts;
  return ok('', 1);
};

/** What the names below a mount are: the application's directory, and what was restored. */
function entries({ content }: FileSystemState): readonly string[] {
  const restored = content.directories.flatMap(({ name }) => [name, `${name}/morpheus`]);
  return [...(content.files > 0 ? ['morpheus'] : []), ...restored];
}

interface Seen {
  readonly state: FileSystemState;
  /** Below the mount point; empty for the root. */
  readonly below: string;
}

function seenAt(world: World, node: NodeState, path: string): Seen | CommandResult {
  const found = node.mounts?.find(({ at }) => path === at || path.startsWith(`${at}/`));
  if (found === undefined) return failed(2, `cannot access '${path}': No such file or directory`);
  const target = mountTargetBehind(world, found.from, node);
  const state = target && findFileSystem(world, target.target.FileSystemId ?? '');
  if (state === undefined) return failed(2, `cannot access '${path}': Connection timed out`, patience);
  const below = path.slice(found.at.length + 1);
  return below === '' || entries(state).includes(below)
    ? { state, below }
    : failed(2, `cannot access '${path}': No such file or directory`);
}

export const ls: Command = (world, node, inputs) => {
  const seen = seenAt(world, node, plain(inputs.find((input) => !input.startsWith('-'))));
  if ('exitCode' in seen) return { ...seen, stderr: `ls: ${seen.stderr}` };
  const prefix = seen.below === '' ? '' : `${seen.below}/`;
  return ok(
    entries(seen.state)
      .filter((entry) => entry.startsWith(prefix) && !entry.slice(prefix.length).includes('/'))
      .map((entry) => entry.slice(prefix.length))
      .join('\n'),
  );
};

export const stat: Command = (world, node, inputs) => {
  const path = plain(inputs.find((input) => !input.startsWith('-')));
  const seen = seenAt(world, node, path);
  if ('exitCode' in seen) return { ...seen, exitCode: 1, stderr: `stat: ${seen.stderr}` };
  return ok(`  File: ${path}\n  Size: 6144\tdirectory`);
};

/** `files-facts --address ADDRESS --at DIRECTORY` mounts, looks and unmounts; without an address it looks at what is mounted there. */
export const filesFacts: Command = (world, node, inputs) => {
  const after = (flag: string) => (inputs.includes(flag) ? inputs[inputs.indexOf(flag) + 1] : undefined);
  const at = plain(after('--at'));
  const from = after('--address');
  if (at === '') return failed(64, 'usage: morpheus-ctl files-facts [--address ADDRESS] --at DIRECTORY');
  if (from !== undefined) {
    const mounted = mountAt(world, node, { from, at });
    if (mounted.exitCode !== 0) return mounted;
  }
  const facts = factsAt(world, node, at);
  if (from !== undefined) umount(world, node, ['-l', at]);
  return facts;
};

function factsAt(world: World, node: NodeState, at: string): CommandResult {
  const seen = seenAt(world, node, at);
  if ('exitCode' in seen) return { ...seen, exitCode: 1, stderr: `morpheus-ctl: ${seen.stderr}` };
  const { state } = seen;
  const restored = state.content.directories.at(-1) ?? {
    name: 'morpheus',
    files: filesAt(state, world.now),
    bytes: bytesAt(state, world.now),
    newestFile: newestFileAt(state, world.now),
    beacons: state.content.beacons,
  };
  return ok(
    [
      `directory=${restored.name}`,
      `files=${restored.files}`,
      `bytes=${restored.bytes}`,
      `newest-file=${restored.newestFile.toISOString()}`,
      ...restored.beacons.map(({ id, at: written }) => `beacon=${id} ${written.toISOString()}`),
    ].join('\n'),
    20,
  );
}
