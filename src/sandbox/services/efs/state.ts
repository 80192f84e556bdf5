import type {
  AccessPointDescription,
  FileSystemDescription,
  LifecyclePolicy,
  MountTargetDescription,
} from '@aws-sdk/client-efs';
import type { Known } from '../../known.ts';

export interface Beacon {
  readonly id: string;
  readonly at: Date;
}

/** What AWS Backup put into a directory of its own. */
export interface RestoredDirectory {
  /** Such as `aws-backup-restore_2026-03-02T03-10-00-417Z`. */
  readonly name: string;
  readonly at: Date;
  readonly files: number;
  readonly bytes: number;
  readonly newestFile: Date;
  readonly beacons: readonly Beacon[];
}

/** What lies in a file system, as far as anybody can tell from outside. */
export interface FileSystemContent {
  /** As of `asOf`; they grow from there. */
  files: number;
  bytes: number;
  asOf: Date;
  newestFile: Date;
  filesPerHour: number;
  readonly bytesPerFile: number;
  /** Share of the bytes that lie in the Infrequent Access class. */
  readonly shareInIA: number;
  /** Marks that somebody wrote to recognise this content by. */
  beacons: Beacon[];
  directories: RestoredDirectory[];
}

export interface FileSystemState {
  fileSystem: Known<
    Omit<FileSystemDescription, 'LifeCycleState' | 'NumberOfMountTargets' | 'SizeInBytes' | 'Name'>,
    | 'FileSystemId'
    | 'FileSystemArn'
    | 'CreationToken'
    | 'CreationTime'
    | 'PerformanceMode'
    | 'ThroughputMode'
    | 'Tags'
  >;
  readonly availableFrom: Date;
  updatedFrom?: Date;
  throughputChangedAt?: Date;
  goneFrom?: Date;
  backupPolicy?: 'ENABLED' | 'DISABLED';
  lifecycle: LifecyclePolicy[];
  content: FileSystemContent;
}

export interface MountTargetState {
  target: Known<
    Omit<MountTargetDescription, 'LifeCycleState'>,
    'AvailabilityZoneName' | 'IpAddress' | 'VpcId'
  >;
  securityGroups: string[];
  readonly availableFrom: Date;
  goneFrom?: Date;
}

/** Least and most, in seconds. */
export type Span = readonly [least: number, most: number];

export interface EfsTimings {
  readonly fileSystemCreation: Span;
  readonly fileSystemUpdate: Span;
  readonly fileSystemDeletion: Span;
  readonly mountTargetCreation: Span;
  readonly mountTargetDeletion: Span;
}

/** What the service holds in one Region. States are not kept: they follow from the dates. */
export interface EfsState {
  fileSystems: FileSystemState[];
  mountTargets: MountTargetState[];
  accessPoints: Known<AccessPointDescription, 'AccessPointId' | 'AccessPointArn' | 'FileSystemId'>[];
  timings: EfsTimings;
}

export type EfsEvent = never;

export const emptyEfs = (): EfsState => ({
  fileSystems: [],
  mountTargets: [],
  accessPoints: [],
  timings: {
    fileSystemCreation: [3, 8],
    fileSystemUpdate: [5, 20],
    fileSystemDeletion: [10, 30],
    mountTargetCreation: [60, 110],
    mountTargetDeletion: [20, 60],
  },
});
