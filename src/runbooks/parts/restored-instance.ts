import * as z from 'zod';
import type { ReadClients } from '../../aws/clients.ts';
import { describeCluster, describeClusterInstances } from '../../aws/rds.ts';
import { createClusterInstance, deleteClusterInstance } from '../../aws/rds-restore.ts';
import { minutes } from '../../duration.ts';
import { type Change, change, type StepReference, type Wait, wait } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { AwsCallError, Bug, OperatorError } from '../../errors.ts';
import { tellToGo } from './delete-temporary.ts';
import type { RestoreJob } from './restore-job.ts';
import type { ChosenPoint } from './restore-point.ts';
import type { TagsOf } from './restored-cluster.ts';

export const memberOf = async (aws: ReadClients, cluster: string, instance: string) =>
  (await describeClusterInstances(aws, cluster)).find(
    ({ DBInstanceIdentifier }) => DBInstanceIdentifier === instance,
  );

const newInstance = z.object({
  instance: z.string(),
  cluster: z.string(),
  region: z.string(),
  instanceClass: z.string(),
  /** Classes that AWS had no capacity for. */
  refused: z.array(z.string()).optional(),
});

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html#API_CreateDBInstance_Errors */
const isShort = (error: unknown): boolean =>
  error instanceof AwsCallError && error.awsCode === 'InsufficientDBInstanceCapacity';

type NewInstance = z.output<typeof newInstance>;

export function addInstance(
  /** To try, the first one first: the next where AWS has no capacity. */
  instanceClassesIn: (environment: Environment) => readonly string[],
  point: StepReference<ChosenPoint>,
  restore: StepReference<RestoreJob>,
  tags: TagsOf,
): Change<NewInstance> {
  return change<NewInstance>({
    id: 'instance',
    title: 'Create an instance, without which nothing can be asked',
    uses: [describeClusterInstances, createClusterInstance, deleteClusterInstance],
    returns: newInstance,
    async findApplied({ aws, outputOf }) {
      const { name: cluster, region } = outputOf(restore);
      const instance = `${cluster}-1`;
      const found = await memberOf(aws.in(region), cluster, instance);
      return found && { instance, cluster, region, instanceClass: found.DBInstanceClass ?? '' };
    },
    async apply(context) {
      const { aws, outputOf, environment } = context;
      const { name: cluster, region } = outputOf(restore);
      const instance = `${cluster}-1`;
      const classes = instanceClassesIn(environment);
      const refused: string[] = [];
      for (const instanceClass of classes) {
        try {
          await createClusterInstance(aws.in(region), {
            instance,
            cluster,
            engine: outputOf(point).recorded['engine'] ?? 'aurora-mysql',
            instanceClass,
            tags: tags(context),
          });
          return { instance, cluster, region, instanceClass, refused };
        } catch (error) {
          refused.push(instanceClass);
          if (!isShort(error) || refused.length === classes.length) throw error;
        }
      }
      throw new Bug('No class was tried');
    },
    summary: ({ instance, instanceClass, refused = [] }) =>
      `${instance}, ${instanceClass}${refused.length === 0 ? '' : `, since AWS has no capacity for ${refused.join(', ')}`}`,
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
