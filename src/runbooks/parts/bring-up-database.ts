import { describeCluster, describeClusterInstances } from '../../aws/rds.ts';
import { minutes } from '../../duration.ts';
import type { ForEach, ListEntry, StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { type BringUp, tagsFor } from './drill-mode.ts';
import { eachRecovered } from './each-recovered.ts';
import { filledIn, writeParameters } from './node-parameters.ts';
import { recoveredNamed, recoveryOf } from './recovered-components.ts';
import { databasePlace } from './recovery-plan.ts';
import { pointOfSet, type RecoverySet } from './recovery-set.ts';
import { jobIsComplete, startRestore } from './restore-job.ts';
import { intoCluster, tagCluster } from './restored-cluster.ts';
import { addInstance, instanceServes } from './restored-instance.ts';
import { restoredName } from './restored-name.ts';

/** Restores every Aurora cluster into the recovery Region, with one instance that serves it. */
export const bringUpDatabases = (
  bringUp: BringUp,
  set: StepReference<RecoverySet>,
): ForEach<{ name: string }> =>
  eachRecovered('aurora-cluster', {
    id: 'database',
    title: 'Restore each database, and have it serve',
    example: 'database',
    steps: (name) => bringUpDatabase(name, bringUp, set),
  });

function bringUpDatabase(
  name: string,
  { mode, restoreTimeout }: BringUp,
  set: StepReference<RecoverySet>,
): readonly ListEntry[] {
  const point = pointOfSet(name, set);
  const restore = startRestore(
    intoCluster((environment) => databasePlace(recoveredNamed(environment, 'aurora-cluster', name)), point),
    point,
  );
  const complete = jobIsComplete(restore, { every: minutes(1), timeout: restoreTimeout });
  const instance = addInstance(
    (environment) => recoveredNamed(environment, 'aurora-cluster', name).recovery.instanceClasses,
    point,
    restore,
    tagsFor(mode),
  );
  const serving = instanceServes(instance);
  return [
    point,
    restore,
    complete,
    tagCluster(restore, complete, tagsFor(mode)),
    instance,
    serving,
    writeParameters(
      'parameters',
      name,
      mode,
      async ({ environment, aws, runId, outputOf }) => {
        const { endpoint: writer } = outputOf(serving);
        const { parameters } = recoveredNamed(environment, 'aurora-cluster', name).recovery;
        const own = restoredName(runId, name);
        const { ReaderEndpoint: reader } =
          (await describeCluster(aws.in(recoveryOf(environment).region), own)) ?? {};
        if (reader === undefined) throw hasNoEndpoint(own);
        return filledIn(parameters, { writer, reader });
      },
      [describeCluster, describeClusterInstances],
    ),
  ];
}

const hasNoEndpoint = (cluster: string): OperatorError =>
  new OperatorError({
    code: 'NO_ENDPOINT',
    message: `Cluster ${cluster} has no endpoint, or is gone: nodes could not find it`,
    hint: `aws rds describe-db-clusters --db-cluster-identifier ${cluster}`,
  });
