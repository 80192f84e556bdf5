import type { UpdateDomainConfigRequest, VPCDerivedInfo } from '@aws-sdk/client-opensearch';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { begin, blueGreen, dynamic, isUnderWay } from './changes.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { configOf } from './describing.ts';
import { checkInstanceCount, invalid, knownDomain } from './known-domain.ts';
import { masterUser } from './master-user.ts';
import type { Change, Domain } from './state.ts';

const merged = <Options extends object>(current: Options | undefined, asked: Options): Options => ({
  ...current,
  ...asked,
});

export function inVpc(
  world: World,
  asked: { SubnetIds?: string[] | undefined; SecurityGroupIds?: string[] | undefined },
): VPCDerivedInfo {
  const subnets = (asked.SubnetIds ?? []).map((id) => {
    const subnet = world.ec2.subnets.find(({ SubnetId }) => SubnetId === id);
    if (subnet === undefined) throw invalid(`The subnet ID '${id}' does not exist`);
    return subnet;
  });
  const vpc = subnets[0]?.VpcId;
  return {
    ...(vpc !== undefined && { VPCId: vpc }),
    SubnetIds: subnets.map(({ SubnetId }) => SubnetId),
    AvailabilityZones: subnets.map(({ AvailabilityZone }) => AvailabilityZone),
    SecurityGroupIds: asked.SecurityGroupIds ?? [],
  };
}

/** What the domain's options will be: members that are not named stay as they are. */
function optionsAfter(
  world: World,
  { described }: Domain,
  request: UpdateDomainConfigRequest,
): Change['options'] {
  const { MasterUserOptions: _user, ...security } = request.AdvancedSecurityOptions ?? {};
  const {
    ClusterConfig,
    EBSOptions,
    AccessPolicies,
    SnapshotOptions,
    AdvancedOptions,
    LogPublishingOptions,
  } = request;
  const { DomainEndpointOptions, EncryptionAtRestOptions, NodeToNodeEncryptionOptions, VPCOptions } = request;
  const { OffPeakWindowOptions, SoftwareUpdateOptions } = request;
  return {
    ...(ClusterConfig && { ClusterConfig: merged(described.ClusterConfig, ClusterConfig) }),
    ...(EBSOptions && { EBSOptions: merged(described.EBSOptions, EBSOptions) }),
    ...(AccessPolicies !== undefined && { AccessPolicies }),
    ...(SnapshotOptions && { SnapshotOptions }),
    ...(AdvancedOptions && { AdvancedOptions: merged(described.AdvancedOptions, AdvancedOptions) }),
    ...(LogPublishingOptions && {
      LogPublishingOptions: merged(described.LogPublishingOptions, LogPublishingOptions),
    }),
    ...(DomainEndpointOptions && {
      DomainEndpointOptions: merged(described.DomainEndpointOptions, DomainEndpointOptions),
    }),
    ...(EncryptionAtRestOptions && { EncryptionAtRestOptions }),
    ...(NodeToNodeEncryptionOptions && { NodeToNodeEncryptionOptions }),
    ...(VPCOptions && { VPCOptions: inVpc(world, VPCOptions) }),
    ...(request.AdvancedSecurityOptions && {
      AdvancedSecurityOptions: { ...described.AdvancedSecurityOptions, ...plainSecurity(security) },
    }),
    ...(OffPeakWindowOptions && { OffPeakWindowOptions }),
    ...(SoftwareUpdateOptions && {
      SoftwareUpdateOptions: merged(described.SoftwareUpdateOptions, SoftwareUpdateOptions),
    }),
  };
}

const plainSecurity = ({
  Enabled,
  InternalUserDatabaseEnabled,
}: {
  Enabled?: boolean | undefined;
  InternalUserDatabaseEnabled?: boolean | undefined;
}) => ({
  ...(Enabled !== undefined && { Enabled }),
  ...(InternalUserDatabaseEnabled !== undefined && { InternalUserDatabaseEnabled }),
});

function check(world: World, domain: Domain, request: UpdateDomainConfigRequest): void {
  if (isUnderWay(world, domain))
    throw invalid(
      'A change/update is in progress. Please wait for it to complete before requesting another change.',
    );
  const { described } = domain;
  const { InstanceCount, InstanceType } = request.ClusterConfig ?? {};
  if (InstanceType !== undefined && !/^[a-z0-9]+\.[a-z0-9]+\.search$/.test(InstanceType))
    throw new AwsFault('InvalidTypeException', `Invalid instance type: ${InstanceType}`);
  checkInstanceCount(InstanceCount);
  if (described.EncryptionAtRestOptions?.Enabled && request.EncryptionAtRestOptions?.Enabled === false)
    throw new AwsFault(
      'DisabledOperationException',
      'Encryption at rest cannot be disabled once it is enabled.',
    );
  if (described.AdvancedSecurityOptions?.Enabled && request.AdvancedSecurityOptions?.Enabled === false)
    throw new AwsFault(
      'DisabledOperationException',
      'Advanced security options cannot be disabled once they are enabled.',
    );
}

const said: Record<Deployment, string> = {
  'Blue/Green': 'This change will require a blue/green deployment.',
  DynamicUpdate: 'This change will not require a blue/green deployment.',
  None: 'This request contains no configuration changes.',
};

export const updatingOperations = {
  UpdateDomainConfig(world, request) {
    const domain = knownDomain(world, request.DomainName);
    check(world, domain, request);
    const user = request.AdvancedSecurityOptions?.MasterUserOptions;
    const login = user && masterUser(world, user);
    const deployment = deploymentOf(domain.described, request);
    const options = optionsAfter(world, domain, request);
    const DryRunResults = { DeploymentType: deployment, Message: said[deployment] };
    if (request.DryRun) return { DomainConfig: configOf(world, domain), DryRunResults };
    if (deployment !== 'None')
      begin(world, domain, deployment === 'Blue/Green' ? blueGreen : dynamic, {
        does: 'modify',
        options,
        ...(login && { login }),
      });
    return { DomainConfig: configOf(world, domain) };
  },

  StartServiceSoftwareUpdate(world, { DomainName }) {
    const domain = knownDomain(world, DomainName);
    check(world, domain, { DomainName });
    const software = domain.described.ServiceSoftwareOptions;
    if (!software.UpdateAvailable)
      throw invalid('There is no service software update available for the domain.');
    begin(world, domain, blueGreen, {
      does: 'update-software',
      options: {
        ServiceSoftwareOptions: {
          ...software,
          CurrentVersion: software.NewVersion,
          NewVersion: '',
          UpdateAvailable: false,
          Cancellable: false,
          UpdateStatus: 'COMPLETED',
          Description: 'There is no software update available for this domain.',
        },
      },
    });
    domain.described.ServiceSoftwareOptions = {
      ...software,
      Cancellable: false,
      UpdateStatus: 'IN_PROGRESS',
      Description: 'A service software update is in progress.',
    };
    return { ServiceSoftwareOptions: domain.described.ServiceSoftwareOptions };
  },
} satisfies Operations<typeof import('@aws-sdk/client-opensearch')>;
