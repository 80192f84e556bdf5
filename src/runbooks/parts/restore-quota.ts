import { countFileSystems } from '../../aws/efs.ts';
import { databaseQuotas } from '../../aws/rds-restore.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { ChosenPoint } from './restore-point.ts';
import { filesTest } from './restore-settings.ts';

const id = 'quota';
const title = 'The quotas leave room for what is restored';

const reached = (
  what: string,
  region: string,
  { used, most }: { used: number; most: number },
  hint: string,
) =>
  new OperatorError({
    code: 'QUOTA_REACHED',
    message: `The account has ${used} of ${most} ${what} in ${region}: the restore would fail after a quarter of an hour`,
    hint,
  });

const raise = (service: string, region: string): string =>
  `have the quota raised: aws service-quotas list-service-quotas --service-code ${service} --region ${region}`;

/** A cluster and an instance more. Known names are those of https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AccountQuota.html */
export const roomForDatabase = (point: StepReference<ChosenPoint>): Check<void> =>
  check({
    id,
    title,
    uses: [databaseQuotas],
    async run({ aws, outputOf }) {
      const { region } = outputOf(point);
      const quotas = await databaseQuotas(aws.in(region));
      for (const [quota, what] of [
        ['DBClusters', 'DB clusters'],
        ['DBInstances', 'DB instances'],
      ] as const) {
        const { Used: used, Max: most } =
          quotas.find(({ AccountQuotaName }) => AccountQuotaName === quota) ?? {};
        if (used === undefined || most === undefined || used < most) continue;
        throw reached(
          what,
          region,
          { used, most },
          `Is something left of earlier tests? aws rds describe-db-clusters --region ${region} --query "DBClusters[?TagList[?Key=='runbook:purpose']].DBClusterIdentifier". Else ${raise('rds', region)}`,
        );
      }
    },
  });

/** EFS does not say what the quota is: it is the one of the configuration. https://docs.aws.amazon.com/efs/latest/ug/limits.html */
export const roomForFiles = (name: string, point: StepReference<ChosenPoint>): Check<void> =>
  check({
    id,
    title,
    uses: [countFileSystems],
    async run({ aws, outputOf, environment }) {
      const { region } = outputOf(point);
      const used = await countFileSystems(aws.in(region));
      const most = filesTest(environment, name).fileSystemQuota;
      if (used < most) return;
      throw reached(
        'file systems',
        region,
        { used, most },
        `Is something left of earlier tests? aws efs describe-file-systems --region ${region} --query "FileSystems[?Tags[?Key=='runbook:purpose']].FileSystemId". Is the quota higher? restoreTest.fileSystemQuota. Else ${raise('elasticfilesystem', region)}`,
      );
    },
  });
