import { minutes } from '../../duration.ts';
import { isSessionOver } from '../../engine/failure.ts';
import { AwsCallError, OperatorError } from '../../errors.ts';

/**
 * While something is made, changed or backed up, or what hangs on it goes, AWS deletes nothing. It passes.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html (InvalidDBClusterStateFault)
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html (InvalidDBInstanceState)
 * https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystem.html (FileSystemInUse)
 * https://docs.aws.amazon.com/efs/latest/ug/API_DeleteMountTarget.html (DependencyTimeout)
 */
const notNow = [
  'InvalidDBClusterStateFault',
  'InvalidDBInstanceState',
  'FileSystemInUse',
  'IncorrectFileSystemLifeCycleState',
  'IncorrectMountTargetState',
  'IncorrectInstanceState',
  'DependencyTimeout',
];

/** Somebody was faster. */
const goneAlready = [
  'DBClusterNotFoundFault',
  'DBInstanceNotFound',
  'FileSystemNotFound',
  'MountTargetNotFound',
  'InvalidInstanceID.NotFound',
];

/**
 * One attempt to delete something that this run made.
 *
 * @returns what to wait for: nothing is claimed to be gone before it was seen to be
 * @throws OperatorError `NOT_DELETED` with the command for a person, where AWS refuses for another reason than that it is too early
 */
export async function tellToGo(what: string, command: string, act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return `${what} was told to go`;
  } catch (error) {
    if (isSessionOver(error) || !(error instanceof AwsCallError) || error.transient) throw error;
    if (goneAlready.includes(error.awsCode)) return `${what} was gone already`;
    if (notNow.includes(error.awsCode))
      return `AWS does not delete ${what} yet (${error.awsCode}); if that lasts: ${command}`;
    throw new OperatorError({
      code: 'NOT_DELETED',
      message: `A resource that this run made is still there and costs money: ${error.message}`,
      hint: `Delete it: ${command}. Then the run finds it gone: runbook rollback`,
      cause: error,
    });
  }
}

/** Clocks differ by less. */
const clockSkew = minutes(5);

/** Then it is nothing that the run made. */
export const isOlderThanRun = (created: Date | undefined, runStartedAt: Date): boolean =>
  created !== undefined && created.getTime() < runStartedAt.getTime() - clockSkew;

/**
 * Deletion goes by name. What is older than the run cannot be what it made, whatever its name is.
 * @throws OperatorError `NOT_OURS`
 */
export function mustBeOurs(what: string, created: Date | undefined, runStartedAt: Date): void {
  if (created === undefined || !isOlderThanRun(created, runStartedAt)) return;
  throw new OperatorError({
    code: 'NOT_OURS',
    message: `${what} has the name that this run gives, and was created ${created.toISOString()}, before the run began: this run did not make it, and does not delete it`,
    hint: 'Find out whose it is, and give it another name. Then: runbook rollback',
  });
}

export const leftBehind = (left: readonly string[], region: string, command: string): OperatorError =>
  new OperatorError({
    code: 'LEFT_BEHIND',
    message: `Still there in ${region}, and paid for: ${left.join(', ')}`,
    hint: `Delete it: ${command}. Then: runbook resume`,
  });
