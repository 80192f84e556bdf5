import type { CreateBrokerRequest, User } from '@aws-sdk/client-mq';
import { drawBetween, drawUuid } from '../../random.ts';
import { schedule, secondsFrom } from '../../schedule.ts';
import { seal } from '../../sealed.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import { newConfiguration } from './configurations.ts';
import { checkHost, checkVersion, engineVersions, zonesOf } from './engine-versions.ts';
import { badRequest, checkPassword, knownConfiguration } from './refusals.ts';
import type { Broker } from './state.ts';

/** https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html#brokers-model-user */
function checkUsers(users: readonly User[], engine: string): User {
  const [user] = users;
  if (user === undefined || users.length > 1)
    throw badRequest('users', `Specify exactly one user for engine type [${engine}].`);
  const { Username = '' } = user;
  if (!/^[A-Za-z0-9._-]{2,100}$/.test(Username) || Username === 'guest')
    throw badRequest(
      'username',
      'The username is invalid. It may contain letters, numbers, dashes, periods and underscores, and must not be guest.',
    );
  checkPassword(user.Password);
  return user;
}

/** From these versions on Amazon MQ decides about patches. https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html */
const patchedByAws = { ACTIVEMQ: [5, 18], RABBITMQ: [3, 13] } as const;

function isPatchedByAws(engine: keyof typeof patchedByAws, version: string | undefined): boolean {
  const [major, minor] = patchedByAws[engine];
  const [ownMajor = major, ownMinor = minor] = version?.split('.').map(Number) ?? [];
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function checkRequest(world: World, request: CreateBrokerRequest): void {
  const { BrokerName = '', EngineType, DeploymentMode = 'SINGLE_INSTANCE', SubnetIds } = request;
  if (!/^[\w-]{1,50}$/.test(BrokerName))
    throw badRequest(
      'brokerName',
      `Broker name [${BrokerName}] is invalid. It must be 1-50 characters long and contain only letters, numbers, dashes and underscores.`,
    );
  if (EngineType !== 'RABBITMQ' && EngineType !== 'ACTIVEMQ')
    throw badRequest(
      'engineType',
      `Broker engine type [${EngineType}] is invalid. Valid values: [ACTIVEMQ, RABBITMQ].`,
    );
  const ofSeveral = EngineType === 'RABBITMQ' ? 'CLUSTER_MULTI_AZ' : 'ACTIVE_STANDBY_MULTI_AZ';
  if (DeploymentMode !== 'SINGLE_INSTANCE' && DeploymentMode !== ofSeveral)
    throw badRequest(
      'deploymentMode',
      `Deployment mode [${DeploymentMode}] is not supported for engine type [${EngineType}].`,
    );
  if (EngineType === 'RABBITMQ') {
    checkHost(request.HostInstanceType ?? '', DeploymentMode);
    checkVersion(request.EngineVersion ?? engineVersions[0] ?? '');
  }
  if (request.AutoMinorVersionUpgrade === false && isPatchedByAws(EngineType, request.EngineVersion))
    throw badRequest(
      'autoMinorVersionUpgrade',
      `autoMinorVersionUpgrade must be true for engine type [${EngineType}] and version [${request.EngineVersion}].`,
    );
  if (request.Logs?.Audit) throw badRequest('logs', 'Audit logging is not supported for RabbitMQ brokers.');
  const unknown = SubnetIds?.find((id) => !world.ec2.subnets.some(({ SubnetId }) => SubnetId === id));
  if (unknown !== undefined) throw badRequest('subnetIds', `The subnet ID [${unknown}] does not exist.`);
  const unusable =
    request.EncryptionOptions?.KmsKeyId && keyUnusable(world, request.EncryptionOptions.KmsKeyId);
  if (unusable) throw badRequest('encryptionOptions', unusable);
  if (world.mq.brokers.some(({ described }) => described.BrokerName === BrokerName))
    throw new AwsFault('ConflictException', `Broker name [${BrokerName}] already exists.`, {
      members: { ErrorAttribute: 'brokerName' },
    });
}

const zonesIn = ({ ec2 }: World, subnets: readonly string[]): string[] =>
  subnets.flatMap((id) => ec2.subnets.find(({ SubnetId }) => SubnetId === id)?.AvailabilityZone ?? []);

function configurationFor(
  world: World,
  { Configuration, BrokerName = '', EngineVersion, EngineType }: CreateBrokerRequest,
) {
  if (EngineType === 'ACTIVEMQ') return undefined;
  if (Configuration !== undefined) {
    const { configuration } = knownConfiguration(world, Configuration.Id);
    return {
      Id: configuration.Id,
      Revision: Configuration.Revision ?? configuration.LatestRevision?.Revision,
    };
  }
  const version = EngineVersion ?? engineVersions[0] ?? '';
  const made = newConfiguration(world, {
    id: `c-${drawUuid(world)}`,
    name: `${BrokerName}-configuration`,
    version,
    description: `Auto-generated default for ${BrokerName} on RabbitMQ ${version}`,
  });
  world.mq.configurations.push(made);
  return { Id: made.configuration.Id, Revision: 1 };
}

/** @throws AwsFault where the request is refused */
export function createBroker(world: World, request: CreateBrokerRequest): Broker {
  const user = checkUsers(request.Users ?? [], request.EngineType ?? 'RABBITMQ');
  checkRequest(world, request);
  const id = `b-${drawUuid(world)}`;
  const mode = request.DeploymentMode ?? 'SINGLE_INSTANCE';
  const subnets = request.SubnetIds ?? [];
  const zones = subnets.length > 0 ? zonesIn(world, subnets) : zonesOf(world);
  const configuration = configurationFor(world, request);
  const isRabbit = request.EngineType !== 'ACTIVEMQ';
  const broker: Broker = {
    described: {
      ActionsRequired: [],
      AuthenticationStrategy: 'SIMPLE',
      AutoMinorVersionUpgrade: request.AutoMinorVersionUpgrade ?? true,
      BrokerArn: `arn:aws:mq:${world.region}:${world.account}:broker:${request.BrokerName}:${id}`,
      BrokerId: id,
      BrokerName: request.BrokerName ?? '',
      BrokerState: 'CREATION_IN_PROGRESS',
      Configurations: {
        ...(configuration && {
          Current: {
            Id: configuration.Id,
            ...(configuration.Revision !== undefined && { Revision: configuration.Revision }),
          },
        }),
        History: [],
      },
      Created: world.now,
      DeploymentMode: mode,
      EncryptionOptions: request.EncryptionOptions ?? { UseAwsOwnedKey: true },
      EngineType: isRabbit ? 'RABBITMQ' : 'ACTIVEMQ',
      EngineVersion: request.EngineVersion ?? (isRabbit ? engineVersions[0] : '5.18') ?? '',
      HostInstanceType: request.HostInstanceType ?? '',
      Logs: {
        General: request.Logs?.General ?? false,
        GeneralLogGroup: `/aws/amazonmq/broker/${id}/general`,
      },
      MaintenanceWindowStartTime: request.MaintenanceWindowStartTime ?? {
        DayOfWeek: 'SUNDAY',
        TimeOfDay: '03:00',
        TimeZone: 'UTC',
      },
      PubliclyAccessible: request.PubliclyAccessible ?? false,
      SecurityGroups: request.SecurityGroups ?? [],
      StorageType: 'EBS',
      SubnetIds: subnets,
      Tags: { ...request.Tags },
    },
    nodes: zones.slice(0, mode === 'SINGLE_INSTANCE' ? 1 : isRabbit ? 3 : 2).map((zone) => ({
      name: `rabbit@ip-10-0-${drawBetween(world, 0, 255)}-${drawBetween(world, 4, 254)}`,
      zone,
    })),
    logins: { [user.Username ?? '']: seal(world, user.Password ?? '') },
    ...(!isRabbit && {
      users: {
        [user.Username ?? '']: { console: user.ConsoleAccess ?? false, groups: [...(user.Groups ?? [])] },
      },
    }),
    ...(request.CreatorRequestId !== undefined && { creatorRequestId: request.CreatorRequestId }),
  };
  world.mq.brokers.push(broker);
  const [least, most] = world.mq.timings.creation;
  schedule(world, secondsFrom(world.now, drawBetween(world, least, most)), {
    kind: 'broker-created',
    broker: id,
  });
  return broker;
}
