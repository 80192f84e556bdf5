import type { ReadClients } from '../../aws/clients.ts';
import { describeInstanceType, instancesRunning } from '../../aws/ec2-capacity.ts';
import { listFileSystems } from '../../aws/efs.ts';
import { databaseQuotas } from '../../aws/rds-restore.ts';
import { quotaOf } from '../../aws/service-quotas.ts';
import type { Finding } from '../../engine/finding.ts';
import { fail, type Looking, looksAt, pass, told, warn } from './recovery-evaluation-step.ts';

/** Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances, in vCPUs. https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html */
const standardInstances = { service: 'ec2', code: 'L-1216C47A' } as const;
/** https://docs.aws.amazon.com/efs/latest/ug/limits.html */
const fileSystems = { service: 'elasticfilesystem', code: 'L-848C634D' } as const;

const isStandard = (type: string): boolean => /^(?:a|c|d|h|i|im|is|m|r|t|z)\d/.test(type);

export const quotasAreEnough = looksAt({
  id: 'quotas',
  title: 'The quotas of the recovery Region leave room for the stack',
  uses: [quotaOf, instancesRunning, describeInstanceType, databaseQuotas, listFileSystems],
  look: async (context) => [
    ...(await told('vCPUs', () => vCpuFindings(context))),
    ...(await told('databases', () => databaseFindings(context))),
    ...(await told('file systems', () => fileSystemFindings(context))),
  ],
});

export interface QuotaSeen {
  readonly subject: string;
  readonly used: number;
  readonly needed: number;
  readonly quota: number | undefined;
  /** How to have it raised. */
  readonly raise: string;
}

export function quotaFinding({ subject, used, needed, quota, raise }: QuotaSeen): Finding {
  const rule = `room for ${needed} more`;
  if (quota === undefined) return warn(subject, 'AWS names no such quota here', rule, raise);
  const fact = `${used} of ${quota} in use`;
  return quota - used >= needed ? pass(subject, fact, rule) : fail(subject, fact, rule, raise);
}

const raising = ({ service, code }: { service: string; code: string }, value: number, region: string) =>
  `Have it raised now, it takes days: aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${value} --region ${region}`;

async function vCpuFindings({ there, plan }: Looking): Promise<readonly Finding[]> {
  const onDemand = (await instancesRunning(there)).filter(
    ({ InstanceLifecycle, InstanceType = '' }) => InstanceLifecycle === undefined && isStandard(InstanceType),
  );
  const cpus = await vCpusOf(there, [
    ...onDemand.map(({ InstanceType = '' }) => InstanceType),
    ...plan.fleets.flatMap(({ recovery }) => recovery.instanceTypes),
  ]);
  const unknown = plan.fleets.flatMap(({ recovery }) =>
    recovery.instanceTypes.filter((type) => !cpus.has(type)),
  );
  const sum = (types: readonly string[]) => types.reduce((total, type) => total + (cpus.get(type) ?? 0), 0);
  const used = sum(onDemand.map(({ InstanceType = '' }) => InstanceType));
  // Whichever of the types has capacity: the largest counts.
  const needed = plan.fleets.reduce(
    (total, { recovery: { capacity, instanceTypes } }) =>
      total + capacity * Math.max(0, ...instanceTypes.filter(isStandard).map((type) => cpus.get(type) ?? 0)),
    0,
  );
  const quota = await quotaOf(there, standardInstances.service, standardInstances.code);
  const raise = raising(standardInstances, used + needed, there.region);
  return [
    quotaFinding({ subject: 'vCPUs', used, needed, quota, raise }),
    ...(unknown.length === 0
      ? []
      : [
          warn(
            'vCPUs',
            `not counted: ${there.region} does not know ${unknown.join(', ')}`,
            'every type is known',
            'Correct instanceTypes in runbook.yaml',
          ),
        ]),
  ];
}

async function vCpusOf(aws: ReadClients, types: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const known = new Map<string, number>();
  for (const type of new Set(types)) {
    const cpus = (await describeInstanceType(aws, type))?.VCpuInfo?.DefaultVCpus;
    if (cpus !== undefined) known.set(type, cpus);
  }
  return known;
}

async function databaseFindings({ there, plan }: Looking): Promise<readonly Finding[]> {
  const needed = plan.databases.length;
  if (needed === 0) return [];
  const quotas = await databaseQuotas(there);
  return [
    ['DBClusters', 'DB clusters'],
    ['DBInstances', 'DB instances'],
  ].map(([name, subject = '']) => {
    const found = quotas.find(({ AccountQuotaName }) => AccountQuotaName === name);
    return quotaFinding({
      subject,
      used: found?.Used ?? 0,
      needed,
      quota: found?.Max,
      raise: `Have it raised in Service Quotas, or delete what nobody needs: aws rds describe-account-attributes --region ${there.region}`,
    });
  });
}

async function fileSystemFindings({ there, plan }: Looking): Promise<readonly Finding[]> {
  const needed = plan.files.length;
  if (needed === 0) return [];
  const used = (await listFileSystems(there)).length;
  const quota = await quotaOf(there, fileSystems.service, fileSystems.code);
  const raise = raising(fileSystems, used + needed, there.region);
  return [quotaFinding({ subject: 'file systems', used, needed, quota, raise })];
}
