import * as z from 'zod';
import { describeCluster, describeClusterInstances } from '../../aws/rds.ts';
import { minutes } from '../../duration.ts';
import { type Check, check, cleanUp, type ListEntry, type StepReference } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { queryDatabase } from './query-database.ts';
import { answerFindings, databaseFindings, notAsked } from './restore-findings.ts';
import {
  jobIsComplete,
  leftBehind,
  noteValidation,
  type RestoreJob,
  startRestore,
  type Validity,
  validityOf,
  validitySchema,
} from './restore-job.ts';
import { restoreMeasures } from './restore-measures.ts';
import { type ChosenPoint, pointIsRestorable, temporaryTags } from './restore-point.ts';
import { type DatabaseTest, databaseTest, type RestoreSettings } from './restore-settings.ts';
import { intoCluster, tagCluster } from './restored-cluster.ts';
import { addInstance, instanceServes, memberOf } from './restored-instance.ts';

/** `asked`: there is a query for it, and a node that can ask. */
export const databaseItem = z.object({ name: z.string(), asked: z.boolean() });
export type DatabaseItem = z.output<typeof databaseItem>;

export function restoreDatabase(
  { name, asked }: DatabaseItem,
  settings: RestoreSettings,
): readonly ListEntry[] {
  const test = (environment: Environment) => databaseTest(environment, name, settings.fromRecoveryRegion);
  const point = pointIsRestorable(name, settings);
  const restore = startRestore(intoCluster(test, point), point);
  const complete = jobIsComplete(restore, { every: minutes(3), timeout: settings.restoreTimeout });
  const tag = tagCluster(restore, complete, ({ runId, runStartedAt }) =>
    temporaryTags(runId, new Date(runStartedAt.getTime() + 2 * settings.restoreTimeout)),
  );
  const instance = addInstance(
    (environment) => [test(environment).instanceClass],
    point,
    restore,
    ({ runId, runStartedAt }) =>
      temporaryTags(runId, new Date(runStartedAt.getTime() + 2 * settings.restoreTimeout)),
  );
  const serving = instanceServes(instance);
  const query = asked ? queryDatabase(name, serving) : undefined;
  const validated = databaseIsAsItMust(name, test, { point, restore, query: query?.answered });
  const validation = noteValidation(restore, validated);
  const clean = cleanUp({
    id: 'clean-up',
    title: 'Delete everything that this test made',
    of: [restore, tag, instance, ...(query === undefined ? [] : [query.asked]), validation],
  });
  const gone = nothingIsLeft(restore);
  return [
    point,
    restore,
    complete,
    tag,
    instance,
    serving,
    ...(query === undefined ? [] : [query.asked, query.answered]),
    validated,
    validation,
    clean,
    gone,
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
          key: point.key ?? '',
        }),
        ...(made.query === undefined || query === undefined
          ? [notAsked(whyNotAsked(name, environment, query === undefined))]
          : answerFindings(query, outputOf(made.query), point)),
      ];
      context.found(findings);
      return validityOf(runId, findings);
    },
  });
}

const whyNotAsked = (name: string, { recoveryRegion }: Environment, hasNoQuery: boolean): string =>
  hasNoQuery
    ? `components.${name}.backup.restoreTest.query is not configured`
    : `no node of this stack stands in ${recoveryRegion}`;

/** Read again, by the name that nothing else has. */
function nothingIsLeft(restore: StepReference<RestoreJob>): Check<{ at: string }> {
  return check({
    id: 'gone',
    title: 'Nothing of the test is left',
    uses: [describeCluster, describeClusterInstances],
    returns: z.object({ at: z.iso.datetime() }),
    async run({ aws, outputOf, clock }) {
      const { name, region } = outputOf(restore);
      const there = aws.in(region);
      const cluster = await describeCluster(there, name);
      const instances = cluster === undefined ? [] : await describeClusterInstances(there, name);
      const left = [
        ...instances.map(({ DBInstanceIdentifier }) => `instance ${DBInstanceIdentifier}`),
        ...(cluster === undefined ? [] : [`cluster ${name}`]),
      ];
      if (left.length > 0)
        throw leftBehind(
          left,
          region,
          `aws rds delete-db-cluster --db-cluster-identifier ${name} --skip-final-snapshot --region ${region}`,
        );
      return { at: clock.now().toISOString() };
    },
    summary: () => 'no cluster and no instance of its name',
  });
}
