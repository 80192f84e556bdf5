import { describe, expect, test } from 'vitest';
import { serviceQuotasOperations as quotas } from '../../../src/sandbox/services/service-quotas/index.ts';
import { elsewhere } from '../../../src/sandbox/world.ts';
import { faultOf, prod } from './stack.ts';

const standard = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };

describe('Service Quotas', () => {
  test('rule 1: the applied value of the Region, or else the default', () => {
    const world = prod();
    elsewhere(world, 'us-west-2').serviceQuotas.applied['ec2/L-1216C47A'] = 5;
    expect(quotas.GetServiceQuota(world, standard).Quota.Value).toBe(80);
    const there = quotas.GetServiceQuota(elsewhere(world, 'us-west-2'), standard).Quota;
    expect(there).toMatchObject({
      Value: 5,
      QuotaArn: 'arn:aws:servicequotas:us-west-2:111122223333:ec2/L-1216C47A',
    });
  });

  test('rule 2: what is unknown is no such resource', () => {
    const world = prod();
    for (const unknown of [
      { ServiceCode: 'ec2', QuotaCode: 'L-00000000' },
      { ServiceCode: 'constructor', QuotaCode: 'L-1216C47A' },
    ])
      expect(faultOf(() => quotas.GetServiceQuota(world, unknown)).code).toBe('NoSuchResourceException');
  });

  test('rule 3: vCPUs and file systems', () => {
    const world = prod();
    const listed = ['ec2', 'elasticfilesystem'].flatMap(
      (ServiceCode) => quotas.ListServiceQuotas(world, { ServiceCode }).Quotas,
    );
    expect(listed.map(({ QuotaCode, Value }) => [QuotaCode, Value])).toEqual([
      ['L-1216C47A', 80],
      ['L-848C634D', 1000],
    ]);
  });
});
