import type { DBEngineVersion } from '@aws-sdk/client-rds';
import { AwsFault } from '../../service.ts';

export const engine = 'aurora-mysql';
export const parameterGroupFamily = 'aurora-mysql8.0';

/** In ascending order. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraMySQLReleaseNotes/AuroraMySQL.Updates.30Updates.html */
const versions = [
  ['8.0.mysql_aurora.3.04.3', '8.0.28'],
  ['8.0.mysql_aurora.3.08.2', '8.0.39'],
  ['8.0.mysql_aurora.3.10.1', '8.0.42'],
  ['8.0.mysql_aurora.3.10.2', '8.0.42'],
  ['8.0.mysql_aurora.3.10.3', '8.0.42'],
  ['8.0.mysql_aurora.3.11.1', '8.0.43'],
] as const;

export const defaultVersion = '8.0.mysql_aurora.3.10.1';

const describe = (version: string, mysql: string) => ({
  Engine: engine,
  EngineVersion: version,
  Description: `Aurora MySQL ${version.slice('8.0.mysql_aurora.'.length)} (compatible with MySQL ${mysql})`,
});

export const engineVersions: readonly DBEngineVersion[] = versions.map(([version, mysql], index) => ({
  Engine: engine,
  MajorEngineVersion: '8.0',
  EngineVersion: version,
  DBParameterGroupFamily: parameterGroupFamily,
  DBEngineDescription: 'Aurora MySQL',
  DBEngineVersionDescription: describe(version, mysql).Description,
  ValidUpgradeTarget: versions.slice(index + 1).map(([target, targetMysql]) => ({
    ...describe(target, targetMysql),
    AutoUpgrade: false,
    IsMajorVersionUpgrade: false,
    SupportedEngineModes: ['provisioned'],
    SupportsParallelQuery: true,
    SupportsGlobalDatabases: true,
  })),
  ExportableLogTypes: ['audit', 'error', 'general', 'slowquery', 'instance'],
  SupportsLogExportsToCloudwatchLogs: true,
  SupportsReadReplica: false,
  SupportedEngineModes: ['provisioned'],
  Status: 'available',
  SupportsParallelQuery: true,
  SupportsGlobalDatabases: true,
  SupportsBabelfish: false,
  SupportsCertificateRotationWithoutRestart: true,
  SupportedCACertificateIdentifiers: ['rds-ca-rsa2048-g1', 'rds-ca-ecc384-g1', 'rds-ca-rsa4096-g1'],
}));

export function offeredVersion(version: string): string {
  // A version without its minor part stands for the default one: 8.0.
  if (version === '8.0') return defaultVersion;
  if (!versions.some(([name]) => name === version))
    throw new AwsFault('InvalidParameterCombination', `Cannot find version ${version} for ${engine}`);
  return version;
}

export function upgradeTarget(from: string, to: string): string {
  const names: readonly string[] = versions.map(([name]) => name);
  if (names.includes(to) && names.indexOf(to) < names.indexOf(from))
    throw new AwsFault('InvalidParameterCombination', `Cannot upgrade ${engine} from ${from} to ${to}`);
  if (!names.includes(to))
    throw new AwsFault(
      'InvalidParameterCombination',
      `Cannot find upgrade target from ${from} with requested version ${to}.`,
    );
  return to;
}
