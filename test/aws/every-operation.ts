import * as acm from '@aws-sdk/client-acm';
import * as autoScaling from '@aws-sdk/client-auto-scaling';
import * as backup from '@aws-sdk/client-backup';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as ec2 from '@aws-sdk/client-ec2';
import * as efs from '@aws-sdk/client-efs';
import * as elasticLoadBalancingV2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as mq from '@aws-sdk/client-mq';
import * as opensearch from '@aws-sdk/client-opensearch';
import * as rds from '@aws-sdk/client-rds';
import * as route53 from '@aws-sdk/client-route-53';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as serviceQuotas from '@aws-sdk/client-service-quotas';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import type { SdkCommand, ServiceName } from '../../src/aws/clients.ts';
import { iamActionOf } from '../../src/aws/iam-prefix.ts';

export interface Operation {
  readonly service: ServiceName;
  readonly name: string;
  readonly action: string;
  readonly input: SchemaRef;
  command(): SdkCommand<object, object>;
}

const packages: Readonly<Record<ServiceName, Readonly<Record<string, unknown>>>> = {
  acm: { ...acm },
  'auto-scaling': { ...autoScaling },
  backup: { ...backup },
  cloudwatch: { ...cloudwatch },
  ec2: { ...ec2 },
  efs: { ...efs },
  'elastic-load-balancing-v2': { ...elasticLoadBalancingV2 },
  iam: { ...iam },
  kms: { ...kms },
  mq: { ...mq },
  opensearch: { ...opensearch },
  rds: { ...rds },
  'route-53': { ...route53 },
  s3: { ...s3 },
  'secrets-manager': { ...secretsManager },
  'service-quotas': { ...serviceQuotas },
  ssm: { ...ssm },
  sts: { ...sts },
};

/** Of what stands in a request's path, none can be left out. */
function inPath(input: SchemaRef): Record<string, string> {
  const schema = NormalizedSchema.of(input);
  if (!schema.isStructSchema()) return {};
  return Object.fromEntries(
    [...schema.structIterator()]
      .filter(([, member]) => member.getMergedTraits().httpLabel !== undefined)
      .map(([name]) => [name, 'x']),
  );
}

/** Every operation that any of the packages can send. */
export const everyOperation: readonly Operation[] = Object.entries(packages).flatMap(([key, exported]) => {
  const service = key as ServiceName;
  return Object.keys(exported)
    .filter((name) => /^[A-Z].*Command$/.test(name) && name !== '$Command')
    .map((exportName) => {
      const Command = exported[exportName] as new (
        input: object,
      ) => SdkCommand<object, object> & { schema: unknown[] };
      const [, , name, , input] = new Command({}).schema as [9, string, string, unknown, SchemaRef];
      return {
        service,
        name,
        action: iamActionOf(service, name),
        input,
        command: () => new Command(inPath(input)),
      };
    });
});
