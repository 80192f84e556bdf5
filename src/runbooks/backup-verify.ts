import * as z from 'zod';
import { hours } from '../duration.ts';
import { runbook } from '../engine/runbook.ts';
import { approve, forEach } from '../engine/step.ts';
import { duration } from '../environment/duration-codec.ts';
import type { Environment } from '../environment.ts';
import { UsageError } from '../errors.ts';
import { callerIsInTheEnvironment } from './parts/caller.ts';
import { inspectComponent } from './parts/inspect-backups.ts';
import {
  inspectedComponents,
  isCopied,
  notRestored,
  protectedComponents,
  protectedItem,
  recoveryRegionOf,
} from './parts/protected-components.ts';
import { databaseItem, restoreDatabase } from './parts/restore-database.ts';
import { filesItem, restoreFiles } from './parts/restore-files.ts';
import {
  type Asker,
  databaseAsker,
  databaseTest,
  filesAsker,
  filesTest,
  mustBeFleet,
} from './parts/restore-settings.ts';

const parameters = z
  .strictObject({
    component: z
      .string()
      .optional()
      .describe('Component to look at, as named in runbook.yaml; without it all that have a backup policy'),
    days: z.coerce
      .number()
      .int()
      .min(1)
      .max(30)
      .default(7)
      .describe('How many days back the series of recovery points is looked at; AWS keeps jobs for 30'),
    restore: z
      .boolean()
      .default(false)
      .describe(
        'Restore a recovery point of each component beside production, hold it against what is expected, and delete it',
      ),
    point: z
      .string()
      .regex(/^(latest|random|arn:.+)$/, 'expected latest, random or the ARN of a recovery point')
      .default('latest')
      .describe('Recovery point to restore: latest, random (within --days), or its ARN'),
    fromRecoveryRegion: z.boolean().default(false).describe('Restore the copy in the recovery Region, there'),
    restoreTimeout: duration.default(hours(2)).describe('How long one restore job may take'),
  })
  .refine(({ point, component }) => !point.startsWith('arn:') || component !== undefined, {
    message: 'a recovery point belongs to one component: give --component as well',
    path: ['point'],
  });

type Chosen = z.output<typeof parameters>;

export const backupVerify = runbook({
  id: 'backup-verify',
  title: 'Backup verification',
  whenToUse:
    'Somebody wants to know whether the data could be restored: looks at plans, recovery points, saved files, copies, jobs and keys, and with --restore restores one, asks it, and deletes it',
  parameters,
  forms: [
    { title: 'Inspection (reads only, the default)', parameters: {} },
    { title: 'With a restore test (`--restore`)', parameters: { restore: true } },
    {
      title: 'With a restore test in the recovery Region (`--restore --from-recovery-region`)',
      parameters: { restore: true, fromRecoveryRegion: true },
    },
  ],
  safeToUndo: true,

  validate(chosen, environment) {
    const components = inspectedComponents(environment, chosen.component);
    if (components.some(isCopied) || chosen.fromRecoveryRegion) recoveryRegionOf(environment);
    if (!chosen.restore) {
      refuseWithoutRestore(chosen);
      return;
    }
    for (const { name, type } of protectedComponents(environment, chosen.component)) {
      const fleet =
        type === 'aurora-cluster'
          ? databaseTest(environment, name, chosen.fromRecoveryRegion).query?.fleet
          : filesTest(environment, name).look?.fleet;
      if (fleet !== undefined) mustBeFleet(environment, name, fleet);
    }
  },

  steps(chosen) {
    return [
      callerIsInTheEnvironment,
      forEach({
        id: 'inspection',
        title: 'Look at the backups of each component',
        item: protectedItem,
        items: async ({ environment }) =>
          inspectedComponents(environment, chosen.component).map(({ name }) => ({ name })),
        key: ({ name }) => name,
        steps: ({ name }) => [inspectComponent(name, chosen.days)],
        example: { name: 'database' },
      }),
      ...(chosen.restore ? restoreTest(chosen) : []),
    ];
  },
});

function restoreTest(chosen: Chosen) {
  const usual: Asker = chosen.fromRecoveryRegion ? 'probe' : 'node';
  const place = ({ name, recoveryRegion }: Environment) =>
    chosen.fromRecoveryRegion ? `${recoveryRegion}` : name;
  return [
    approve({
      id: 'approval',
      title: 'Restore beside production, and delete it afterwards?',
      ask({ environment, runId }) {
        const components = protectedComponents(environment, chosen.component);
        const others = notRestored(environment, chosen.component);
        return {
          question: `Restore ${components.map(({ name }) => name).join(' and ')} beside production in ${place(environment)}?`,
          evidence: [
            ...components.map((component) => ({
              label: component.name,
              value:
                component.type === 'aurora-cluster'
                  ? `a cluster of its own with one ${component.backup.restoreTest?.instanceClass}, asked ${askedBy[databaseAsker(environment, component.name, chosen.fromRecoveryRegion)]}`
                  : `a file system of its own, held against its size, looked at ${askedBy[filesAsker(environment, component.name, chosen.fromRecoveryRegion)]}`,
            })),
            ...others.map(({ name }) => ({
              label: name,
              value: 'not restored: this tool makes no test of it; by hand, docs/runbooks/backup-verify.md',
            })),
            { label: 'Recovery point', value: chosen.point },
            { label: 'Names', value: `all begin with ${runId}; tagged with run, purpose and expiry` },
            {
              label: 'Paid for',
              value: 'storage of each for as long as it stands, and an instance for about an hour',
            },
            {
              label: 'Way back',
              value: 'everything is deleted at the end, after a failure, and by runbook rollback',
            },
          ],
        };
      },
    }),
    forEach({
      id: 'restore-database',
      title: 'Restore each database, ask it, delete it',
      item: databaseItem,
      items: async ({ environment }) =>
        protectedComponents(environment, chosen.component)
          .filter(({ type }) => type === 'aurora-cluster')
          .map(({ name }) => ({ name, asker: databaseAsker(environment, name, chosen.fromRecoveryRegion) })),
      key: ({ name }) => name,
      steps: (item) => restoreDatabase(item, chosen),
      example: { name: 'database', asker: usual },
    }),
    forEach({
      id: 'restore-files',
      title: 'Restore each file system, look at it, delete it',
      item: filesItem,
      items: async ({ environment }) =>
        protectedComponents(environment, chosen.component)
          .filter(({ type }) => type === 'file-system')
          .map(({ name }) => ({ name, asker: filesAsker(environment, name, chosen.fromRecoveryRegion) })),
      key: ({ name }) => name,
      steps: (item) => restoreFiles(item, chosen),
      example: { name: 'files', asker: usual },
    }),
  ];
}

const askedBy = {
  node: 'by a command on a node of the application',
  probe: 'by a command on an instance that is launched for it',
  nobody: 'by nobody: the configuration names nobody who could there',
} satisfies Record<Asker, string>;

function refuseWithoutRestore({ point, fromRecoveryRegion }: Chosen): void {
  if (point === 'latest' && !fromRecoveryRegion) return;
  throw new UsageError({
    code: 'RESTORE_NOT_ASKED',
    message: '--point and --from-recovery-region say what to restore, and --restore was not given',
    hint: 'Add --restore',
  });
}
