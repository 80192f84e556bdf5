import type { BrokerInstanceOption, DeploymentMode } from '@aws-sdk/client-mq';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { badRequest, pageSize } from './refusals.ts';

/** Newest first, as the service lists them. */
export const engineVersions = ['3.13', '3.12.13', '3.11.28', '3.11.20', '3.11.16', '3.10.20'];

const rabbit = 'RABBITMQ';
const hosts: readonly (readonly [type: string, modes: readonly DeploymentMode[]])[] = [
  ['mq.m5.large', ['SINGLE_INSTANCE', 'CLUSTER_MULTI_AZ']],
  ['mq.m5.xlarge', ['SINGLE_INSTANCE', 'CLUSTER_MULTI_AZ']],
  ['mq.m5.2xlarge', ['SINGLE_INSTANCE', 'CLUSTER_MULTI_AZ']],
  ['mq.m5.4xlarge', ['SINGLE_INSTANCE', 'CLUSTER_MULTI_AZ']],
  ['mq.t3.micro', ['SINGLE_INSTANCE']],
];

export const zonesOf = (world: World): string[] =>
  ['a', 'b', 'c'].map((letter) => `${world.region}${letter}`);

export function checkHost(type: string, mode: DeploymentMode): void {
  const modes = hosts.find(([host]) => host === type)?.[1];
  if (modes === undefined)
    throw badRequest(
      'hostInstanceType',
      `Broker instance type [${type}] is invalid. Valid values: [${hosts.map(([host]) => host).join(', ')}].`,
    );
  if (!modes.includes(mode))
    throw badRequest(
      'hostInstanceType',
      `Broker instance type [${type}] does not support deployment mode [${mode}].`,
    );
}

export function checkVersion(version: string): void {
  if (!engineVersions.includes(version))
    throw badRequest(
      'engineVersion',
      `Broker engine version [${version}] is invalid for broker engine type [${rabbit}]. Valid values: [${engineVersions.join(', ')}].`,
    );
}

const minorOf = (version: string): number => Number(version.split('.')[1]);

/** RabbitMQ goes from one minor version to the next, and never back. */
export function checkUpgrade(from: string, to: string): void {
  checkVersion(to);
  const step = minorOf(to) - minorOf(from);
  if (step < 0 || step > 1)
    throw badRequest(
      'engineVersion',
      `Cannot upgrade broker engine version from [${from}] to [${to}]. Upgrade one minor version at a time.`,
    );
}

export const engineOperations = {
  DescribeBrokerEngineTypes(_world, { EngineType, MaxResults, NextToken }) {
    const size = pageSize(MaxResults);
    const types = [
      { EngineType: 'RABBITMQ' as const, EngineVersions: engineVersions.map((Name) => ({ Name })) },
    ];
    const page = pageOf(
      types.filter((type) => EngineType === undefined || type.EngineType === EngineType.toUpperCase()),
      size,
      NextToken,
      'BadRequestException',
    );
    return { BrokerEngineTypes: page.items, MaxResults: size, NextToken: page.next };
  },

  DescribeBrokerInstanceOptions(world, { EngineType, HostInstanceType, StorageType, MaxResults, NextToken }) {
    const size = pageSize(MaxResults);
    const options: BrokerInstanceOption[] = hosts.map(([type, modes]) => ({
      AvailabilityZones: zonesOf(world).map((Name) => ({ Name })),
      EngineType: 'RABBITMQ',
      HostInstanceType: type,
      StorageType: 'EBS',
      SupportedDeploymentModes: [...modes],
      SupportedEngineVersions: engineVersions,
    }));
    const page = pageOf(
      options.filter(
        (option) =>
          (EngineType === undefined || option.EngineType === EngineType.toUpperCase()) &&
          (HostInstanceType === undefined || option.HostInstanceType === HostInstanceType) &&
          (StorageType === undefined || option.StorageType === StorageType.toUpperCase()),
      ),
      size,
      NextToken,
      'BadRequestException',
    );
    return { BrokerInstanceOptions: page.items, MaxResults: size, NextToken: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-mq')>;
