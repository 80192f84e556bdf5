import * as z from 'zod';
import type { ReadContext } from '../../engine/context.ts';
import { type ForEach, forEach, type StepReference } from '../../engine/step.ts';
import { onNode } from './node-command.ts';
import { recoveredOf } from './recovered-components.ts';
import { type RecoverySet, storeIn } from './recovery-set.ts';

const task = z.object({ component: z.string(), what: z.string(), fleet: z.string(), command: z.string() });

/** What only a node of the recovery fleet can do: files to their place, definitions into the broker, a snapshot into the search domain. */
export const restoreOnNodes = (set: StepReference<RecoverySet>): ForEach<z.output<typeof task>> =>
  forEach({
    id: 'on-nodes',
    title: 'Restore what only a node can restore',
    item: task,
    items: async (context) => tasksOf(context, context.outputOf(set)),
    key: ({ component }) => component,
    steps({ component, what, fleet, command }) {
      const { asked, answered } = onNode({
        id: `restore-${component}`,
        order: `Have a node restore ${what}`,
        fact: `A node has restored ${what}`,
        fleet,
        at: 'recovery',
        command: () => command,
        afterwards: `Leave ${what}: it goes with what it was restored into`,
      });
      return [asked, answered];
    },
    example: {
      component: 'queue',
      what: 'the definitions of queue',
      fleet: 'app',
      command: 'morpheus-ctl queue-import s3://...',
    },
  });

function tasksOf(
  { environment }: Pick<ReadContext, 'environment'>,
  set: RecoverySet,
): readonly z.output<typeof task>[] {
  const from = (name: string, command: string) =>
    command.replaceAll('{location}', storeIn(set, name).location ?? '');
  return [
    ...recoveredOf(environment, 'file-system').flatMap(({ name, recovery: { adopt } }) =>
      adopt === undefined ? [] : [{ component: name, what: `the files of ${name} to their place`, ...adopt }],
    ),
    ...recoveredOf(environment, 'broker').flatMap(({ name, backup, recovery: { definitions } }) =>
      definitions === undefined || backup === undefined
        ? []
        : [
            {
              component: name,
              what: `the definitions of ${name}`,
              fleet: definitions.fleet,
              command: from(name, definitions.command),
            },
          ],
    ),
    ...recoveredOf(environment, 'search-domain').flatMap(({ name, backup, recovery: { snapshots } }) =>
      snapshots === undefined || backup === undefined
        ? []
        : [
            {
              component: name,
              what: `the snapshot of ${name}`,
              fleet: snapshots.fleet,
              command: from(name, snapshots.command),
            },
          ],
    ),
  ];
}
