import type { AliasListEntry, GrantListEntry, KeyManagerType, Tag } from '@aws-sdk/client-kms';
import type { Known } from '../../known.ts';

/** A symmetric key for encryption. What `DescribeKey` says of one besides is the same for all. */
export interface Key {
  readonly id: string;
  readonly manager: KeyManagerType;
  readonly createdAt: Date;
  description: string;
  disabled?: true;
  /** When somebody enabled it: this cures the fault `key-disabled` that began before. */
  enabledAt?: Date;
  /** Pending deletion until then, afterwards gone. */
  deletedFrom?: Date;
  /** Automatic rotation of its material, where that is on. */
  rotation?: { days: number; since: Date };
  policy?: string;
  tags: Known<Tag, 'TagKey' | 'TagValue'>[];
}

export interface KmsState {
  keys: Key[];
  aliases: Known<AliasListEntry, 'AliasName' | 'TargetKeyId'>[];
  grants: Known<GrantListEntry, 'KeyId' | 'GrantId'>[];
}

export type KmsEvent = never;

export const emptyKms = (): KmsState => ({ keys: [], aliases: [], grants: [] });
