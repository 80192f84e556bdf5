import * as z from 'zod';
import {
  describeRestoreJob,
  findRestoreJob,
  putRestoreValidation,
  startRestoreJob,
} from '../../aws/backup.ts';
import type { ChangeClients } from '../../aws/clients.ts';
import { type Milliseconds, minutes } from '../../duration.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import {
  type Change,
  change,
  type StepReference,
  type UsesActions,
  type Wait,
  wait,
} from '../../engine/step.ts';
import { AwsCallError, OperatorError } from '../../errors.ts';
import { type ChosenPoint, pointIsGone } from './restore-point.ts';

const restoreJob = z.object({ job: z.string(), region: z.string(), name: z.string() });

export type RestoreJob = z.output<typeof restoreJob>;

/** A restore job cannot be stopped, so undoing it waits for what it makes, and then for that to be gone. */
const longestUndo = minutes(180);

export interface Restoring {
  readonly what: string;
  /** Nothing of production may be in it. */
  metadata(context: ChangeContext): Record<string, string>;
  readonly deleting: {
    readonly title: string;
    readonly uses: readonly UsesActions[];
    /** One look, and at most one thing done. @returns why it is not gone yet, or `undefined` where there is nothing */
    turn(aws: ChangeClients, job: RestoreJob, context: ChangeContext): Promise<string | undefined>;
    /** For a person. */
    command(job: RestoreJob): string;
  };
}

export function startRestore(
  { what, metadata, deleting }: Restoring,
  point: StepReference<ChosenPoint>,
): Change<RestoreJob> {
  return change({
    id: 'restore',
    title: `Restore the recovery point into ${what} of its own`,
    uses: [findRestoreJob, startRestoreJob, describeRestoreJob, ...deleting.uses],
    returns: restoreJob,
    async findApplied({ aws, outputOf, runStartedAt }) {
      const { region, name } = outputOf(point);
      const since = new Date(runStartedAt.getTime() - minutes(5));
      const job = await findRestoreJob(aws.in(region), { value: name, since });
      return job === undefined ? undefined : { job, region, name };
    },
    async apply(context) {
      const { region, name, arn, role } = context.outputOf(point);
      try {
        const job = await startRestoreJob(context.aws.in(region), {
          point: arn,
          role,
          metadata: metadata(context),
          idempotencyToken: context.idempotencyToken,
        });
        return { job, region, name };
      } catch (error) {
        if (error instanceof AwsCallError && error.awsCode === 'ResourceNotFoundException')
          throw asPlainNo(pointIsGone(arn, undefined), error);
        throw error;
      }
    },
    summary: ({ job, region, name }) => `job ${job} in ${region}, makes ${name}`,
    undo: {
      title: deleting.title,
      every: minutes(2),
      timeout: longestUndo,
      async turn(context, made) {
        const there = context.aws.in(made.region);
        const left = await deleting.turn(there, made, context);
        if (left !== undefined) return { ready: false, because: left };
        const { Status = 'unknown' } = await describeRestoreJob(there, made.job);
        if (isOver(Status)) return { ready: true };
        return {
          ready: false,
          because: `restore job ${made.job} is ${Status}, cannot be stopped and may still make ${made.name}; to delete that then: ${deleting.command(made)}`,
        };
      },
    },
  });
}

/** In our words, and still an answer of AWS's that leaves no doubt: nothing was begun. */
const asPlainNo = ({ code, message, hint }: OperatorError, cause: AwsCallError): AwsCallError => {
  const { service, operation, awsCode, requestId, transient } = cause;
  return new AwsCallError({
    code,
    message,
    ...(hint !== undefined && { hint }),
    cause,
    service,
    operation,
    awsCode,
    requestId,
    transient,
  });
};

const isOver = (status: string): boolean => ['COMPLETED', 'FAILED', 'ABORTED'].includes(status);

const restored = z.object({
  arn: z.string(),
  begun: z.iso.datetime(),
  completed: z.iso.datetime(),
});

export type Restored = z.output<typeof restored>;

/** The id of a file system in its ARN. */
export const idIn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

export const jobIsComplete = (
  started: StepReference<RestoreJob>,
  { every, timeout }: { readonly every: Milliseconds; readonly timeout: Milliseconds },
): Wait<Restored> =>
  wait({
    id: 'restored',
    title: 'The restore job is complete',
    uses: [describeRestoreJob],
    every,
    timeout,
    hint: 'Undo: what it has made by then is deleted. AWS Support can say why a restore job stands still',
    returns: restored,
    async probe({ aws, outputOf, clock }) {
      const { job, region } = outputOf(started);
      const { Status, StatusMessage, PercentDone, CreatedResourceArn, CreationDate, CompletionDate } =
        await describeRestoreJob(aws.in(region), job);
      if (Status === 'FAILED' || Status === 'ABORTED') {
        throw new OperatorError({
          code: 'RESTORE_FAILED',
          message: `Restore job ${job} in ${region} is ${Status}: ${StatusMessage ?? 'AWS says no more'}`,
          hint: `This recovery point could not be restored. Put the cause right, or try another: --point ARN. aws backup describe-restore-job --restore-job-id ${job} --region ${region}`,
        });
      }
      if (Status !== 'COMPLETED' || CreatedResourceArn === undefined)
        return { ready: false, because: `${Status ?? 'unknown'}, ${PercentDone ?? '0%'} done` };
      const completed = CompletionDate ?? clock.now();
      return {
        ready: true,
        output: {
          arn: CreatedResourceArn,
          begun: (CreationDate ?? completed).toISOString(),
          completed: completed.toISOString(),
        },
      };
    },
    summary: ({ arn }) => arn,
  });

const validity = z.object({ isValid: z.boolean(), message: z.string() });

export type Validity = z.output<typeof validity>;
export const validitySchema: z.ZodType<Validity> = validity;

export function validityOf(runId: string, findings: readonly Finding[]): Validity {
  const bad = findings.filter(({ verdict }) => verdict === 'fail');
  return {
    isValid: bad.length === 0,
    message:
      `runbook ${runId}: ${bad.length === 0 ? 'as expected' : bad.map(({ subject, fact }) => `${subject}: ${fact}`).join('; ')}`.slice(
        0,
        1000,
      ),
  };
}

/** A remark on the job, which stays as long as AWS remembers the job; it is true whether or not what was restored still stands. */
export const noteValidation = (
  started: StepReference<RestoreJob>,
  validated: StepReference<Validity>,
): Change<{ status: string }> =>
  change({
    id: 'validation',
    title: 'Note the result of the validation on the restore job',
    uses: [describeRestoreJob, putRestoreValidation],
    returns: z.object({ status: z.string() }),
    async findApplied(context) {
      const { job, there } = jobOf(context, started);
      const { ValidationStatus } = await describeRestoreJob(there, job);
      return ValidationStatus === undefined ? undefined : { status: ValidationStatus };
    },
    async apply({ aws, outputOf }) {
      const { job, region } = outputOf(started);
      const { isValid, message } = outputOf(validated);
      await putRestoreValidation(aws.in(region), { job, isValid, message });
      return { status: isValid ? 'SUCCESSFUL' : 'FAILED' };
    },
    summary: ({ status }) => status,
    undoneBy: { id: 'restore' },
  });

function jobOf({ aws, outputOf }: ReadContext, started: StepReference<RestoreJob>) {
  const { job, region } = outputOf(started);
  return { job, there: aws.in(region) };
}
