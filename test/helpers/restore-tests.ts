import type { RunEvent } from '../../src/engine/run-event.ts';
import { type Component, type Environment, environmentSchema } from '../../src/environment.ts';
import { backupVerify } from '../../src/runbooks/backup-verify.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import { elsewhere, type World } from '../../src/sandbox/world.ts';
import { type RunSetting, runIn, type SandboxRun } from './sandbox-run.ts';

export type Parameters = Record<string, unknown>;

/** A restore test of the database, unless the parameters say otherwise. */
export const restoreSetting = (more: Partial<RunSetting> = {}, parameters: Parameters = {}): RunSetting => ({
  runbook: backupVerify,
  parameters: { restore: true, component: 'database', ...parameters },
  ...more,
});

export const restoring = (more: Partial<RunSetting> = {}, parameters: Parameters = {}) =>
  runIn(restoreSetting(more, parameters));

export const failureOf = ({ events }: SandboxRun) =>
  events.find((event): event is Extract<RunEvent, { type: 'step-failed' }> => event.type === 'step-failed');

export const stepOf = ({ end }: SandboxRun, id: string) =>
  [...end.state.steps.values()].find(({ path }) => path.startsWith('restore-') && path.endsWith(`/${id}`));

type Of<Type extends Component['type']> = Extract<Component, { type: Type }>;
type TestOf<Type extends 'aurora-cluster' | 'file-system'> = NonNullable<
  NonNullable<Of<Type>['backup']>['restoreTest']
>;

/** The sandbox's environment with other settings of its restore tests. */
export function withTests(change: {
  database?(test: TestOf<'aurora-cluster'>): void;
  files?(test: TestOf<'file-system'>): void;
}): Partial<Environment> {
  const { components } = environmentSchema.parse(morpheusProdEnvironment);
  const { database, files } = components;
  if (database?.type !== 'aurora-cluster' || files?.type !== 'file-system')
    throw new Error('The sandbox has no database, or no files');
  if (database.backup?.restoreTest !== undefined) change.database?.(database.backup.restoreTest);
  if (files.backup?.restoreTest !== undefined) change.files?.(files.backup.restoreTest);
  return { components };
}

export const away = (world: World): World => elsewhere(world, 'us-west-2');

/** Whatever a test can have made in the Region of this world. */
export const leftIn = (world: World): readonly string[] => [
  ...world.rds.clusters
    .map(({ cluster }) => cluster.DBClusterIdentifier)
    .filter((name) => name.startsWith('a-run-')),
  ...world.efs.fileSystems
    .filter(
      ({ fileSystem, goneFrom }) => fileSystem.CreationToken.startsWith('a-run-') && goneFrom === undefined,
    )
    .map(({ fileSystem }) => fileSystem.CreationToken),
  ...world.efs.mountTargets
    .filter(
      ({ target, goneFrom }) => goneFrom === undefined && target.FileSystemId !== 'fs-0a7c9e1b3d5f20486',
    )
    .map(({ target }) => target.MountTargetId ?? ''),
  ...Object.values(world.ec2.nodes)
    .filter(
      ({ instance }) =>
        instance.State.Name !== 'terminated' &&
        instance.Tags.some(({ Key, Value = '' }) => Key === 'Name' && Value.startsWith('a-run-')),
    )
    .map(({ instance }) => instance.InstanceId),
  ...Object.values(world.ec2.nodes).flatMap(({ mounts = [] }) => mounts.map(({ at }) => at)),
];

export const left = ({ sandbox: { world } }: SandboxRun): readonly string[] => [
  ...leftIn(world),
  ...leftIn(away(world)),
];
