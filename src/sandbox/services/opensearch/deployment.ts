import type { UpdateDomainConfigRequest } from '@aws-sdk/client-opensearch';
import type { Described } from './state.ts';

export type Deployment = 'Blue/Green' | 'DynamicUpdate' | 'None';

/** Whether a member that is asked for differs from what is; those that are not asked for stay. */
function differs(asked: unknown, current: unknown): boolean {
  if (asked === undefined) return false;
  if (typeof asked !== 'object' || asked === null) return asked !== current;
  const members = (current ?? {}) as Record<string, unknown>;
  if (Array.isArray(asked)) return JSON.stringify(asked) !== JSON.stringify(current);
  return Object.entries(asked).some(([key, value]) => differs(value, members[key]));
}

/** https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html */
export function deploymentOf(current: Described, request: UpdateDomainConfigRequest): Deployment {
  const { ClusterConfig = {}, EBSOptions = {}, LogPublishingOptions = {} } = request;
  const cluster = current.ClusterConfig;
  const { InstanceCount, DedicatedMasterType, DedicatedMasterCount, ...shape } = ClusterConfig;
  const turnsAuditOn =
    LogPublishingOptions.AUDIT_LOGS?.Enabled === true &&
    current.LogPublishingOptions?.AUDIT_LOGS?.Enabled !== true;
  const turnsAccessControlOn =
    request.AdvancedSecurityOptions?.Enabled === true && current.AdvancedSecurityOptions?.Enabled !== true;
  const needsNewNodes =
    differs(shape, cluster) ||
    (!cluster.DedicatedMasterEnabled && differs(InstanceCount, cluster.InstanceCount)) ||
    (EBSOptions.VolumeSize ?? Number.POSITIVE_INFINITY) < (current.EBSOptions.VolumeSize ?? 0) ||
    differs(EBSOptions.EBSEnabled, current.EBSOptions.EBSEnabled) ||
    differs(request.AdvancedOptions, current.AdvancedOptions) ||
    differs(request.VPCOptions, current.VPCOptions) ||
    differs(request.EncryptionAtRestOptions, current.EncryptionAtRestOptions) ||
    differs(request.NodeToNodeEncryptionOptions, current.NodeToNodeEncryptionOptions) ||
    turnsAuditOn ||
    turnsAccessControlOn;
  if (needsNewNodes) return 'Blue/Green';
  const { DomainName: _name, DryRun: _dry, DryRunMode: _mode, AdvancedSecurityOptions, ...options } = request;
  const { MasterUserOptions, ...security } = AdvancedSecurityOptions ?? {};
  const changes =
    MasterUserOptions !== undefined ||
    differs(security, current.AdvancedSecurityOptions) ||
    differs(options, current);
  return changes ? 'DynamicUpdate' : 'None';
}
