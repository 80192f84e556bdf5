import { hours } from '../../../duration.ts';
import { drawUuid } from '../../random.ts';
import { later } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { callerArn } from '../sts.ts';
import {
  arnOf,
  describeKey,
  invalid,
  keyNamed,
  keysIn,
  mustBeEnabled,
  mustBePendingDeletion,
  mustNotBeDeleted,
} from './keys.ts';
import type { Key } from './state.ts';

/** What a key gets that is made without a policy. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
const defaultPolicy = (world: World): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${world.account}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  );

/** The policy of an AWS managed key lets nobody change it. https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html */
function ownKey(world: World, named: string | undefined, action: string): Key {
  const key = keyNamed(world, named ?? '');
  if (key.manager === 'AWS')
    throw new AwsFault(
      'AccessDeniedException',
      `User: ${callerArn(world)} is not authorized to perform: kms:${action} on resource: ${arnOf(world, key.id)} because no resource-based policy allows the kms:${action} action`,
    );
  return key;
}

export const keyOperations = {
  CreateKey(world, { Description = '', Policy, Tags = [], KeySpec, KeyUsage, Origin, MultiRegion }) {
    const isPlain =
      (KeySpec ?? 'SYMMETRIC_DEFAULT') === 'SYMMETRIC_DEFAULT' &&
      (KeyUsage ?? 'ENCRYPT_DECRYPT') === 'ENCRYPT_DECRYPT' &&
      (Origin ?? 'AWS_KMS') === 'AWS_KMS' &&
      MultiRegion !== true;
    if (!isPlain)
      throw new AwsFault('UnsupportedOperationException', 'Only symmetric single-Region keys are simulated.');
    const key: Key = {
      id: drawUuid(world),
      manager: 'CUSTOMER',
      createdAt: world.now,
      description: Description,
      ...(Policy !== undefined && { policy: Policy }),
      tags: Tags.map(({ TagKey = '', TagValue = '' }) => ({ TagKey, TagValue })),
    };
    world.kms.keys.push(key);
    return { KeyMetadata: describeKey(world, key) };
  },

  DescribeKey: (world, { KeyId }) => ({
    KeyMetadata: describeKey(world, keyNamed(world, KeyId ?? '', 'aliases too')),
  }),

  ListKeys(world, { Limit, Marker }) {
    const page = pageOf(keysIn(world), Limit ?? 100, Marker, 'InvalidMarkerException');
    return {
      Keys: page.items.map(({ id }) => ({ KeyId: id, KeyArn: arnOf(world, id) })),
      NextMarker: page.next,
      Truncated: page.next !== undefined,
    };
  },

  EnableKey(world, { KeyId }) {
    const key = ownKey(world, KeyId, 'EnableKey');
    mustNotBeDeleted(world, key);
    delete key.disabled;
    key.enabledAt = world.now;
    return {};
  },

  DisableKey(world, { KeyId }) {
    const key = ownKey(world, KeyId, 'DisableKey');
    mustNotBeDeleted(world, key);
    key.disabled = true;
    return {};
  },

  ScheduleKeyDeletion(world, { KeyId, PendingWindowInDays = 30 }) {
    const key = ownKey(world, KeyId, 'ScheduleKeyDeletion');
    if (PendingWindowInDays < 7)
      throw invalid(
        PendingWindowInDays,
        'pendingWindowInDays',
        'Member must have value greater than or equal to 7',
      );
    if (PendingWindowInDays > 30)
      throw invalid(
        PendingWindowInDays,
        'pendingWindowInDays',
        'Member must have value less than or equal to 30',
      );
    mustNotBeDeleted(world, key);
    key.deletedFrom = later(world.now, hours(24 * PendingWindowInDays));
    return {
      KeyId: arnOf(world, key.id),
      DeletionDate: key.deletedFrom,
      KeyState: 'PendingDeletion' as const,
      PendingWindowInDays,
    };
  },

  CancelKeyDeletion(world, { KeyId }) {
    const key = ownKey(world, KeyId, 'CancelKeyDeletion');
    mustBePendingDeletion(world, key);
    delete key.deletedFrom;
    key.disabled = true;
    return { KeyId: arnOf(world, key.id) };
  },

  UpdateKeyDescription(world, { KeyId, Description }) {
    const key = ownKey(world, KeyId, 'UpdateKeyDescription');
    mustNotBeDeleted(world, key);
    key.description = Description ?? '';
    return {};
  },

  GetKeyPolicy(world, { KeyId, PolicyName = 'default' }) {
    const key = keyNamed(world, KeyId ?? '');
    if (PolicyName !== 'default') throw new AwsFault('NotFoundException', 'No such policy exists');
    return { Policy: key.policy ?? defaultPolicy(world), PolicyName };
  },

  ListResourceTags(world, { KeyId, Limit, Marker }) {
    const page = pageOf(keyNamed(world, KeyId ?? '').tags, Limit ?? 50, Marker, 'InvalidMarkerException');
    return { Tags: page.items, NextMarker: page.next, Truncated: page.next !== undefined };
  },

  TagResource(world, { KeyId, Tags = [] }) {
    const key = ownKey(world, KeyId, 'TagResource');
    mustNotBeDeleted(world, key);
    for (const { TagKey = '', TagValue = '' } of Tags)
      key.tags = [...key.tags.filter((tag) => tag.TagKey !== TagKey), { TagKey, TagValue }];
    return {};
  },

  UntagResource(world, { KeyId, TagKeys = [] }) {
    const key = ownKey(world, KeyId, 'UntagResource');
    mustNotBeDeleted(world, key);
    key.tags = key.tags.filter(({ TagKey }) => !TagKeys.includes(TagKey));
    return {};
  },

  ListGrants(world, { KeyId, GrantId, GranteePrincipal, Limit, Marker }) {
    const arn = arnOf(world, keyNamed(world, KeyId ?? '').id);
    const found = world.kms.grants.filter(
      (grant) =>
        grant.KeyId === arn &&
        grant.GrantId === (GrantId ?? grant.GrantId) &&
        grant.GranteePrincipal === (GranteePrincipal ?? grant.GranteePrincipal),
    );
    const page = pageOf(found, Limit ?? 50, Marker, 'InvalidMarkerException');
    return { Grants: page.items, NextMarker: page.next, Truncated: page.next !== undefined };
  },

  EnableKeyRotation(world, { KeyId, RotationPeriodInDays }) {
    const key = ownKey(world, KeyId, 'EnableKeyRotation');
    mustBeEnabled(world, key);
    if (RotationPeriodInDays !== undefined && (RotationPeriodInDays < 90 || RotationPeriodInDays > 2560))
      throw invalid(
        RotationPeriodInDays,
        'rotationPeriodInDays',
        RotationPeriodInDays < 90
          ? 'Member must have value greater than or equal to 90'
          : 'Member must have value less than or equal to 2560',
      );
    const days = RotationPeriodInDays ?? key.rotation?.days ?? 365;
    if (key.rotation?.days !== days) key.rotation = { days, since: world.now };
    return {};
  },

  DisableKeyRotation(world, { KeyId }) {
    const key = ownKey(world, KeyId, 'DisableKeyRotation');
    mustBeEnabled(world, key);
    delete key.rotation;
    return {};
  },

  GetKeyRotationStatus(world, { KeyId }) {
    const key = keyNamed(world, KeyId ?? '');
    const isOn = key.deletedFrom === undefined && key.rotation !== undefined;
    return {
      KeyId: arnOf(world, key.id),
      KeyRotationEnabled: isOn,
      ...(isOn &&
        key.rotation && {
          RotationPeriodInDays: key.rotation.days,
          NextRotationDate: rotationDate(key.rotation, rotationsDone(world, key) + 1),
        }),
    };
  },

  ListKeyRotations(world, { KeyId, Limit, Marker }) {
    const key = keyNamed(world, KeyId ?? '');
    const { rotation } = key;
    const rotations = Array.from({ length: rotationsDone(world, key) }, (_none, index) => ({
      KeyId: arnOf(world, key.id),
      RotationDate: rotation && rotationDate(rotation, index + 1),
      RotationType: 'AUTOMATIC' as const,
    }));
    const page = pageOf(rotations, Limit ?? 100, Marker, 'InvalidMarkerException');
    return { Rotations: page.items, NextMarker: page.next, Truncated: page.next !== undefined };
  },
} satisfies Operations<typeof import('@aws-sdk/client-kms')>;

type Rotation = NonNullable<Key['rotation']>;

const rotationDate = ({ since, days }: Rotation, count: number): Date =>
  later(since, hours(24 * days * count));

const rotationsDone = (world: World, { rotation }: Key): number =>
  rotation === undefined
    ? 0
    : Math.floor((world.now.getTime() - rotation.since.getTime()) / hours(24 * rotation.days));
