import * as z from 'zod';

/*
 * How each kind of component is brought up in the recovery Region. What all of them share, such as the subnets, stands in
 * recovery-stack.ts.
 */

const securityGroups = (whose: string) =>
  z
    .array(z.string().regex(/^sg-[0-9a-f]+$/, 'expected a security group such as sg-0123456789abcdef0'))
    .min(1)
    .meta({ description: `Security groups of ${whose}, in the recovery Region` });

const subnets = (whose: string) =>
  z
    .array(z.string().regex(/^subnet-[0-9a-f]+$/, 'expected a subnet such as subnet-0123456789abcdef0'))
    .min(1)
    .optional()
    .meta({ description: `Subnets of ${whose}; without it recovery.network.subnets` });

const key = (whose: string) =>
  z
    .string()
    .regex(/^arn:aws[\w-]*:kms:/, 'expected the ARN of a KMS key')
    .optional()
    .meta({
      description: `ARN of the KMS key of ${whose}, in the recovery Region; without it AWS's own key`,
    });

const secret = z
  .string()
  .min(1)
  .meta({
    description: 'Name of the secret, replicated to the recovery Region, whose username and password it gets',
    examples: ['morpheus/prod/queue'],
  });

/** What nodes read from Parameter Store to find a component; the placeholders are those of its kind. */
const parameters = (placeholders: readonly string[], example: { name: string; value: string }) => {
  const expected = `expected a text with ${placeholders.join(' or ')} in it`;
  const wanted = (text: string) => placeholders.some((placeholder) => text.includes(placeholder));
  return z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'expected the name below the prefix, without a / before it')
          .meta({
            description: 'Name of the parameter below the prefixes of recovery.parameters',
            examples: [example.name],
          }),
        value: z
          .string()
          .refine(wanted, expected)
          .meta({
            description: `Its value, with ${placeholders.join(' or ')} for what was restored`,
            examples: [example.value],
          }),
      }),
    )
    .default([])
    .meta({ description: 'Parameters by which the nodes find it' });
};

/** On one of whose nodes a command runs. */
export const fleetOfCommand = z
  .string()
  .min(1)
  .meta({
    description: 'Component, a fleet, on one of whose nodes in the recovery Region the command runs',
    examples: ['app'],
  });

/** What backup says is saved is restored by a command. */
const restoredBy = (what: string, command: string) =>
  z
    .strictObject({
      fleet: fleetOfCommand,
      command: z
        .string()
        .regex(/\{location\}/, 'expected a command with {location} in it')
        .meta({
          description: `Shell command that restores ${what}, with {location} for s3://BUCKET/... of the newest copy`,
          examples: [command],
        }),
    })
    .optional()
    .meta({ description: `How ${what} are restored there; without it they are not` });

export const fleetRecoverySchema = z.strictObject({
  group: z
    .string()
    .min(1)
    .meta({
      description: 'Name of the Auto Scaling group in the recovery Region. It has no node at rest',
      examples: ['morpheus-prod-app-recovery'],
    }),
  targetGroup: z
    .string()
    .min(1)
    .meta({
      description: 'Name of the target group that its nodes are registered in',
      examples: ['morpheus-prod-app-recovery'],
    }),
  loadBalancer: z
    .string()
    .min(1)
    .meta({ description: 'Name of the load balancer before it', examples: ['morpheus-prod-recovery'] }),
  certificate: z
    .string()
    .regex(/^arn:aws[\w-]*:acm:/, 'expected the ARN of a certificate of ACM')
    .meta({ description: 'ARN of the certificate of its listener, in the recovery Region' }),
  healthUrl: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://recovery.example.com/health' })
    .meta({
      description:
        "Address that answers 2xx while it serves, whatever the public name leads to: it goes to the recovery Region's load balancer",
      examples: ['https://recovery.example.com/health'],
    }),
  capacity: z
    .int()
    .min(1)
    .max(1000)
    .meta({ description: 'Nodes that it is scaled to', examples: [3] }),
  instanceTypes: z
    .array(z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'expected an instance type such as m5.xlarge'))
    .min(1)
    .meta({
      description: 'Instance types to try, the first one first: the next where AWS has no capacity',
      examples: [['m5.xlarge', 'm5a.xlarge', 'm6i.xlarge']],
    }),
});

export const databaseRecoverySchema = z.strictObject({
  subnetGroup: z.string().min(1).optional().meta({
    description:
      'DB subnet group of the cluster in the recovery Region; without it that of backup.restoreTest.recovery',
  }),
  securityGroups: securityGroups('the cluster: those that the recovery nodes may reach'),
  parameterGroup: z.string().min(1).optional().meta({
    description: 'DB cluster parameter group in the recovery Region; without it that of backup.restoreTest',
  }),
  instanceClasses: z
    .array(z.string().regex(/^db\.[a-z0-9-]+\.[a-z0-9-]+$/, 'expected a class such as db.r5.xlarge'))
    .min(1)
    .meta({
      description: 'Classes of its instance to try, the first one first',
      examples: [['db.r5.xlarge', 'db.r6g.xlarge']],
    }),
  parameters: parameters(['{writer}', '{reader}'], { name: 'database/writer-endpoint', value: '{writer}' }),
});

export const filesRecoverySchema = z.strictObject({
  subnets: subnets('the mount targets, one in each zone'),
  securityGroups: securityGroups('the mount targets'),
  adopt: z
    .strictObject({
      fleet: fleetOfCommand,
      command: z
        .string()
        .min(1)
        .meta({
          description: 'Shell command that moves restored files to where the application looks for them',
          examples: ['morpheus-ctl files-adopt'],
        }),
    })
    .optional()
    .meta({
      description: 'AWS Backup restores into a directory of its own; without it files stay there',
    }),
  parameters: parameters(['{id}'], { name: 'files/id', value: '{id}' }),
});

export const brokerRecoverySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]{1,50}$/, 'expected 1 to 50 letters, digits, hyphens and underscores')
    .meta({ description: 'Name of the broker that is made', examples: ['morpheus-rabbitmq-recovery'] }),
  engineVersion: z
    .string()
    .min(1)
    .meta({ description: 'Version of RabbitMQ', examples: ['3.13'] }),
  instanceType: z
    .string()
    .min(1)
    .meta({ description: 'Type of its instances', examples: ['mq.m5.large'] }),
  deploymentMode: z
    .enum(['SINGLE_INSTANCE', 'CLUSTER_MULTI_AZ'])
    .default('CLUSTER_MULTI_AZ')
    .meta({ description: 'One instance, or a cluster over the zones' }),
  subnets: subnets('the broker: one for a single instance'),
  securityGroups: securityGroups('the broker'),
  secret,
  key: key('the broker'),
  definitions: restoredBy('the definitions of backup.definitions', 'morpheus-ctl queue-import {location}'),
  parameters: parameters(['{host}'], { name: 'queue/endpoint', value: 'amqps://{host}:5671' }),
});

export const searchRecoverySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{2,27}$/, 'expected the name of a domain such as morpheus-logs')
    .meta({ description: 'Name of the domain that is made', examples: ['morpheus-logs-recovery'] }),
  engineVersion: z
    .string()
    .min(1)
    .meta({ description: 'Version of its engine', examples: ['OpenSearch_2.5'] }),
  instanceType: z
    .string()
    .regex(/\.search$/, 'expected a type such as r6g.large.search')
    .meta({ description: 'Type of its data nodes', examples: ['r6g.large.search'] }),
  instanceCount: z
    .int()
    .min(1)
    .max(80)
    .meta({ description: 'Data nodes', examples: [3] }),
  zones: z
    .int()
    .min(1)
    .max(3)
    .default(3)
    .meta({ description: 'Availability Zones that they are spread over' }),
  volume: z
    .strictObject({
      type: z.enum(['gp2', 'gp3', 'io1']).default('gp3').meta({ description: 'Type of EBS volume' }),
      gibibytes: z
        .int()
        .min(10)
        .meta({ description: 'Size of the volume of each node', examples: [200] }),
    })
    .meta({ description: 'Storage of each data node' }),
  subnets: subnets('the domain, one in each of its zones'),
  securityGroups: securityGroups('the domain'),
  secret,
  key: key('the domain'),
  snapshots: restoredBy('the snapshots of backup.snapshots', 'morpheus-ctl search-restore {location}'),
  parameters: parameters(['{host}'], { name: 'search/endpoint', value: 'https://{host}' }),
});

export type FleetRecovery = z.output<typeof fleetRecoverySchema>;
export type DatabaseRecovery = z.output<typeof databaseRecoverySchema>;
export type FilesRecovery = z.output<typeof filesRecoverySchema>;
export type BrokerRecovery = z.output<typeof brokerRecoverySchema>;
export type SearchRecovery = z.output<typeof searchRecoverySchema>;
