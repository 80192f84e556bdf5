import type { DBCluster, DBInstance } from '../../aws/rds.ts';
import { formatDuration } from '../../duration.ts';
import type { Finding } from '../../engine/finding.ts';
import type { DatabaseBackup } from '../../environment/backup-policy.ts';
import { sizeText } from './recovery-series.ts';
import type { ChosenPoint } from './restore-point.ts';

const equals = (subject: string, fact: string | undefined, wanted: string, toDo: string): Finding =>
  fact === wanted
    ? { verdict: 'pass', subject, fact: wanted, rule: 'as it was asked for' }
    : { verdict: 'fail', subject, fact: fact ?? 'none', rule: wanted, toDo };

/** What the command on the node printed, by the names of its lines. */
export interface Answer {
  readonly exitCode: number;
  readonly values: Readonly<Record<string, string>>;
  /** What it said instead of answering. */
  readonly problem?: string | undefined;
}

type Query = NonNullable<NonNullable<DatabaseBackup['restoreTest']>['query']>;

export interface RestoredDatabase {
  readonly cluster: DBCluster | undefined;
  readonly instance: DBInstance | undefined;
  readonly point: ChosenPoint;
  readonly parameterGroup: string;
  readonly key: string;
}

export function databaseFindings({
  cluster,
  instance,
  point,
  parameterGroup,
  key,
}: RestoredDatabase): readonly Finding[] {
  const version = point.recorded['engineversion'];
  return [
    instance?.DBInstanceStatus === 'available' && instance.PubliclyAccessible !== true
      ? {
          verdict: 'pass',
          subject: 'queryable',
          fact: `${instance.DBInstanceIdentifier} is available, not public`,
          rule: 'an instance serves the restored volume',
        }
      : {
          verdict: 'fail',
          subject: 'queryable',
          fact: `the instance is ${instance?.DBInstanceStatus ?? 'not there'}${instance?.PubliclyAccessible ? ' and public' : ''}`,
          rule: 'an instance serves the restored volume',
          toDo: 'A cluster without an instance proves nothing: see its events',
        },
    ...(version === undefined
      ? []
      : [
          equals('engine version', cluster?.EngineVersion, version, 'Restore with the version of the backup'),
        ]),
    equals(
      'encryption',
      cluster?.StorageEncrypted ? cluster.KmsKeyId : 'not encrypted',
      key,
      'Look at the KmsKeyId of the restore metadata',
    ),
    equals(
      'parameter group',
      cluster?.DBClusterParameterGroup,
      parameterGroup,
      'Look at the DBClusterParameterGroupName of the restore metadata',
    ),
  ];
}

export function answerFindings(
  { expect }: Query,
  { exitCode, values, problem }: Answer,
  point: Pick<ChosenPoint, 'created'>,
): readonly Finding[] {
  if (exitCode !== 0) {
    return [
      {
        verdict: 'fail',
        subject: 'query',
        fact: `the command ended with ${exitCode}: ${problem || 'it said nothing'}`,
        rule: 'it answers from the restored database',
        toDo: 'Is it the query that is wrong, or the data? Run it against production; then restore once more',
      },
    ];
  }
  return expect.map((expected): Finding => {
    const subject = `query ${expected.line}`;
    const value = values[expected.line];
    const toDo = 'Compare with production, and with an older recovery point (--point ARN)';
    if (value === undefined)
      return {
        verdict: 'fail',
        subject,
        fact: 'no such line in the answer',
        rule: `${expected.line}=...`,
        toDo,
      };
    if (expected.atLeast !== undefined && !(Number(value) >= expected.atLeast))
      return { verdict: 'fail', subject, fact: value, rule: `at least ${expected.atLeast}`, toDo };
    if (expected.noOlderThan === undefined)
      return {
        verdict: 'pass',
        subject,
        fact: value,
        rule: expected.atLeast === undefined ? 'there is an answer' : `at least ${expected.atLeast}`,
      };
    const age = Date.parse(point.created) - Date.parse(value);
    const rule = `at most ${formatDuration(expected.noOlderThan)} before the recovery point`;
    return age <= expected.noOlderThan
      ? { verdict: 'pass', subject, fact: value, rule }
      : { verdict: 'fail', subject, fact: value, rule, toDo };
  });
}

/** A restore that nobody has asked anything is a claim. */
export const notAsked = (why: string): Finding => ({
  verdict: 'warn',
  subject: 'query',
  fact: `the data were not asked: ${why}`,
  rule: 'a restored database answers a query',
  toDo: 'Configure backup.restoreTest.query, or ask it by hand before it is deleted',
});

export interface RestoredFiles {
  readonly bytes: number | undefined;
  readonly metered: Date | undefined;
  readonly isEncrypted: boolean;
  readonly point: ChosenPoint;
  readonly leastBytes: number;
}

/** EFS meters with metadata, and a recovery point holds none of them: a little less is the same. */
const leastShare = 0.95;

export function filesFindings({
  bytes,
  metered,
  isEncrypted,
  point,
  leastBytes,
}: RestoredFiles): readonly Finding[] {
  const wanted = Math.max(leastBytes, (point.bytes ?? 0) * leastShare);
  const rule = `at least ${sizeText(wanted)}: what is expected, and ${leastShare * 100} % of the recovery point`;
  const fact =
    bytes === undefined ? 'unknown' : `${sizeText(bytes)}, metered ${metered?.toISOString() ?? 'never'}`;
  return [
    (bytes ?? 0) >= wanted
      ? { verdict: 'pass', subject: 'bytes', fact, rule }
      : {
          verdict: 'fail',
          subject: 'bytes',
          fact,
          rule,
          toDo: 'Mount it and compare with production before you trust any recovery point of this series',
        },
    isEncrypted
      ? { verdict: 'pass', subject: 'encryption', fact: 'encrypted', rule: 'encrypted' }
      : {
          verdict: 'fail',
          subject: 'encryption',
          fact: 'not encrypted',
          rule: 'encrypted',
          toDo: 'Look at the restore metadata',
        },
  ];
}
