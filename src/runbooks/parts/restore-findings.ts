import type { DBCluster, DBInstance } from '../../aws/rds.ts';
import { formatDuration } from '../../duration.ts';
import type { Finding } from '../../engine/finding.ts';
import type { Expectation } from '../../environment/restore-test.ts';
import type { Answer } from './ask-node.ts';
import { sizeText } from './recovery-series.ts';
import type { ChosenPoint } from './restore-point.ts';

const equals = (subject: string, fact: string | undefined, wanted: string, toDo: string): Finding =>
  fact === wanted
    ? { verdict: 'pass', subject, fact: wanted, rule: 'as it was asked for' }
    : { verdict: 'fail', subject, fact: fact ?? 'none', rule: wanted, toDo };

export interface RestoredDatabase {
  readonly cluster: DBCluster | undefined;
  readonly instance: DBInstance | undefined;
  readonly point: ChosenPoint;
  readonly parameterGroup: string;
  /** Of the recovery point. */
  readonly key: string | undefined;
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
    key === undefined
      ? {
          verdict: 'fail',
          subject: 'encryption',
          fact: 'the recovery point has no key',
          rule: 'encrypted',
          toDo: 'Encrypt the cluster that is backed up: a restore into an encrypted one',
        }
      : equals(
          'encryption',
          cluster?.StorageEncrypted ? cluster.KmsKeyId : 'not encrypted',
          key,
          'Look at the KmsKeyId of the restore metadata',
        ),
    // RDS keeps such names in lower case.
    equals(
      'parameter group',
      cluster?.DBClusterParameterGroup,
      parameterGroup.toLowerCase(),
      'Look at the DBClusterParameterGroupName of the restore metadata',
    ),
  ];
}

export type Question = 'query' | 'look';

const wrongWhich = {
  query: 'Is it the query that is wrong, or the data? Run it against production; then restore once more',
  look: 'Is it the command that is wrong, a security group, or are the files not there? Run it against production; then restore once more',
} satisfies Record<Question, string>;

export function answerFindings(
  question: Question,
  expectations: readonly Expectation[],
  { exitCode, values, problem }: Answer,
  point: Pick<ChosenPoint, 'created'>,
): readonly Finding[] {
  if (exitCode !== 0) {
    return [
      {
        verdict: 'fail',
        subject: question,
        fact: `the command ended with ${exitCode}: ${problem || 'it said nothing'}`,
        rule: 'it answers from what was restored',
        toDo: wrongWhich[question],
      },
    ];
  }
  return expectations.map((expected): Finding => {
    const subject = `${question} ${expected.line}`;
    const value = values[expected.line];
    const rule = ruleOf(expected);
    if (value !== undefined && holds(expected, value, point))
      return { verdict: 'pass', subject, fact: value, rule };
    return {
      verdict: 'fail',
      subject,
      fact: value ?? 'no such line in the answer',
      rule,
      toDo: 'Compare with production, and with an older recovery point (--point ARN)',
    };
  });
}

const holds = (
  { atLeast, noOlderThan, equals: wanted }: Expectation,
  value: string,
  { created }: Pick<ChosenPoint, 'created'>,
): boolean =>
  (wanted === undefined || value === wanted) &&
  (atLeast === undefined || (value.trim() !== '' && Number(value) >= atLeast)) &&
  (noOlderThan === undefined || Date.parse(created) - Date.parse(value) <= noOlderThan);

function ruleOf({ atLeast, noOlderThan, equals: wanted }: Expectation): string {
  const rules = [
    ...(wanted === undefined ? [] : [wanted]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(noOlderThan === undefined
      ? []
      : [`at most ${formatDuration(noOlderThan)} before the recovery point`]),
  ];
  return rules.length === 0 ? 'there is an answer' : rules.join(', ');
}

/** A restore that nobody has asked anything is a claim. */
export const notAsked = (question: Question, why: string): Finding => ({
  verdict: 'warn',
  subject: question,
  fact: `${question === 'query' ? 'the data were not asked' : 'nobody looked at the files'}: ${why}`,
  rule:
    question === 'query' ? 'a restored database answers a query' : 'a restored file system holds the files',
  toDo: 'Configure that, or ask by hand before it is deleted',
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
