import * as z from 'zod';
import { describeCluster, describeClusterInstances } from '../../aws/rds.ts';
import { deleteCluster, tagDatabase } from '../../aws/rds-restore.ts';
import { minutes } from '../../duration.ts';
import {
  type Change,
  type Check,
  change,
  check,
  cleanUp,
  type ListEntry,
  type StepReference,
} from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { queryDatabase } from './query-database.ts';
import { answerFindings, databaseFindings, notAsked } from './restore-findings.ts';
import {
  jobIsComplete,
  leftBehind,
  noteValidation,
  type Restored,
  type RestoreJob,
  startRestore,
  type Validity,
  validityOf,
  validitySchema,
} from './restore-job.ts';
import { restoreMeasures } from './restore-measures.ts';
import { adjusted, type ChosenPoint, pointIsRestorable, temporaryTags } from './restore-point.ts';
import { type DatabaseTest, databaseTest, type RestoreSettings } from './restore-settings.ts';
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
  const restore = startRestore(
    {
      what: 'a cluster',
      metadata({ outputOf, environment }) {
        const { inferred, recorded, name: own, key } = outputOf(point);
        const { subnetGroup, securityGroups, parameterGroup } = test(environment);
        return adjusted(inferred, {
          DBClusterIdentifier: own,
          Engine: recorded['engine'],
          EngineVersion: recorded['engineversion'],
          DBSubnetGroupName: subnetGroup,
          VpcSecurityGroupIds: JSON.stringify(securityGroups),
          DBClusterParameterGroupName: parameterGroup,
          KmsKeyId: key,
          DeletionProtection: 'false',
          // Those of the source; the subnet group has its own.
          AvailabilityZones: undefined,
        });
      },
      deleting: {
        title: 'Delete the restored cluster, and see it gone',
        uses: [describeCluster, deleteCluster],
        command: ({ name: own, region }) =>
          `aws rds delete-db-cluster --db-cluster-identifier ${own} --skip-final-snapshot --region ${region}`,
        async turn(aws, { name: own }) {
          const cluster = await describeCluster(aws, own);
          if (cluster === undefined) return undefined;
          const { Status = 'unknown' } = cluster;
          if (Status === 'deleting' || Status === 'creating') return `${own} is ${Status}`;
          await deleteCluster(aws, own);
          return `${own} was told to go`;
        },
      },
    },
    point,
  );
  const complete = jobIsComplete(restore, { every: minutes(3), timeout: settings.restoreTimeout });
  const tag = tagRestored(restore, complete, settings);
  const instance = addInstance(test, point, restore, settings);
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

function tagRestored(
  restore: StepReference<RestoreJob>,
  complete: StepReference<Restored>,
  { restoreTimeout }: RestoreSettings,
): Change<{ arn: string }> {
  return change({
    id: 'tag',
    title: 'Tag the restored cluster with run, purpose and expiry',
    uses: [describeCluster, tagDatabase],
    returns: z.object({ arn: z.string() }),
    async findApplied({ aws, outputOf, runId }) {
      const { arn } = outputOf(complete);
      const { name, region } = outputOf(restore);
      const cluster = await describeCluster(aws.in(region), name);
      const tagged = cluster?.TagList?.some(({ Key, Value }) => Key === 'runbook:run' && Value === runId);
      return tagged === true ? { arn } : undefined;
    },
    async apply({ aws, outputOf, runId, runStartedAt }) {
      const { arn } = outputOf(complete);
      const expires = new Date(runStartedAt.getTime() + 2 * restoreTimeout);
      await tagDatabase(aws.in(outputOf(restore).region), arn, temporaryTags(runId, expires));
      return { arn };
    },
    undoneBy: { id: 'restore' },
  });
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
