import type { ReplicationStatusType, RotationRulesType, Tag } from '@aws-sdk/client-secrets-manager';
import type { Known } from '../../known.ts';
import type { Sealed } from '../../sealed.ts';

export interface SecretVersion {
  readonly id: string;
  stages: string[];
  readonly createdAt: Date;
  /** The day of the last read. */
  accessedOn?: Date;
  /** One of both; neither in a version that a rotation began and has not filled. */
  text?: Sealed;
  bytes?: Sealed;
  /** Id, ARN or alias of the key that encrypts it. */
  key: string;
}

/** The steps of a rotation function: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html */
export type RotationStep = 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';

export interface Rotation {
  enabled: boolean;
  lambda: string;
  rules: RotationRulesType;
}

export interface RotationFailure {
  readonly at: Date;
  readonly step: RotationStep;
  /** As the function's log would have it; names no password. */
  readonly error: string;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  description?: string;
  /** Such as `rds`: who made it, and rotates it. */
  owningService?: string;
  /** As it was given; without one `alias/aws/secretsmanager`. */
  kmsKey?: string;
  tags: Known<Tag, 'Key' | 'Value'>[];
  readonly createdAt: Date;
  changedAt: Date;
  accessedOn?: Date;
  rotatedAt?: Date;
  versions: SecretVersion[];
  rotation?: Rotation;
  /** The rotation that is under way. */
  rotating?: { readonly version: string; attempt: number };
  lastFailure?: RotationFailure;
  /** Deleted `at`, and gone `from` then. */
  deletion?: { readonly at: Date; readonly from: Date };
  replicas: Known<ReplicationStatusType, 'Region' | 'Status'>[];
  /** In a replica, where the secret itself is. */
  primaryRegion?: string;
  policy?: string;
}

/** Seconds, at least and at most. */
type Span = readonly [least: number, most: number];

export interface SecretsManagerState {
  secrets: Secret[];
  /** ARNs of the rotation functions that can be called. */
  functions: string[];
  timings: {
    /** One step of a rotation function. */
    step: Span;
    /** From a failed attempt to the next. */
    retry: Span;
    /** How often a rotation is attempted. */
    attempts: number;
    replication: Span;
  };
}

export type SecretsManagerEvent =
  | {
      readonly kind: 'secret-rotation-step';
      readonly secret: string;
      readonly version: string;
      readonly step: RotationStep;
    }
  | { readonly kind: 'secret-rotation-due'; readonly secret: string }
  | { readonly kind: 'secret-replicates'; readonly secret: string };

export const emptySecretsManager = (): SecretsManagerState => ({
  secrets: [],
  functions: [],
  timings: { step: [2, 6], retry: [60, 120], attempts: 5, replication: [1, 5] },
});
