import type { ServiceQuota } from '@aws-sdk/client-service-quotas';
import { ownMember } from '../../own-member.ts';
import { AwsFault, type Service } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';

interface KnownQuota {
  readonly service: string;
  readonly serviceName: string;
  readonly code: string;
  readonly name: string;
  readonly value: number;
}

/** Those that a stack of the sandbox could meet. */
const quotas: readonly KnownQuota[] = [
  {
    service: 'ec2',
    serviceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
    code: 'L-1216C47A',
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    value: 80,
  },
  {
    service: 'elasticfilesystem',
    serviceName: 'Amazon Elastic File System (EFS)',
    code: 'L-848C634D',
    name: 'File systems per account',
    value: 1000,
  },
];

const shown = (world: World, { service, serviceName, code, name, value }: KnownQuota): ServiceQuota => ({
  ServiceCode: service,
  ServiceName: serviceName,
  QuotaArn: `arn:aws:servicequotas:${world.region}:${world.account}:${service}/${code}`,
  QuotaCode: code,
  QuotaName: name,
  Value: ownMember(world.serviceQuotas.applied, `${service}/${code}`) ?? value,
  Unit: 'None',
  Adjustable: true,
  GlobalQuota: false,
});

const ofService = (service = ''): readonly KnownQuota[] => {
  const found = quotas.filter((quota) => quota.service === service);
  if (found.length > 0) return found;
  throw new AwsFault(
    'NoSuchResourceException',
    `The request failed because the service ${service} is unknown.`,
  );
};

export const serviceQuotasOperations = {
  GetServiceQuota(world, { ServiceCode, QuotaCode }) {
    const found = ofService(ServiceCode).find(({ code }) => code === QuotaCode);
    if (found === undefined)
      throw new AwsFault(
        'NoSuchResourceException',
        `The request failed because the specified quota ${QuotaCode} does not exist.`,
      );
    return { Quota: shown(world, found) };
  },

  ListServiceQuotas(world, { ServiceCode, MaxResults, NextToken }) {
    const all = ofService(ServiceCode).map((quota) => shown(world, quota));
    const page = pageOf(all, MaxResults ?? 100, NextToken, 'InvalidPaginationTokenException');
    return { Quotas: page.items, NextToken: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-service-quotas')>;

export const serviceQuotas: Service = { name: 'service-quotas', operations: serviceQuotasOperations };
