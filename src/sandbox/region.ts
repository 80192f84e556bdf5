import type { Application } from './application/state.ts';
import { type AcmState, emptyAcm } from './services/acm/state.ts';
import { type AutoScalingState, emptyAutoScaling } from './services/auto-scaling/state.ts';
import { type BackupState, emptyBackup } from './services/backup/state.ts';
import { type CloudWatchState, emptyCloudWatch } from './services/cloudwatch/state.ts';
import { emptyLogs, type LogsState } from './services/cloudwatch-logs/state.ts';
import { type Ec2State, emptyEc2 } from './services/ec2/state.ts';
import { type EfsState, emptyEfs } from './services/efs/state.ts';
import { emptyLoadBalancing, type LoadBalancingState } from './services/elastic-load-balancing-v2/state.ts';
import { emptyKms, type KmsState } from './services/kms/state.ts';
import { emptyMq, type MqState } from './services/mq/state.ts';
import { emptyOpenSearch, type OpenSearchState } from './services/opensearch/state.ts';
import { emptyRds, type RdsState } from './services/rds/state.ts';
import { emptySecretsManager, type SecretsManagerState } from './services/secrets-manager/state.ts';
import { emptyServiceQuotas, type ServiceQuotasState } from './services/service-quotas/state.ts';
import { emptySystemsManager, type SystemsManagerState } from './services/ssm/state.ts';

/** What the account holds in one Region. */
export interface RegionState {
  acm: AcmState;
  applications: Application[];
  autoScaling: AutoScalingState;
  backup: BackupState;
  cloudWatch: CloudWatchState;
  ec2: Ec2State;
  efs: EfsState;
  kms: KmsState;
  loadBalancing: LoadBalancingState;
  logs: LogsState;
  mq: MqState;
  openSearch: OpenSearchState;
  rds: RdsState;
  secretsManager: SecretsManagerState;
  serviceQuotas: ServiceQuotasState;
  systemsManager: SystemsManagerState;
}

/** A Region in which nobody has made anything. */
export const emptyRegion = (): RegionState => ({
  acm: emptyAcm(),
  applications: [],
  autoScaling: emptyAutoScaling(),
  backup: emptyBackup(),
  cloudWatch: emptyCloudWatch(),
  ec2: emptyEc2(),
  efs: emptyEfs(),
  kms: emptyKms(),
  loadBalancing: emptyLoadBalancing(),
  logs: emptyLogs(),
  mq: emptyMq(),
  openSearch: emptyOpenSearch(),
  rds: emptyRds(),
  secretsManager: emptySecretsManager(),
  serviceQuotas: emptyServiceQuotas(),
  systemsManager: emptySystemsManager(),
});
