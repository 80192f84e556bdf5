import { expect, test } from 'vitest';
import * as z from 'zod';
import { describeGroup, resumeProcesses, suspendProcesses } from '../../src/aws/auto-scaling.ts';
import { describeCluster } from '../../src/aws/rds.ts';
import { hours, minutes, seconds } from '../../src/duration.ts';
import { runbook } from '../../src/engine/runbook.ts';
import { change, forEach, together, wait } from '../../src/engine/step.ts';
import { fleetOf } from '../../src/runbooks/parts/fleet-watch.ts';
import { databaseItem, restoreDatabase } from '../../src/runbooks/parts/restore-database.ts';
import { filesItem, restoreFiles } from '../../src/runbooks/parts/restore-files.ts';
import { runIn, type SandboxRun } from '../helpers/sandbox-run.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

const settings = { days: 7, point: 'latest', fromRecoveryRegion: false, restoreTimeout: hours(2) };

const restoreBoth = runbook({
  id: 'restore-both',
  title: 'Restore both',
  whenToUse: 'In tests',
  parameters: z.object({}),
  steps: () => [
    together({
      id: 'restore',
      title: 'Restore the database and the files',
      branches: [
        {
          id: 'database',
          title: 'Restore the database',
          steps: [
            forEach({
              id: 'databases',
              title: 'Each database',
              item: databaseItem,
              items: async () => [{ name: 'database', asker: 'nobody' as const }],
              key: ({ name }) => name,
              steps: (item) => restoreDatabase(item, settings),
              example: { name: 'database', asker: 'nobody' as const },
            }),
          ],
        },
        {
          id: 'files',
          title: 'Restore the files',
          steps: [
            forEach({
              id: 'file-systems',
              title: 'Each file system',
              item: filesItem,
              items: async () => [{ name: 'files', asker: 'nobody' as const }],
              key: ({ name }) => name,
              steps: (item) => restoreFiles(item, settings),
              example: { name: 'files', asker: 'nobody' as const },
            }),
          ],
        },
      ],
    }),
  ],
  forms: [],
  safeToUndo: true,
});

function spanOf({ events }: SandboxRun, branch: string): number {
  const times = events.flatMap((event) =>
    'step' in event && event.step.startsWith(`restore/${branch}/`) ? [Date.parse(event.at)] : [],
  );
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}

test('two restores with the clients of three services take as long as the longer one, and are the same every time', async () => {
  const one = await runIn({ runbook: restoreBoth, parameters: {} });
  expect(one.end.outcome, JSON.stringify(one.end.state.error)).toBe('succeeded');
  const spans = ['database', 'files'].map((branch) => spanOf(one, branch));
  expect(Math.min(...spans)).toBeGreaterThan(minutes(15));
  const whole = Date.parse(one.events.at(-1)?.at ?? '') - Date.parse(one.events[0]?.at ?? '');
  expect(whole).toBeLessThan(Math.max(...spans) + seconds(30));
  const other = await runIn({ runbook: restoreBoth, parameters: {} });
  expect(other.events).toEqual(one.events);
  expect(other.world).toBe(one.world);
});

/** Suspends a process of the fleet, waits so long, and sees the cluster or the group there. */
const hold = (id: string, process: string, span: number) => [
  change({
    id: `${id}-hold`,
    title: `Suspend ${process}`,
    uses: [describeGroup, suspendProcesses, resumeProcesses],
    returns: z.object({ group: z.string() }),
    async findApplied({ aws, environment }) {
      const { group } = fleetOf(environment, undefined);
      const suspended = (await describeGroup(aws, group))?.SuspendedProcesses ?? [];
      return suspended.some(({ ProcessName }) => ProcessName === process) ? { group } : undefined;
    },
    async apply({ aws, environment }) {
      const { group } = fleetOf(environment, undefined);
      await suspendProcesses(aws, group, [process]);
      return { group };
    },
    undo: {
      title: `Resume ${process}`,
      apply: ({ aws }, { group }) => resumeProcesses(aws, group, [process]),
    },
  }),
  wait<void>({
    id: `${id}-quiet`,
    title: `${id} was quiet`,
    uses: [describeCluster],
    every: seconds(30),
    timeout: minutes(10),
    async probe({ aws, clock, runStartedAt }) {
      await describeCluster(aws, 'morpheus-prod');
      return clock.now().getTime() - runStartedAt.getTime() >= span
        ? { ready: true }
        : { ready: false, because: 'not long enough' };
    },
  }),
];

const holdBoth = runbook({
  id: 'hold-both',
  title: 'Hold both',
  whenToUse: 'In tests',
  parameters: z.object({}),
  steps: () => [
    together({
      id: 'both',
      title: 'Suspend two processes',
      branches: [
        { id: 'one', title: 'Suspend one', steps: hold('one', 'ReplaceUnhealthy', minutes(3)) },
        { id: 'other', title: 'Suspend another', steps: hold('other', 'AZRebalance', minutes(2)) },
      ],
    }),
    ...hold('after', 'AlarmNotification', minutes(4)),
  ],
  forms: [],
  safeToUndo: true,
});

standardRunbookTests('branches', { runbook: holdBoth, parameters: {} });
