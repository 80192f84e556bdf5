import type { SanitizationWarning } from '@aws-sdk/client-mq';
import { drawUuid } from '../../random.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { checkVersion, engineVersions } from './engine-versions.ts';
import { badRequest, knownConfiguration, notFound, pageSize } from './refusals.ts';
import type { ConfigurationState } from './state.ts';

/** https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/configurable-values.html */
const allowed = new Set([
  'consumer_timeout',
  'heartbeat',
  'management.restrictions.operator_policy_changes.disabled',
]);

const inBase64 = (text: string): string => Buffer.from(text).toString('base64');

const defaultData = inBase64(
  '# Default RabbitMQ delivery acknowledgement timeout is 30 minutes in milliseconds\nconsumer_timeout = 1800000\n',
);

export const configurationArn = (world: World, id: string): string =>
  `arn:aws:mq:${world.region}:${world.account}:configuration:${id}`;

export function newConfiguration(
  world: World,
  { id, name, version, description }: { id: string; name: string; version: string; description: string },
): ConfigurationState {
  const revision = { Created: world.now, Description: description, Revision: 1 };
  const made: ConfigurationState = {
    configuration: {
      Arn: configurationArn(world, id),
      AuthenticationStrategy: 'SIMPLE',
      Created: world.now,
      Description: description,
      EngineType: 'RABBITMQ',
      EngineVersion: version,
      Id: id,
      LatestRevision: revision,
      Name: name,
      Tags: {},
    },
    revisions: [{ ...revision, data: defaultData }],
  };
  return made;
}

function withoutDisallowed(data: string): { kept: string; warnings: SanitizationWarning[] } {
  const text = Buffer.from(data, 'base64').toString();
  if (inBase64(text).replace(/=+$/, '') !== data.replace(/=+$/, ''))
    throw badRequest('data', 'The configuration data must be base64-encoded.');
  const warnings: SanitizationWarning[] = [];
  const lines = text.split('\n').filter((line) => {
    const key = /^\s*([^#=\s]+)\s*=/.exec(line)?.[1];
    if (key === undefined || allowed.has(key)) return true;
    warnings.push({ AttributeName: key, Reason: 'DISALLOWED_ATTRIBUTE_REMOVED' });
    return false;
  });
  return { kept: inBase64(lines.join('\n')), warnings };
}

export const configurationOperations = {
  ListConfigurations(world, { MaxResults, NextToken }) {
    const size = pageSize(MaxResults);
    const page = pageOf(world.mq.configurations, size, NextToken, 'BadRequestException');
    return {
      Configurations: page.items.map(({ configuration }) => configuration),
      MaxResults: size,
      NextToken: page.next,
    };
  },

  DescribeConfiguration: (world, { ConfigurationId }) =>
    knownConfiguration(world, ConfigurationId).configuration,

  ListConfigurationRevisions(world, { ConfigurationId, MaxResults, NextToken }) {
    const { revisions } = knownConfiguration(world, ConfigurationId);
    const size = pageSize(MaxResults);
    const page = pageOf(revisions, size, NextToken, 'BadRequestException');
    return {
      ConfigurationId,
      MaxResults: size,
      NextToken: page.next,
      Revisions: page.items.map(({ data: _data, ...revision }) => revision),
    };
  },

  DescribeConfigurationRevision(world, { ConfigurationId, ConfigurationRevision }) {
    const { revisions } = knownConfiguration(world, ConfigurationId);
    const found = revisions.find(({ Revision }) => String(Revision) === ConfigurationRevision);
    if (found === undefined)
      throw notFound(
        'configuration-revision',
        `Can't find requested revision [${ConfigurationRevision}] of configuration [${ConfigurationId}].`,
      );
    return {
      ConfigurationId,
      Created: found.Created,
      Data: found.data,
      Description: found.Description,
    };
  },

  CreateConfiguration(world, { EngineType, EngineVersion = engineVersions[0] ?? '', Name, Tags }) {
    if (EngineType !== 'RABBITMQ')
      throw badRequest(
        'engineType',
        `Broker engine type [${EngineType}] is invalid. Valid values: [RABBITMQ].`,
      );
    checkVersion(EngineVersion);
    if (!/^[\w.~-]{1,150}$/.test(Name ?? ''))
      throw badRequest(
        'name',
        `Configuration name [${Name}] is invalid. It may contain letters, numbers, dashes, periods, underscores and tildes.`,
      );
    if (world.mq.configurations.some(({ configuration }) => configuration.Name === Name))
      throw new AwsFault('ConflictException', `Configuration name [${Name}] already exists.`, {
        members: { ErrorAttribute: 'name' },
      });
    const made = newConfiguration(world, {
      id: `c-${drawUuid(world)}`,
      name: Name ?? '',
      version: EngineVersion,
      description: `Auto-generated default for ${Name} on RabbitMQ ${EngineVersion}`,
    });
    made.configuration.Tags = { ...Tags };
    world.mq.configurations.push(made);
    const { Arn, AuthenticationStrategy, Created, Id, LatestRevision } = made.configuration;
    return { Arn, AuthenticationStrategy, Created, Id, LatestRevision, Name };
  },

  DeleteConfiguration(world, { ConfigurationId }) {
    const found = knownConfiguration(world, ConfigurationId);
    const user = world.mq.brokers.find(
      ({ described }) => described.Configurations.Current?.Id === ConfigurationId,
    );
    if (user !== undefined)
      throw badRequest(
        'configuration-id',
        `Configuration [${ConfigurationId}] can't be deleted while broker [${user.described.BrokerId}] uses it.`,
      );
    world.mq.configurations = world.mq.configurations.filter((each) => each !== found);
    return { ConfigurationId };
  },

  UpdateConfiguration(world, { ConfigurationId, Data, Description }) {
    const found = knownConfiguration(world, ConfigurationId);
    const { kept, warnings } = withoutDisallowed(Data ?? '');
    const revision = {
      Created: world.now,
      Revision: found.revisions.length + 1,
      ...(Description !== undefined && { Description }),
    };
    found.revisions.push({ ...revision, data: kept });
    found.configuration.LatestRevision = revision;
    const { Arn, Created, Id, Name } = found.configuration;
    return { Arn, Created, Id, LatestRevision: revision, Name, Warnings: warnings };
  },
} satisfies Operations<typeof import('@aws-sdk/client-mq')>;
