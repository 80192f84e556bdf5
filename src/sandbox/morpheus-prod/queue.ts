import { seal } from '../sealed.ts';
import { newConfiguration } from '../services/mq/configurations.ts';
import { emptyMq, type MqState } from '../services/mq/state.ts';
import type { World } from '../world.ts';
import { loginIn } from './login-in.ts';
import {
  keys,
  queue as names,
  recoveryConfigurationId,
  secrets,
  securityGroups,
  subnetIds,
  zones,
} from './names.ts';

const version = '3.10.20';
const created = new Date('2025-06-11T08:21:40Z');
const configurationId = 'c-2d7e9f01-6b3c-4a58-8e14-7f90a1b2c3d4';
const nodeNames = ['rabbit@ip-10-0-12-84', 'rabbit@ip-10-0-77-19', 'rabbit@ip-10-0-141-203'];

/** The RabbitMQ broker, as it stands in the Region of this world. */
export function queue(world: World): MqState {
  const made = newConfiguration(world, {
    id: configurationId,
    name: `${names.name}-configuration`,
    version,
    description: `Auto-generated default for ${names.name} on RabbitMQ ${version}`,
  });
  const revision = { Created: created, Description: made.configuration.Description ?? '', Revision: 1 };
  const login = loginIn(world, secrets.queue.name);
  return {
    ...emptyMq(),
    configurations: [
      {
        configuration: { ...made.configuration, Created: created, LatestRevision: revision },
        revisions: made.revisions.map((each) => ({ ...each, Created: created })),
      },
    ],
    brokers: [
      {
        described: {
          ActionsRequired: [],
          AuthenticationStrategy: 'SIMPLE',
          AutoMinorVersionUpgrade: false,
          BrokerArn: names.arn,
          BrokerId: names.id,
          BrokerName: names.name,
          BrokerState: 'RUNNING',
          Configurations: { Current: { Id: configurationId, Revision: 1 }, History: [] },
          Created: created,
          DeploymentMode: 'CLUSTER_MULTI_AZ',
          EncryptionOptions: { KmsKeyId: keys.queue, UseAwsOwnedKey: false },
          EngineType: 'RABBITMQ',
          EngineVersion: version,
          HostInstanceType: 'mq.m5.large',
          Logs: { General: true, GeneralLogGroup: `/aws/amazonmq/broker/${names.id}/general` },
          MaintenanceWindowStartTime: { DayOfWeek: 'SUNDAY', TimeOfDay: '04:00', TimeZone: 'UTC' },
          PubliclyAccessible: false,
          SecurityGroups: [securityGroups.queue],
          StorageType: 'EBS',
          SubnetIds: [...subnetIds],
          Tags: { Name: names.name, Project: 'morpheus', Environment: 'prod', Component: 'queue' },
        },
        nodes: zones.map((zone, index) => ({ name: nodeNames[index] ?? '', zone })),
        queues: ['monitorJobs', 'processJobs', 'statusUpdates'],
        logins: login === undefined ? {} : { [login.user]: seal(world, login.password) },
      },
    ],
  };
}

/** What a broker in the recovery Region would be made with: it says the same. */
export const recoveryQueue = (world: World): MqState => ({
  ...emptyMq(),
  configurations: [
    newConfiguration(world, {
      id: recoveryConfigurationId,
      name: `${names.name}-configuration`,
      version,
      description: `As ${names.name} in its own Region`,
    }),
  ],
});
