import type { ServerSideEncryptionRule, Tag } from '@aws-sdk/client-s3';

/** What a client said of the bytes, in the members of `PutObject`: `ChecksumCRC32` and so on. */
export type Checksums = Readonly<Record<string, string>>;

/** One version of an object, or a delete marker in its place. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` where it was written without versioning. */
  readonly versionId: string;
  readonly lastModified: Date;
  readonly deleteMarker?: true;
  /** Base64. */
  readonly body: string;
  readonly size: number;
  /** With its quotes. */
  readonly eTag: string;
  readonly contentType: string;
  /** Further headers of the object, in the members of `GetObject`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksums: Checksums;
  tags: Tag[];
}

export interface BucketState {
  readonly name: string;
  readonly region: string;
  readonly created: Date;
  /** Absent where it was never asked for. */
  versioning?: 'Enabled' | 'Suspended';
  encryption: ServerSideEncryptionRule;
  /** By key in order, and the newest of a key first. */
  versions: ObjectVersion[];
}

export interface S3State {
  buckets: BucketState[];
  /** In bytes: the whole account is kept in memory and stored after every write. */
  limits: { object: number; together: number };
}

export const emptyS3 = (): S3State => ({
  buckets: [],
  limits: { object: 1024 * 1024, together: 5 * 1024 * 1024 },
});
