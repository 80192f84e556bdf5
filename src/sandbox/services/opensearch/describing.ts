import type { DomainConfig, DomainStatus, OptionStatus } from '@aws-sdk/client-opensearch';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import {
  isUnderWay,
  modifying,
  optionsIn,
  processingStatus,
  progressDetails,
  progressOf,
} from './changes.ts';
import { invalid, knownDomain } from './known-domain.ts';
import type { Domain, OptionName } from './state.ts';

export function statusOf(world: World, domain: Domain): DomainStatus {
  const { described, change } = domain;
  const underWay = isUnderWay(world, domain);
  return {
    ...described,
    Created: true,
    Deleted: underWay && change?.does === 'delete',
    Processing: underWay,
    UpgradeProcessing: false,
    DomainProcessingStatus: processingStatus(world, domain),
    ModifyingProperties: modifying(world, domain),
    ...(change !== undefined && { ChangeProgressDetails: progressDetails(world, change) }),
  };
}

const optionNames: readonly OptionName[] = [
  'EngineVersion',
  'ClusterConfig',
  'EBSOptions',
  'AccessPolicies',
  'SnapshotOptions',
  'VPCOptions',
  'EncryptionAtRestOptions',
  'NodeToNodeEncryptionOptions',
  'AdvancedOptions',
  'LogPublishingOptions',
  'DomainEndpointOptions',
  'AdvancedSecurityOptions',
  'OffPeakWindowOptions',
  'SoftwareUpdateOptions',
];

/** Shows what was asked for, with the state `Processing` until it is there. */
export function configOf(world: World, domain: Domain): DomainConfig {
  const { described, change, createdAt, optionChanges } = domain;
  const pending = change !== undefined && isUnderWay(world, domain) ? change : undefined;
  const statusFor = (name: OptionName): OptionStatus => {
    const isPending = pending !== undefined && optionsIn(pending).includes(name);
    return {
      CreationDate: createdAt,
      UpdateDate: isPending ? pending.startedAt : (optionChanges[name]?.at ?? createdAt),
      UpdateVersion: (optionChanges[name]?.version ?? 1) + (isPending ? 1 : 0),
      State: isPending ? 'Processing' : 'Active',
      PendingDeletion: false,
    };
  };
  const shown = optionNames.flatMap((name) => {
    const Options: unknown = Reflect.get(pending?.options ?? {}, name) ?? Reflect.get(described, name);
    return Options === undefined ? [] : [[name, { Options, Status: statusFor(name) }]];
  });
  return {
    ...Object.fromEntries(shown),
    ModifyingProperties: modifying(world, domain),
    ...(change !== undefined && { ChangeProgressDetails: progressDetails(world, change) }),
  };
}

export const describingOperations = {
  ListDomainNames: (world, { EngineType }) => ({
    DomainNames: world.openSearch.domains
      .map(({ described }) => ({ DomainName: described.DomainName, EngineType: 'OpenSearch' as const }))
      .filter((domain) => EngineType === undefined || domain.EngineType === EngineType),
  }),

  DescribeDomain: (world, { DomainName }) => ({
    DomainStatus: statusOf(world, knownDomain(world, DomainName)),
  }),

  DescribeDomains: (world, { DomainNames = [] }) => ({
    DomainStatusList: world.openSearch.domains
      .filter(({ described }) => DomainNames.includes(described.DomainName))
      .map((domain) => statusOf(world, domain)),
  }),

  DescribeDomainConfig: (world, { DomainName }) => ({
    DomainConfig: configOf(world, knownDomain(world, DomainName)),
  }),

  DescribeDomainChangeProgress(world, { DomainName, ChangeId }) {
    const { change } = knownDomain(world, DomainName);
    if (ChangeId !== undefined && ChangeId !== change?.id)
      throw invalid(`No change found with id: ${ChangeId}`);
    return change === undefined ? {} : { ChangeProgressStatus: progressOf(world, change) };
  },
} satisfies Operations<typeof import('@aws-sdk/client-opensearch')>;
