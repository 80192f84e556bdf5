import * as z from 'zod';
import type { ReadClients } from '../../aws/clients.ts';
import { describeCluster, describeClusterInstances } from '../../aws/rds.ts';
import { createClusterInstance, deleteClusterInstance } from '../../aws/rds-restore.ts';
import { minutes } from '../../duration.ts';
import { type Change, change, type StepReference, type Wait, wait } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { tellToGo } from './delete-temporary.ts';
import type { RestoreJob } from './restore-job.ts';
import { type ChosenPoint, temporaryTags } from './restore-point.ts';
import type { DatabaseTest, RestoreSettings } from './restore-settings.ts';

export const memberOf = async (aws: ReadClients, cluster: string, instance: string) =>
  (await describeClusterInstances(aws, cluster)).find(
    ({ DBInstanceIdentifier }) => DBInstanceIdentifier === instance,
  );

const newInstance = z.object({
  instance: z.string(),
  cluster: z.string(),
  region: z.string(),
  instanceClass: z.string(),
});

type NewInstance = z.output<typeof newInstance>;

export function addInstance(
  test: (environment: Environment) => DatabaseTest,
  point: StepReference<ChosenPoint>,
  restore: StepReference<RestoreJob>,
  { restoreTimeout }: RestoreSettings,
): Change<NewInstance> {
  return change({
    id: 'instance',
    title: 'Create an instance, without which nothing can be asked',
    uses: [describeClusterInstances, createClusterInstance, deleteClusterInstance],
    returns: newInstance,
    async findApplied({ aws, outputOf, environment }) {
      const { name: cluster, region } = outputOf(restore);
      const instance = `${cluster}-1`;
      const found = await memberOf(aws.in(region), cluster, instance);
      return found && { instance, cluster, region, instanceClass: test(environment).instanceClass };
    },
    async apply({ aws, outputOf, environment, runId, runStartedAt }) {
      const { name: cluster, region } = outputOf(restore);
      const { instanceClass } = test(environment);
      const instance = `${cluster}-1`;
      await createClusterInstance(aws.in(region), {
        instance,
        cluster,
        engine: outputOf(point).recorded['engine'] ?? 'aurora-mysql',
        instanceClass,
        tags: temporaryTags(runId, new Date(runStartedAt.getTime() + 2 * restoreTimeout)),
      });
      return { instance, cluster, region, instanceClass };
    },
    summary: ({ instance, instanceClass }) => `${instance}, ${instanceClass}`,
    undo: {
      title: 'Delete the instance of the restored cluster, and see it gone',
      every: minutes(2),
      timeout: minutes(60),
      async turn({ aws }, { instance, cluster, region }) {
        const there = aws.in(region);
        const found = await memberOf(there, cluster, instance);
        if (found === undefined) return { ready: true };
        if (found.DBInstanceStatus === 'deleting')
          return { ready: false, because: `${instance} is deleting` };
        const command = `aws rds delete-db-instance --db-instance-identifier ${instance} --region ${region}`;
        return {
          ready: false,
          because: await tellToGo(instance, command, () => deleteClusterInstance(there, instance)),
        };
      },
    },
  });
}

const serving = z.object({
  endpoint: z.string(),
  port: z.int(),
  at: z.iso.datetime(),
  madeAt: z.iso.datetime(),
  instanceClass: z.string(),
});

export type Serving = z.output<typeof serving>;

/** From these nobody comes back without help. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html */
const neverAvailable = [
  'failed',
  'incompatible-network',
  'incompatible-option-group',
  'incompatible-parameters',
  'incompatible-restore',
  'inaccessible-encryption-credentials',
  'insufficient-capacity',
];

export const instanceServes = (made: StepReference<NewInstance>): Wait<Serving> =>
  wait({
    id: 'serving',
    title: 'The instance of the restored cluster is available',
    uses: [describeCluster, describeClusterInstances],
    every: minutes(2),
    timeout: minutes(45),
    hint: 'Its events say why: aws rds describe-events --source-type db-instance --duration 120. What was made is deleted by: runbook rollback',
    returns: serving,
    async probe({ aws, outputOf, clock }) {
      const { instance, cluster, region, instanceClass } = outputOf(made);
      const there = aws.in(region);
      const found = await memberOf(there, cluster, instance);
      const status = found?.DBInstanceStatus;
      if (status !== undefined && neverAvailable.includes(status))
        throw new OperatorError({
          code: 'INSTANCE_FAILED',
          message: `Instance ${instance} in ${region} is ${status} and does not become available: nothing restored can be asked`,
          hint: `Its events say why: aws rds describe-events --source-type db-instance --source-identifier ${instance} --duration 120 --region ${region}. What was made is deleted by: runbook rollback`,
        });
      if (status !== 'available') return { ready: false, because: `${instance} is ${status ?? 'not there'}` };
      const { Endpoint: endpoint, Port: port = 3306 } = (await describeCluster(there, cluster)) ?? {};
      if (endpoint === undefined) return { ready: false, because: `${cluster} has no endpoint yet` };
      const at = clock.now();
      return {
        ready: true,
        output: {
          endpoint,
          port,
          instanceClass,
          at: at.toISOString(),
          madeAt: (found?.InstanceCreateTime ?? at).toISOString(),
        },
      };
    },
    summary: ({ endpoint }) => endpoint,
  });
