import type {
  BackupJobState,
  BackupPlan,
  BackupSelection,
  BackupVaultEvent,
  BackupVaultListMember,
  CopyJobState,
  Lifecycle,
  RecoveryPointStatus,
  RestoreJobStatus,
  RestoreTestingPlanForGet,
  RestoreTestingSelectionForGet,
  RestoreValidationStatus,
} from '@aws-sdk/client-backup';
import type { Known } from '../../known.ts';
import type { VolumeCopy } from '../ec2/volumes.ts';
import type { FileSystemCopy } from '../efs/copies.ts';
import type { ClusterCopy } from '../rds/cluster-copies.ts';
import type { SingleCopy } from '../rds/state.ts';

export type ResourceType = 'Aurora' | 'EBS' | 'EFS' | 'RDS';

/** What a recovery point holds of its resource. */
export type Held =
  | { readonly type: 'Aurora'; readonly copy: ClusterCopy }
  | { readonly type: 'EBS'; readonly copy: VolumeCopy }
  | { readonly type: 'EFS'; readonly copy: FileSystemCopy }
  | { readonly type: 'RDS'; readonly copy: SingleCopy };

export interface VaultState {
  readonly vault: Known<
    BackupVaultListMember,
    'BackupVaultName' | 'BackupVaultArn' | 'CreationDate' | 'EncryptionKeyArn'
  >;
  lock?: { MinRetentionDays?: number; MaxRetentionDays?: number; LockDate?: Date };
  accessPolicy?: string;
  notifications?: { SNSTopicArn: string; BackupVaultEvents: BackupVaultEvent[] };
  tags: Record<string, string>;
}

export interface PlanVersion {
  readonly VersionId: string;
  readonly created: Date;
  readonly plan: BackupPlan;
}

export interface SelectionState {
  readonly id: string;
  readonly created: Date;
  readonly creatorRequestId?: string;
  readonly selection: BackupSelection;
}

export interface PlanState {
  readonly id: string;
  readonly creatorRequestId?: string;
  readonly created: Date;
  deleted?: Date;
  lastRun?: Date;
  /** The last one is in force. */
  versions: PlanVersion[];
  selections: SelectionState[];
  tags: Record<string, string>;
}

/** The rule of a plan that something was made by. Its names are looked up in the plan. */
export interface Origin {
  readonly region: string;
  readonly plan: string;
  /** Place in the plan's list of versions. */
  readonly version: number;
  readonly rule: string;
}

export interface RecoveryPointState {
  readonly arn: string;
  readonly vault: string;
  readonly sourceVaultArn?: string;
  readonly name: string;
  held: Held;
  readonly role: string;
  readonly key: string;
  readonly created: Date;
  completed?: Date;
  /** EXPIRED and DELETING follow from the dates. */
  status: Exclude<RecoveryPointStatus, 'DELETING' | 'EXPIRED'>;
  message?: string;
  lifecycle: Lifecycle;
  lastRestored?: Date;
  goneFrom?: Date;
  by?: Origin;
  tags: Record<string, string>;
}

/** How a job ended; while it has not, its state follows from its dates. */
export interface End<State> {
  readonly state: State;
  readonly at: Date;
  readonly message?: string;
}

interface Job {
  readonly id: string;
  /** ARN of what is backed up, copied or restored. */
  readonly resource: string;
  readonly type: ResourceType;
  readonly role: string;
  readonly created: Date;
  readonly begins: Date;
  ends: Date;
  readonly token?: string;
}

export interface BackupJob extends Job {
  readonly vault: string;
  readonly name: string;
  readonly startBy: Date;
  /** ARN of the recovery point. */
  readonly point: string;
  readonly lifecycle: Lifecycle;
  readonly tags: Record<string, string>;
  readonly by?: Origin;
  bytes: number;
  stopping?: true;
  end?: End<BackupJobState>;
}

export interface CopyJob extends Job {
  readonly name: string;
  readonly source: string;
  readonly sourceVault: string;
  readonly destinationVault: string;
  readonly point: string;
  readonly bytes: number;
  readonly lifecycle: Lifecycle;
  readonly by?: Origin;
  readonly backupJob?: string;
  isLate?: true;
  end?: End<CopyJobState>;
}

export interface RestoreJob extends Job {
  readonly point: string;
  readonly pointCreated: Date;
  readonly vaultArn: string;
  readonly bytes: number;
  readonly metadata: Record<string, string>;
  readonly copyTags: boolean;
  /** ARN of what was made. */
  made?: string;
  end?: End<RestoreJobStatus>;
  validation?: { status: RestoreValidationStatus; message?: string };
}

export interface TestingPlanState {
  plan: RestoreTestingPlanForGet;
  selections: RestoreTestingSelectionForGet[];
  tags: Record<string, string>;
}

/** Least and most, in seconds. */
export type Span = readonly [least: number, most: number];

export interface BackupTimings {
  /** From the scheduled time until a job begins: AWS Backup spreads them over the start window. */
  readonly scheduledStart: Span;
  readonly start: Span;
  readonly backup: Readonly<Record<ResourceType, Span>>;
  readonly copy: Readonly<Record<ResourceType, Span>>;
  readonly restore: Readonly<Record<ResourceType, Span>>;
  readonly deletion: Span;
  /** How often a restore looks whether what it made is available. */
  readonly look: number;
}

/** What the service holds in one Region. */
export interface BackupState {
  vaults: VaultState[];
  plans: PlanState[];
  recoveryPoints: RecoveryPointState[];
  /** Oldest first, and only the last ones. */
  backupJobs: BackupJob[];
  copyJobs: CopyJob[];
  restoreJobs: RestoreJob[];
  testingPlans: TestingPlanState[];
  timings: BackupTimings;
}

export type BackupEvent =
  | { readonly kind: 'backup-rule-due'; readonly plan: string; readonly rule: string }
  | { readonly kind: 'backup-job-begins'; readonly job: string }
  | { readonly kind: 'backup-job-ends'; readonly job: string }
  | { readonly kind: 'backup-job-stops'; readonly job: string }
  | { readonly kind: 'backup-copy-ends'; readonly job: string }
  | { readonly kind: 'backup-restore-goes-on'; readonly job: string };

export const emptyBackup = (): BackupState => ({
  vaults: [],
  plans: [],
  recoveryPoints: [],
  backupJobs: [],
  copyJobs: [],
  restoreJobs: [],
  testingPlans: [],
  timings: {
    scheduledStart: [60, 900],
    start: [5, 60],
    backup: { Aurora: [180, 480], EBS: [240, 900], EFS: [420, 1080], RDS: [240, 600] },
    copy: { Aurora: [900, 2100], EBS: [600, 1500], EFS: [600, 1500], RDS: [900, 2100] },
    restore: { Aurora: [420, 900], EBS: [60, 300], EFS: [900, 2400], RDS: [600, 1500] },
    deletion: [20, 120],
    look: 30,
  },
});
