import { describeVault, listRecoveryPoints, recordedRestoreMetadata } from '../../aws/backup.ts';
import { describeKey } from '../../aws/kms.ts';
import { classOffered } from '../../aws/rds-account.ts';
import { describeBucket, listObjects } from '../../aws/s3.ts';
import type { Finding } from '../../engine/finding.ts';
import type { SavedSeries } from '../../environment/saved-objects.ts';
import { keyFinding, vaultFinding } from './backup-surroundings.ts';
import { callerIsInTheEnvironment } from './caller.ts';
import { pointOf } from './inspect-recovery-points.ts';
import { keysSeen } from './keys-seen.ts';
import { ageFindings } from './recovery-copies.ts';
import { fail, type Looking, looksAt, pass, told, warn } from './recovery-evaluation-step.ts';
import { databasePlace, type Recovered } from './recovery-plan.ts';
import { complete, expiryFinding, recoveryPointWords, sizeFinding, stateFinding } from './recovery-series.ts';
import { bucketFinding, savedPoints, savedWords } from './saved-points.ts';

type Stored = Recovered<'aurora-cluster' | 'file-system'>;

/** Nothing of production is asked: it may be what is lost. */
export const dataCanBeRestored = looksAt({
  id: 'data',
  title: 'The data of every store can be restored from what lies in the recovery Region',
  uses: [
    describeVault,
    listRecoveryPoints,
    recordedRestoreMetadata,
    describeKey,
    classOffered,
    describeBucket,
    listObjects,
  ],
  async look(context) {
    const { databases, files, brokers, searches } = context.plan;
    const findings: Finding[] = [];
    for (const store of [...databases, ...files])
      findings.push(...(await named(store.name, () => copiesOf(context, store))));
    for (const { name, backup, recovery } of brokers)
      findings.push(
        ...(await named(name, () =>
          savedOf(context, 'definitions', recovery.definitions, backup?.definitions),
        )),
      );
    for (const { name, backup, recovery } of searches)
      findings.push(
        ...(await named(name, () => savedOf(context, 'snapshots', recovery.snapshots, backup?.snapshots))),
      );
    return findings;
  },
});

async function named(name: string, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  const findings = await told('backups', ask);
  return findings.map((finding) => ({ ...finding, subject: `${name}: ${finding.subject}` }));
}

const notBackedUp = (what: string): readonly Finding[] => [
  fail(
    'backup policy',
    'runbook.yaml says nothing of its backups: nobody knows what it could be restored from',
    'what is brought up in the recovery Region has a backup policy',
    what,
  ),
];

/** As AWS Backup names them: the resource itself need not be there. */
function resourceArn({ environment, outputOf }: Looking, store: Stored): string {
  const partition = outputOf(callerIsInTheEnvironment).arn.split(':')[1] ?? 'aws';
  const { region, account } = environment;
  return store.type === 'aurora-cluster'
    ? `arn:${partition}:rds:${region}:${account}:cluster:${store.cluster}`
    : `arn:${partition}:elasticfilesystem:${region}:${account}:file-system/${store.fileSystem}`;
}

async function copiesOf(context: Looking, store: Stored): Promise<readonly Finding[]> {
  const { there, clock, environment, plan } = context;
  const { backup: policy } = store;
  if (policy === undefined)
    return notBackedUp('Add backup: to the component; see docs/runbooks/backup-verify.md');
  const vault = await describeVault(there, policy.vault);
  const seen = vaultFinding({ region: there.region, vault }, policy);
  if (vault === undefined) return [seen];
  const listed = await listRecoveryPoints(there, {
    vault: policy.vault,
    resource: resourceArn(context, store),
  });
  const copies = complete(listed.map(pointOf));
  const newest = copies.at(-1);
  const now = clock.now();
  return [
    seen,
    ...ageFindings({
      copies,
      now,
      rpo: policy.rpo ?? environment.objectives.rpo,
      promised: environment.objectives.rpo,
      recoveryRegion: plan.region,
      words: recoveryPointWords,
    }),
    ...expiryFinding(copies, policy.rules, now, recoveryPointWords),
    ...sizeFinding(copies),
    ...stateFinding(listed.map(pointOf)),
    ...(await keysSeen(there, newest?.key === undefined ? [] : [newest.key])).map(keyFinding),
    ...(newest === undefined || store.type === 'file-system'
      ? []
      : await classesOffered(context, store, { vault: policy.vault, point: newest.arn })),
  ];
}

/** The engine's version is that of the backup: a class that is offered for others is of no use. */
async function classesOffered(
  { there }: Looking,
  database: Recovered<'aurora-cluster'>,
  newest: { readonly vault: string; readonly point: string },
): Promise<readonly Finding[]> {
  const recorded = Object.fromEntries(
    Object.entries(await recordedRestoreMetadata(there, newest)).map(([key, value]) => [
      key.toLowerCase(),
      value,
    ]),
  );
  const { engine = 'aurora-mysql', engineversion: version } = recorded;
  const findings: Finding[] = [];
  for (const [index, instanceClass] of databasePlace(database).instanceClasses.entries()) {
    const options = await classOffered(there, { engine, instanceClass });
    const isOffered = options.some(({ EngineVersion }) => version === undefined || EngineVersion === version);
    findings.push(offeredFinding({ instanceClass, isOffered, isFirst: index === 0, engine, version }));
  }
  return findings;
}

interface ClassSeen {
  readonly instanceClass: string;
  readonly isOffered: boolean;
  readonly isFirst: boolean;
  readonly engine: string;
  readonly version: string | undefined;
}

function offeredFinding({ instanceClass, isOffered, isFirst, engine, version }: ClassSeen): Finding {
  const subject = `class ${instanceClass}`;
  const rule = `${engine} ${version ?? 'of some version'} runs on it`;
  if (isOffered) return pass(subject, 'offered', rule);
  const toDo = `Name another class in instanceClasses: aws rds describe-orderable-db-instance-options --engine ${engine}`;
  return { verdict: isFirst ? 'fail' : 'warn', subject, fact: 'not offered there', rule, toDo };
}

async function savedOf(
  { there, clock, environment, plan }: Looking,
  what: 'definitions' | 'snapshots',
  restoredBy: object | undefined,
  saved: SavedSeries | undefined,
): Promise<readonly Finding[]> {
  if (restoredBy === undefined)
    return [
      warn(
        what,
        'runbook.yaml does not say how they are restored: it comes up empty',
        'what it holds is restored',
        `Add recovery.${what} to the component, where that is not meant`,
      ),
    ];
  if (saved?.copyBucket === undefined)
    return notBackedUp('Say under backup: where copies lie (copyBucket); see docs/runbooks/backup-verify.md');
  const { copyBucket: name, prefix } = saved;
  const bucket = await describeBucket(there, name);
  const seen = bucketFinding({ region: there.region, name, bucket });
  if (bucket === undefined) return [seen];
  const copies = complete(
    savedPoints(await listObjects(there, { bucket: name, prefix }), { bucket: name, prefix }),
  );
  const key = bucket.encryption?.KMSMasterKeyID;
  return [
    seen,
    ...ageFindings({
      copies,
      now: clock.now(),
      rpo: saved.rpo ?? environment.objectives.rpo,
      promised: undefined,
      recoveryRegion: plan.region,
      words: savedWords(saved),
    }),
    ...sizeFinding(copies),
    ...(await keysSeen(there, key === undefined ? [] : [key])).map(keyFinding),
  ];
}
