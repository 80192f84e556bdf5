import { AwsFault } from '../../service.ts';

interface InstanceClass {
  readonly name: string;
  readonly vCpus: number;
  readonly memory: number;
}

const gibibyte = 1024 ** 3;

const sizes = [
  ['large', 2],
  ['xlarge', 4],
  ['2xlarge', 8],
  ['4xlarge', 16],
  ['8xlarge', 32],
  ['12xlarge', 48],
  ['16xlarge', 64],
] as const;

const memoryOptimised = (family: string): InstanceClass[] =>
  sizes.map(([size, vCpus]) => ({ name: `db.${family}.${size}`, vCpus, memory: vCpus * 8 * gibibyte }));

/** What Aurora MySQL 3 runs on. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.SupportAurora.html */
export const instanceClasses: readonly InstanceClass[] = [
  { name: 'db.t3.medium', vCpus: 2, memory: 4 * gibibyte },
  { name: 'db.t3.large', vCpus: 2, memory: 8 * gibibyte },
  { name: 'db.t4g.medium', vCpus: 2, memory: 4 * gibibyte },
  { name: 'db.t4g.large', vCpus: 2, memory: 8 * gibibyte },
  ...['r5', 'r6g', 'r6i', 'r7g'].flatMap(memoryOptimised),
];

export const classOf = (name: string): InstanceClass | undefined =>
  instanceClasses.find((candidate) => candidate.name === name);

export function orderable(name: string, engineVersion: string): string {
  if (classOf(name) === undefined)
    throw new AwsFault(
      'InvalidParameterCombination',
      `RDS does not support creating a DB instance with the following combination: DBInstanceClass=${name}, Engine=aurora-mysql, EngineVersion=${engineVersion}, LicenseModel=general-public-license. For supported combinations of instance class and database engine version, see the documentation.`,
    );
  return name;
}
