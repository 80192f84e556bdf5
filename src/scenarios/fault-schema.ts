import * as z from 'zod';
import { duration } from '../environment/duration-codec.ts';

const name = z.string().min(1);
const zone = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'expected an Availability Zone such as us-east-1a');
const share = z.number('expected a share such as 0.5').min(0).max(1);
const cluster = name.optional().meta({ description: 'DB cluster identifier; every one without it' });
const resourceType = z
  .enum(['Aurora', 'EBS', 'EFS', 'RDS'])
  .optional()
  .meta({ description: 'As AWS Backup calls it; every one without it' });

/** When the fault is in force. Spans count from the beginning of the scenario, or from the moment of injection. */
const when = {
  from: duration.optional().meta({ description: 'How long after the beginning; at once without it' }),
  to: duration.optional().meta({ description: 'How long after the beginning it is over' }),
  lasts: duration.optional().meta({ description: 'How long it lasts; for good without it and without "to"' }),
  after: name.optional().meta({
    description: 'Only from the first call of this operation that succeeds',
    examples: ['FailoverDBCluster'],
  }),
};

const call = {
  service: name
    .optional()
    .meta({ description: 'Name of the SDK package without @aws-sdk/client-', examples: ['auto-scaling'] }),
  operation: name.optional().meta({
    description: 'Name of an operation; a * at the end stands for any rest',
    examples: ['Describe*'],
  }),
  calls: z
    .array(z.int().positive())
    .min(1)
    .optional()
    .meta({ description: 'Only these calls of an operation, counted from 1' }),
  region: name.optional().meta({ description: 'Only calls to this Region' }),
};

const fault = <What extends string, Shape extends z.ZodRawShape>(
  what: What,
  description: string,
  shape: Shape,
) => z.strictObject({ what: z.literal(what).meta({ description }), ...shape, ...when });

/** Everything that can go wrong in the sandbox, as it is written in scenarios and given to `runbook sandbox inject`. */
export const faultSchema = z.discriminatedUnion('what', [
  fault('throttle', 'The call is refused: the request rate is used up', call),
  fault('500', 'The service fails', call),
  fault('503', 'The service is overloaded', call),
  fault('access-denied', 'The caller may not do this', call),
  fault('expired-credentials', "The caller's session has expired", call),
  fault('reset', 'The connection is closed before anything happens', call),
  fault('timeout', 'No answer comes, and nothing happens', call),
  fault('answer-lost', 'The call takes effect, and its answer is lost', call),
  fault('slow', 'The answer takes longer', { ...call, by: duration }),
  fault('stale-read', 'Reads see the Region as it was so long ago', { ...call, by: duration }),
  fault('rate-limit', 'Calls beyond a rate are throttled', { ...call, perSecond: z.number().positive() }),
  fault('zone-outage', 'An Availability Zone is lost', { zone }),
  fault('zone-without-capacity', 'Nothing more can be launched in a zone', {
    zone,
    instanceType: name.optional(),
  }),
  fault('node-unhealthy', 'The application on nodes stops answering', {
    instance: name.optional(),
    zone: zone.optional(),
  }),
  fault('node-never-healthy', 'Nodes of an image never begin to serve', { image: name.optional() }),
  fault('release-fails', 'Once so many nodes run an image, requests fail', {
    image: name,
    shareOfNodes: share,
    errorShare: share,
  }),
  fault('agent-offline', "The agent on nodes doesn't answer", {
    instance: name.optional(),
    zone: zone.optional(),
  }),
  fault('failover-stuck', 'A failover is accepted, and then nothing happens', { cluster }),
  fault('failover-elsewhere', 'Another instance is promoted than was asked for', { cluster, instance: name }),
  fault('reader-stays-down', "The demoted writer doesn't come back", { cluster }),
  fault('replica-lag', 'The readers are behind the writer', { cluster, by: duration }),
  fault('dns-cached', 'Nodes go on using the address that they resolved before', { by: duration }),
  fault('pool-stays', 'Connection pools stay on the demoted writer', { share: share.optional() }),
  fault('restore-fails', 'Restore jobs fail', {
    resourceType,
    status: z.enum(['FAILED', 'ABORTED']).optional(),
    message: name.optional(),
  }),
  fault('restore-stuck', 'Restore jobs do not get on', { resourceType }),
  fault('database-stays-creating', 'New clusters or instances never become available', {
    part: z.enum(['cluster', 'instance']).optional(),
    name: name.optional(),
  }),
  fault('quota-reached', 'Nothing more of a kind can be made in RDS', {
    quota: z.enum(['DBClusters', 'DBInstances', 'ManualClusterSnapshots']),
  }),
  fault('backup-fails', 'Backup jobs fail', {
    resourceType,
    status: z.enum(['FAILED', 'ABORTED', 'EXPIRED', 'PARTIAL']).optional(),
    message: name.optional(),
  }),
  fault('copy-late', 'Copies to the recovery Region come late', { resourceType, by: duration }),
  fault('copy-missing', 'Nothing is copied to the recovery Region, and has not been for months', {
    resourceType,
  }),
  fault('copy-short', 'Copies hold only a share of the bytes', { resourceType, share }),
  fault('key-disabled', 'A KMS key is disabled', { key: name }),
  fault('rotation-fails', 'The rotation function fails at a stage', {
    secret: name.optional(),
    stage: z.enum(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
  }),
  fault('broker-reboot-slow', 'The broker takes longer to reboot', { by: duration }),
  fault('alarm-fires', 'An alarm goes off, whatever its metric says', { alarm: name }),
]);

export type FaultInput = z.output<typeof faultSchema>;
