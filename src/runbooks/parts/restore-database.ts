import * as z from 'zod';
import { findInstances } from '../../aws/ec2-instances.ts';
import { describeCluster, describeClusterInstances } from '../../aws/rds.ts';
import { minutes } from '../../duration.ts';
import { type Check, check, cleanUp, type ListEntry, type StepReference } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { leftBehind } from './delete-temporary.ts';
import { launchProbe, probePaid, probesLeft } from './probe-instance.ts';
import { queryDatabase } from './query-database.ts';
import { costIsKnown, leastOfDatabaseInstance } from './restore-cost.ts';
import { answerFindings, databaseFindings, notAsked } from './restore-findings.ts';
import {
  jobIsComplete,
  noteValidation,
  type RestoreJob,
  startRestore,
  type Validity,
  validityOf,
  validitySchema,
} from './restore-job.ts';
import { restoreMeasures } from './restore-measures.ts';
import { type ChosenPoint, pointIsRestorable, temporaryTags } from './restore-point.ts';
import { roomForDatabase } from './restore-quota.ts';
import { asker, type DatabaseTest, databaseTest, type RestoreSettings } from './restore-settings.ts';
import { deleteClusterCommand, intoCluster, type TagsOf, tagCluster } from './restored-cluster.ts';
import { addInstance, instanceServes, memberOf } from './restored-instance.ts';

export const databaseItem = z.object({ name: z.string(), asker });
export type DatabaseItem = z.output<typeof databaseItem>;

export function restoreDatabase(
  { name, asker: who }: DatabaseItem,
  settings: RestoreSettings,
): readonly ListEntry[] {
  const test = (environment: Environment) => databaseTest(environment, name, settings.fromRecoveryRegion);
  const point = pointIsRestorable(name, settings);
  const restore = startRestore(intoCluster(test, point), point);
  const complete = jobIsComplete(restore, { every: minutes(3), timeout: settings.restoreTimeout });
  const tags: TagsOf = ({ runId, runStartedAt }) =>
    temporaryTags(runId, new Date(runStartedAt.getTime() + 2 * settings.restoreTimeout));
  const tag = tagCluster(restore, complete, tags);
  const instance = addInstance((environment) => [test(environment).instanceClass], point, restore, tags);
  const serving = instanceServes(instance);
  const probe =
    who === 'probe' ? launchProbe((environment) => test(environment).probe, restore, settings) : undefined;
  const query = who === 'nobody' ? undefined : queryDatabase(name, serving, probe?.launch);
  const validated = databaseIsAsItMust(name, test, { point, restore, query: query?.answered });
  const validation = noteValidation(restore, validated);
  const clean = cleanUp({
    id: 'clean-up',
    title: 'Delete everything that this test made',
    of: [
      restore,
      tag,
      instance,
      ...(probe === undefined ? [] : [probe.launch]),
      ...(query === undefined ? [] : [query.asked]),
      validation,
    ],
  });
  const gone = nothingIsLeft(restore);
  return [
    point,
    roomForDatabase(point),
    restore,
    complete,
    tag,
    instance,
    serving,
    ...(probe === undefined ? [] : [probe.launch, probe.isOnline]),
    ...(query === undefined ? [] : [query.asked, query.answered]),
    validated,
    validation,
    clean,
    gone,
    costIsKnown(
      ({ outputOf }) => outputOf(point).region,
      ({ outputOf }) => {
        const to = new Date(outputOf(gone).at);
        const { madeAt, instanceClass } = outputOf(serving);
        return [
          {
            what: 'instance',
            type: instanceClass,
            from: new Date(madeAt),
            to,
            billedAtLeast: leastOfDatabaseInstance,
          },
          {
            what: 'storage',
            of: 'database',
            bytes: outputOf(point).bytes,
            from: new Date(outputOf(complete).begun),
            to,
          },
          ...(probe === undefined ? [] : [probePaid(outputOf(probe.isOnline), to)]),
        ];
      },
    ),
    ...restoreMeasures(name, settings, {
      point,
      complete,
      usable: serving,
      gone,
      paid: { what: 'an instance', from: ({ outputOf }) => outputOf(serving).madeAt },
    }),
  ];
}

function databaseIsAsItMust(
  name: string,
  test: (environment: Environment) => DatabaseTest,
  made: {
    readonly point: StepReference<ChosenPoint>;
    readonly restore: StepReference<RestoreJob>;
    readonly query: ReturnType<typeof queryDatabase>['answered'] | undefined;
  },
): Check<Validity> {
  return check({
    id: 'validate',
    title: 'What was restored was held against what is expected of it',
    uses: [describeCluster, describeClusterInstances],
    returns: validitySchema,
    async run(context) {
      const { aws, outputOf, environment, runId } = context;
      const point = outputOf(made.point);
      const { name: own, region } = outputOf(made.restore);
      const there = aws.in(region);
      const { parameterGroup, query } = test(environment);
      const findings = [
        ...databaseFindings({
          cluster: await describeCluster(there, own),
          instance: await memberOf(there, own, `${own}-1`),
          point,
          parameterGroup,
          key: point.key,
        }),
        ...(made.query === undefined || query === undefined
          ? [notAsked('query', whyNotAsked(name, environment, query === undefined))]
          : answerFindings('query', query.expect, outputOf(made.query), point)),
      ];
      context.found(findings);
      return validityOf(runId, findings);
    },
  });
}

const whyNotAsked = (name: string, { recoveryRegion }: Environment, hasNoQuery: boolean): string =>
  hasNoQuery
    ? `components.${name}.backup.restoreTest.query is not configured`
    : `no node of this stack stands in ${recoveryRegion}, and components.${name}.backup.restoreTest.recovery.probe is not configured`;

/** Read again, by the name that nothing else has. */
function nothingIsLeft(restore: StepReference<RestoreJob>): Check<{ at: string }> {
  return check({
    id: 'gone',
    title: 'Nothing of the test is left',
    uses: [describeCluster, describeClusterInstances, findInstances],
    returns: z.object({ at: z.iso.datetime() }),
    async run({ aws, outputOf, clock }) {
      const { name, region } = outputOf(restore);
      const there = aws.in(region);
      const cluster = await describeCluster(there, name);
      const instances = cluster === undefined ? [] : await describeClusterInstances(there, name);
      const left = [
        ...instances.map(({ DBInstanceIdentifier }) => `instance ${DBInstanceIdentifier}`),
        ...(cluster === undefined ? [] : [`cluster ${name}`]),
        ...(await probesLeft(there, name)),
      ];
      if (left.length > 0) throw leftBehind(left, region, deleteClusterCommand(outputOf(restore)));
      return { at: clock.now().toISOString() };
    },
    summary: () => 'no cluster and no instance of its name',
  });
}
