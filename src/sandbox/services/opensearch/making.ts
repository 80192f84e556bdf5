import type { CreateDomainRequest } from '@aws-sdk/client-opensearch';
import { connectionsCut } from '../../application/hooks.ts';
import { drawHex } from '../../random.ts';
import { unschedule } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import type { Operations } from '../operations.ts';
import { begin, creation, deletion, newNodes } from './changes.ts';
import { statusOf } from './describing.ts';
import {
  checkInstanceCount,
  checkName,
  domainNamed,
  endpointOf,
  invalid,
  knownDomain,
} from './known-domain.ts';
import { masterUser } from './master-user.ts';
import type { Described, Domain } from './state.ts';
import { inVpc } from './updating.ts';
import { engineVersions } from './versions.ts';

function check(
  world: World,
  { DomainName = '', EngineVersion, EncryptionAtRestOptions, ClusterConfig }: CreateDomainRequest,
): void {
  checkName(DomainName);
  if (domainNamed(world, DomainName) !== undefined)
    throw new AwsFault('ResourceAlreadyExistsException', `Domain already exists: ${DomainName}`);
  if (EngineVersion !== undefined && !engineVersions.includes(EngineVersion))
    throw invalid(`Invalid engine version: ${EngineVersion}`);
  const type = ClusterConfig?.InstanceType;
  if (type !== undefined && !/^[a-z0-9]+\.[a-z0-9]+\.search$/.test(type))
    throw new AwsFault('InvalidTypeException', `Invalid instance type: ${type}`);
  checkInstanceCount(ClusterConfig?.InstanceCount);
  const unusable = EncryptionAtRestOptions?.KmsKeyId && keyUnusable(world, EncryptionAtRestOptions.KmsKeyId);
  if (unusable) throw invalid(unusable);
}

/** Defaults: https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html */
function describedFor(world: World, request: CreateDomainRequest): Described {
  const { DomainName = '', VPCOptions, AdvancedSecurityOptions: security } = request;
  const { AccessPolicies, EncryptionAtRestOptions, LogPublishingOptions } = request;
  return {
    DomainId: `${world.account}/${DomainName}`,
    DomainName,
    ARN: `arn:aws:es:${world.region}:${world.account}:domain/${DomainName}`,
    EngineVersion: request.EngineVersion ?? engineVersions[0] ?? '',
    ClusterConfig: {
      InstanceType: 'm4.large.search',
      InstanceCount: 1,
      DedicatedMasterEnabled: false,
      ZoneAwarenessEnabled: false,
      WarmEnabled: false,
      ...request.ClusterConfig,
    },
    EBSOptions: request.EBSOptions ?? { EBSEnabled: true, VolumeType: 'gp2', VolumeSize: 10 },
    AccessPolicies: AccessPolicies ?? '',
    SnapshotOptions: request.SnapshotOptions ?? { AutomatedSnapshotStartHour: 0 },
    EncryptionAtRestOptions: EncryptionAtRestOptions ?? { Enabled: false },
    NodeToNodeEncryptionOptions: request.NodeToNodeEncryptionOptions ?? { Enabled: false },
    AdvancedOptions: request.AdvancedOptions ?? { 'rest.action.multi.allow_explicit_index': 'true' },
    DomainEndpointOptions: request.DomainEndpointOptions ?? {
      EnforceHTTPS: false,
      TLSSecurityPolicy: 'Policy-Min-TLS-1-0-2019-07',
      CustomEndpointEnabled: false,
    },
    AdvancedSecurityOptions: {
      Enabled: security?.Enabled ?? false,
      InternalUserDatabaseEnabled: security?.InternalUserDatabaseEnabled ?? false,
      AnonymousAuthEnabled: false,
    },
    ServiceSoftwareOptions: {
      CurrentVersion: '',
      NewVersion: '',
      UpdateAvailable: false,
      Cancellable: false,
      UpdateStatus: 'COMPLETED',
      Description: 'There is no software update available for this domain.',
      AutomatedUpdateDate: new Date(0),
      OptionalDeployment: true,
    },
    ...(LogPublishingOptions && { LogPublishingOptions }),
    ...(VPCOptions && { VPCOptions: inVpc(world, VPCOptions) }),
  };
}

function endpointsFor(
  world: World,
  name: string,
  isInVpc: boolean,
): Pick<Described, 'Endpoint' | 'Endpoints'> {
  const host = `${name}-${drawHex(world, 26)}.${world.region}.es.amazonaws.com`;
  return isInVpc ? { Endpoints: { vpc: `vpc-${host}` } } : { Endpoint: `search-${host}` };
}

export const makingOperations = {
  CreateDomain(world, request) {
    check(world, request);
    const user = request.AdvancedSecurityOptions?.MasterUserOptions;
    const login = user && masterUser(world, user);
    const described = describedFor(world, request);
    const { AvailabilityZones = [`${world.region}a`] } = described.VPCOptions ?? {};
    const domain: Domain = {
      described,
      createdAt: world.now,
      optionChanges: {},
      nodes: newNodes(world, AvailabilityZones, described.ClusterConfig.InstanceCount ?? 1),
      logins: login === undefined ? {} : { [login.user]: login.password },
      tags: request.TagList ?? [],
      shards: 5,
    };
    world.openSearch.domains.push(domain);
    begin(world, domain, creation, {
      does: 'create',
      options: endpointsFor(world, described.DomainName, request.VPCOptions !== undefined),
    });
    return { DomainStatus: statusOf(world, domain) };
  },

  DeleteDomain(world, { DomainName }) {
    const domain = knownDomain(world, DomainName);
    if (domain.change?.does !== 'delete') {
      unschedule(
        world,
        (event) => event.kind === 'domain-change-ended' && event.domain === domain.described.DomainName,
      );
      begin(world, domain, deletion, { does: 'delete', options: {} });
      connectionsCut(world, endpointOf(domain) ?? '');
    }
    return { DomainStatus: statusOf(world, domain) };
  },
} satisfies Operations<typeof import('@aws-sdk/client-opensearch')>;
