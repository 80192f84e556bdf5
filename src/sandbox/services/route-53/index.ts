import type { Service } from '../../service.ts';
import type { Operations } from '../operations.ts';
import { changeResourceRecordSets } from './changes.ts';
import { healthCheckOperations } from './health-check-operations.ts';
import { zoneOperations } from './zones.ts';

export { route53Events } from './health.ts';

export const route53Operations = {
  ...zoneOperations,
  ...healthCheckOperations,
  ChangeResourceRecordSets: changeResourceRecordSets,
} satisfies Operations<typeof import('@aws-sdk/client-route-53')>;

export const route53: Service = { name: 'route-53', operations: route53Operations };
