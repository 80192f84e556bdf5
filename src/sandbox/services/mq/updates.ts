import type { UpdateBrokerRequest } from '@aws-sdk/client-mq';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { checkHost, checkUpgrade } from './engine-versions.ts';
import { awaitWindow } from './pending.ts';
import { badRequest, knownBroker, knownConfiguration } from './refusals.ts';
import type { Broker } from './state.ts';

function check(world: World, { described }: Broker, request: UpdateBrokerRequest): void {
  if (described.BrokerState !== 'RUNNING')
    throw badRequest(
      'broker-id',
      `Broker [${described.BrokerId}] can't be updated while it is in state [${described.BrokerState}].`,
    );
  if (request.SecurityGroups !== undefined)
    throw badRequest('securityGroups', 'Changing security groups is not supported for RabbitMQ brokers.');
  if (request.Logs?.Audit) throw badRequest('logs', 'Audit logging is not supported for RabbitMQ brokers.');
  if (request.EngineVersion !== undefined) checkUpgrade(described.EngineVersion, request.EngineVersion);
  if (request.HostInstanceType !== undefined) checkHost(request.HostInstanceType, described.DeploymentMode);
  if (request.Configuration !== undefined) knownConfiguration(world, request.Configuration.Id);
}

function keepPending(world: World, { described }: Broker, request: UpdateBrokerRequest): void {
  if (request.EngineVersion !== undefined && request.EngineVersion !== described.EngineVersion)
    described.PendingEngineVersion = request.EngineVersion;
  if (request.HostInstanceType !== undefined && request.HostInstanceType !== described.HostInstanceType)
    described.PendingHostInstanceType = request.HostInstanceType;
  if (request.Configuration !== undefined) {
    const { configuration } = knownConfiguration(world, request.Configuration.Id);
    const Revision = request.Configuration.Revision ?? configuration.LatestRevision?.Revision;
    described.Configurations.Pending = { Id: configuration.Id, ...(Revision !== undefined && { Revision }) };
  }
  if (request.Logs?.General !== undefined && request.Logs.General !== described.Logs.General)
    described.Logs.Pending = { General: request.Logs.General };
}

export const updateOperations = {
  UpdateBroker(world, request) {
    const broker = knownBroker(world, request.BrokerId);
    check(world, broker, request);
    const { described } = broker;
    const { AutoMinorVersionUpgrade, MaintenanceWindowStartTime } = request;
    if (AutoMinorVersionUpgrade !== undefined) described.AutoMinorVersionUpgrade = AutoMinorVersionUpgrade;
    if (MaintenanceWindowStartTime !== undefined)
      described.MaintenanceWindowStartTime = MaintenanceWindowStartTime;
    keepPending(world, broker, request);
    awaitWindow(world, broker);
    const { Configuration, EngineVersion, HostInstanceType, Logs } = request;
    return {
      BrokerId: described.BrokerId,
      AutoMinorVersionUpgrade: described.AutoMinorVersionUpgrade,
      MaintenanceWindowStartTime: described.MaintenanceWindowStartTime,
      Configuration,
      EngineVersion,
      HostInstanceType,
      Logs,
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-mq')>;
