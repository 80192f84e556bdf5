import * as z from 'zod';
import { listObjects } from '../../aws/s3.ts';
import { formatDuration, type Milliseconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import type { SavedSeries } from '../../environment/saved-objects.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { momentText } from './point-in-time.ts';
import { protectedComponent } from './protected-components.ts';
import { recoveredOf, recoveryOf } from './recovered-components.ts';
import { complete } from './recovery-series.ts';
import {
  type ChosenPoint,
  chosenPoint,
  pointText,
  restorablePoint,
  restorablePointReads,
} from './restore-point.ts';
import { savedPoints } from './saved-points.ts';

const store = z.object({
  name: z.string(),
  /** What it holds is no older than that. */
  from: z.iso.datetime(),
  /** And no newer. */
  until: z.iso.datetime().optional(),
  rpo: z.number().optional(),
  /** Of what AWS Backup keeps. */
  point: chosenPoint.optional(),
  /** `s3://...` of what its operators keep. */
  location: z.string().optional(),
});

/** What one store is brought back from. */
export type Store = z.output<typeof store>;

const recoverySet = z.object({ stores: z.array(store), skew: z.number() });

export type RecoverySet = z.output<typeof recoverySet>;

/** What a row in one store points at may be missing in another that is older by that much. */
export const skewOf = (stores: readonly Pick<Store, 'from'>[]): Milliseconds => {
  const times = stores.map(({ from }) => Date.parse(from));
  return times.length < 2 ? 0 : Math.max(...times) - Math.min(...times);
};

export const storeIn = ({ stores }: RecoverySet, name: string): Store => {
  const found = stores.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new OperatorError({
    code: 'STORE_NOT_IN_SET',
    message: `The set of recovery points that this run chose has none for ${name}: it was configured later`,
    hint: 'Start a new run',
  });
};

/** The newest copy of every store that has one, and how far they lie apart. */
export const recoverySetIsChosen = (practice: boolean): Check<RecoverySet> =>
  check({
    id: 'set',
    title:
      'Every store has a copy in the recovery Region that can be restored, young enough for its objective',
    uses: [...restorablePointReads, listObjects],
    returns: recoverySet,
    async run(context) {
      const { environment, clock } = context;
      const stores: Store[] = [];
      for (const { name, type } of [
        ...recoveredOf(environment, 'file-system'),
        ...recoveredOf(environment, 'aurora-cluster'),
      ])
        stores.push(await fromBackup(context, name, type));
      for (const { name, backup, recovery } of recoveredOf(environment, 'broker'))
        if (recovery.definitions !== undefined && backup !== undefined)
          stores.push(await fromBucket(context, name, backup.definitions));
      for (const { name, backup, recovery } of recoveredOf(environment, 'search-domain'))
        if (recovery.snapshots !== undefined && backup !== undefined)
          stores.push(await fromBucket(context, name, backup.snapshots));
      const now = clock.now();
      const findings = stores.map((each) =>
        ageFinding(each, { now, practice, environment: environment.name }),
      );
      const late = findings.filter(({ verdict }) => verdict === 'fail');
      if (late.length > 0) throw tooOld(late, environment.name);
      context.found(findings);
      return { stores, skew: skewOf(stores.filter(({ point }) => point !== undefined)) };
    },
    summary: ({ stores, skew }) =>
      `${stores.map(({ name, from }) => `${name} of ${momentText(from)}`).join(', ')}${apartText(stores, skew)}`,
  });

/** What comes from AWS Backup belongs together: rows of the one name files of the other. */
function apartText(stores: readonly Store[], skew: Milliseconds): string {
  const names = stores.filter(({ point }) => point !== undefined).map(({ name }) => name);
  return names.length < 2 ? '' : `; ${names.join(' and ')} lie ${formatDuration(skew)} apart`;
}

const latest = { point: 'latest', days: 30, fromRecoveryRegion: true } as const;

/** Made of names, and not asked for: the Region that it stands in may be lost. */
function sourceArn({ components, account, region }: Environment, name: string): string {
  const component = components[name];
  const partition = partitionOf(region);
  switch (component?.type) {
    case 'aurora-cluster':
      return `arn:${partition}:rds:${region}:${account}:cluster:${component.cluster}`;
    case 'file-system':
      return `arn:${partition}:elasticfilesystem:${region}:${account}:file-system/${component.fileSystem}`;
    default:
      throw new OperatorError({ code: 'STORE_UNKNOWN', message: `AWS Backup keeps nothing of ${name}` });
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

async function fromBackup(
  context: ReadContext,
  name: string,
  type: 'file-system' | 'aurora-cluster',
): Promise<Store> {
  const { environment } = context;
  const point = await restorablePoint(context, name, latest, sourceArn(environment, name));
  const rpo = protectedComponent(environment, name, type).backup.rpo ?? environment.objectives.rpo;
  return {
    name,
    from: point.created,
    ...(point.completed !== undefined && { until: point.completed }),
    ...(rpo !== undefined && { rpo }),
    point,
  };
}

async function fromBucket(
  { aws, environment }: ReadContext,
  name: string,
  { copyBucket, prefix, rpo = environment.objectives.rpo }: SavedSeries,
): Promise<Store> {
  const { region } = recoveryOf(environment);
  if (copyBucket === undefined)
    throw new OperatorError({
      code: 'NOTHING_COPIED',
      message: `runbook.yaml names no bucket in ${region} with what ${name} is built from again`,
      hint: `Add copyBucket to the backup of components.${name}`,
    });
  const place = { bucket: copyBucket, prefix };
  const points = savedPoints(await listObjects(aws.in(region), place), place);
  const newest = complete(points).at(-1);
  if (newest === undefined)
    throw new OperatorError({
      code: 'NO_RECOVERY_POINT',
      message: `Nothing lies below s3://${copyBucket}/${prefix} in ${region}: ${name} could not be built again`,
      hint: `runbook run backup-verify --env ${environment.name} --component ${name}`,
    });
  return {
    name,
    from: newest.created.toISOString(),
    ...(rpo !== undefined && { rpo }),
    location: newest.arn,
  };
}

interface AgeRules {
  readonly now: Date;
  readonly practice: boolean;
  readonly environment: string;
}

function ageFinding({ name, from, rpo }: Store, { now, practice, environment }: AgeRules): Finding {
  const age = now.getTime() - Date.parse(from);
  const fact = `the newest copy is ${formatDuration(age)} old`;
  if (rpo === undefined) return { verdict: 'pass', subject: name, fact, rule: 'there is a copy' };
  const rule = `at most ${formatDuration(rpo)}`;
  if (age <= rpo) return { verdict: 'pass', subject: name, fact, rule };
  const toDo = `runbook run backup-verify --env ${environment} --component ${name} shows why there is no younger one`;
  return { verdict: practice ? 'warn' : 'fail', subject: name, fact, rule, toDo };
}

const tooOld = (late: readonly Finding[], environment: string): OperatorError =>
  new OperatorError({
    code: 'COPIES_TOO_OLD',
    message: `The recovery point objective is missed before anything is restored: ${late.map(({ subject, fact, rule }) => `${subject}: ${fact}, and ${rule} is the objective`).join('; ')}. Nothing was begun`,
    hint: `Have younger copies made (runbook run backup-verify --env ${environment} shows what is wrong), or go on all the same, to practise or because there is nothing younger: --for-practice`,
  });

/** The point of one store, looked at once more where it is restored: a run may have waited for its approval. */
export const pointOfSet = (name: string, set: StepReference<RecoverySet>): Check<ChosenPoint> =>
  check({
    id: 'point',
    title: 'The recovery point of the set is still there',
    uses: restorablePointReads,
    returns: chosenPoint,
    async run(context) {
      const { point } = storeIn(context.outputOf(set), name);
      const source = sourceArn(context.environment, name);
      return restorablePoint(context, name, { ...latest, point: point?.arn ?? latest.point }, source);
    },
    summary: pointText,
  });

/** For who approves. */
export const setText = ({ stores }: RecoverySet, { clock }: Pick<ReadContext, 'clock'>): string =>
  stores
    .map(({ name, from }) => `${name} ${formatDuration(clock.now().getTime() - Date.parse(from))} old`)
    .join(', ');
