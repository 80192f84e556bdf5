import { describe, expect, test } from 'vitest';
import { keys, recoveryKeys } from '../../../src/sandbox/morpheus-prod/names.ts';
import { later } from '../../../src/sandbox/schedule.ts';
import { kmsOperations as kms } from '../../../src/sandbox/services/kms/index.ts';
import { keyUnusable } from '../../../src/sandbox/services/kms/key-use.ts';
import { accountOf, elsewhere, snapshot, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, prod } from './stack.ts';

const days = (count: number) => count * 24 * 3600;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (blob: Uint8Array | undefined) => new TextDecoder().decode(blob);
const stateOf = (world: World, KeyId = keys.queue) => kms.DescribeKey(world, { KeyId }).KeyMetadata.KeyState;

describe('Key Management Service', () => {
  test('rule 1: each Region has its own keys, customer managed ones and those of AWS', () => {
    const world = prod();
    const aliases = kms.ListAliases(world, {}).Aliases.map(({ AliasName }) => AliasName);
    expect(aliases).toEqual(expect.arrayContaining(['alias/morpheus-prod-database', 'alias/aws/rds']));
    expect(kms.DescribeKey(world, { KeyId: 'alias/aws/rds' }).KeyMetadata).toMatchObject({
      KeyManager: 'AWS',
      KeyState: 'Enabled',
      KeySpec: 'SYMMETRIC_DEFAULT',
      MultiRegion: false,
    });
    const there = elsewhere(world, 'us-west-2');
    expect(kms.DescribeKey(there, { KeyId: 'alias/morpheus-prod-backup' }).KeyMetadata.Arn).toBe(
      recoveryKeys.backup,
    );
    expect(kms.ListKeys(world, { Limit: 5 })).toMatchObject({ Truncated: true });
  });

  test('rule 2: a key is named by id, ARN, alias or the ARN of an alias', () => {
    const world = prod();
    const id = keys.database.slice(-36);
    for (const KeyId of [
      id,
      keys.database,
      'alias/morpheus-prod-database',
      'arn:aws:kms:us-east-1:111122223333:alias/morpheus-prod-database',
    ])
      expect(kms.DescribeKey(world, { KeyId }).KeyMetadata.KeyId).toBe(id);
    const refused = (KeyId: string) => faultOf(() => kms.DescribeKey(world, { KeyId }));
    expect(refused('nobody')).toEqual({ code: 'NotFoundException', message: "Invalid keyId 'nobody'" });
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(refused(unknown).message).toBe(
      `Key 'arn:aws:kms:us-east-1:111122223333:key/${unknown}' does not exist`,
    );
    expect(refused('alias/nobody').message).toBe(
      'Alias arn:aws:kms:us-east-1:111122223333:alias/nobody is not found.',
    );
    expect(refused(recoveryKeys.backup)).toEqual({
      code: 'NotFoundException',
      message: 'Invalid arn us-west-2',
    });
    expect(refused('arn:aws:s3:::bucket').code).toBe('InvalidArnException');
  });

  test('rule 3: operations that manage a key take no alias', () => {
    const world = prod();
    expect(faultOf(() => kms.DisableKey(world, { KeyId: 'alias/morpheus-prod-queue' })).code).toBe(
      'NotFoundException',
    );
  });

  test('rule 4: a disabled key encrypts and decrypts nothing until it is enabled', () => {
    const world = prod();
    const { CiphertextBlob } = kms.Encrypt(world, { KeyId: keys.queue, Plaintext: bytes('x') });
    kms.DisableKey(world, { KeyId: keys.queue });
    expect(stateOf(world)).toBe('Disabled');
    const refusal = { code: 'DisabledException', message: `${keys.queue} is disabled.` };
    expect(faultOf(() => kms.Decrypt(world, { CiphertextBlob }))).toEqual(refusal);
    expect(faultOf(() => kms.EnableKeyRotation(world, { KeyId: keys.queue }))).toEqual(refusal);
    expect(keyUnusable(world, 'alias/morpheus-prod-queue')).toBe(refusal.message);
    kms.EnableKey(world, { KeyId: keys.queue });
    expect(text(kms.Decrypt(world, { CiphertextBlob }).Plaintext)).toBe('x');
    expect(keyUnusable(world, keys.queue)).toBeUndefined();
  });

  test('rule 5: deletion waits for seven to thirty days, can be cancelled, and leaves the key disabled', () => {
    const world = prod();
    const schedule = (PendingWindowInDays?: number) =>
      kms.ScheduleKeyDeletion(world, { KeyId: keys.queue, PendingWindowInDays });
    expect(faultOf(() => schedule(6)).code).toBe('ValidationException');
    expect(faultOf(() => kms.CancelKeyDeletion(world, { KeyId: keys.queue })).code).toBe(
      'KMSInvalidStateException',
    );
    expect(schedule()).toMatchObject({
      KeyState: 'PendingDeletion',
      DeletionDate: later(world.now, days(30) * 1000),
    });
    expect(faultOf(() => kms.EnableKey(world, { KeyId: keys.queue }))).toEqual({
      code: 'KMSInvalidStateException',
      message: `${keys.queue} is pending deletion.`,
    });
    expect(kms.CancelKeyDeletion(world, { KeyId: keys.queue })).toEqual({ KeyId: keys.queue });
    expect(stateOf(world)).toBe('Disabled');
  });

  test('rule 6: after the waiting period the key and what it encrypted are lost', () => {
    const world = prod();
    const { KeyMetadata } = kms.CreateKey(world, { Description: 'short-lived' });
    const KeyId = KeyMetadata.KeyId ?? '';
    const { CiphertextBlob } = kms.Encrypt(world, { KeyId, Plaintext: bytes('x') });
    kms.ScheduleKeyDeletion(world, { KeyId, PendingWindowInDays: 7 });
    // Nothing else has to live through these days.
    accountOf(world).transitions = [];
    pass(world, days(7));
    expect(faultOf(() => kms.DescribeKey(world, { KeyId })).code).toBe('NotFoundException');
    expect(faultOf(() => kms.Decrypt(world, { CiphertextBlob })).code).toBe('NotFoundException');
  });

  test('rule 7: rotation is on for every customer managed key but one, and has a period', () => {
    const world = prod();
    const status = (KeyId: string) => kms.GetKeyRotationStatus(world, { KeyId });
    expect(status(keys.queue)).toEqual({ KeyId: keys.queue, KeyRotationEnabled: false });
    expect(status(keys.database)).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
      NextRotationDate: new Date('2026-06-11T07:48:20Z'),
    });
    expect(
      faultOf(() => kms.EnableKeyRotation(world, { KeyId: keys.queue, RotationPeriodInDays: 30 })).code,
    ).toBe('ValidationException');
    kms.EnableKeyRotation(world, { KeyId: keys.queue, RotationPeriodInDays: 90 });
    expect(status(keys.queue)).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
    kms.DisableKeyRotation(world, { KeyId: keys.queue });
    expect(status(keys.queue).KeyRotationEnabled).toBe(false);
    expect(kms.ListKeyRotations(world, { KeyId: keys.database }).Rotations).toEqual([]);
  });

  test('rule 8: a ciphertext is bound to its key and its context', () => {
    const world = prod();
    const context = { EncryptionContext: { app: 'morpheus' } };
    const sealed = kms.Encrypt(world, { KeyId: keys.queue, Plaintext: bytes('canary-8'), ...context });
    const again = kms.Encrypt(world, { KeyId: keys.queue, Plaintext: bytes('canary-8'), ...context });
    expect(sealed.CiphertextBlob).not.toEqual(again.CiphertextBlob);
    expect(Buffer.from(sealed.CiphertextBlob).toString('latin1')).not.toContain('canary-8');
    const { CiphertextBlob } = sealed;
    expect(text(kms.Decrypt(world, { CiphertextBlob, ...context }).Plaintext)).toBe('canary-8');
    expect(faultOf(() => kms.Decrypt(world, { CiphertextBlob })).code).toBe('InvalidCiphertextException');
    expect(faultOf(() => kms.Decrypt(world, { CiphertextBlob, KeyId: keys.files, ...context })).code).toBe(
      'IncorrectKeyException',
    );
    expect(faultOf(() => kms.Decrypt(world, { CiphertextBlob: bytes('rubbish') })).code).toBe(
      'InvalidCiphertextException',
    );
    const moved = kms.ReEncrypt(world, {
      CiphertextBlob,
      SourceEncryptionContext: context.EncryptionContext,
      DestinationKeyId: keys.files,
    });
    expect(moved).toMatchObject({ SourceKeyId: keys.queue, KeyId: keys.files });
    expect(text(kms.Decrypt(world, { CiphertextBlob: moved.CiphertextBlob }).Plaintext)).toBe('canary-8');
  });

  test('rule 9: a data key comes in the clear and encrypted', () => {
    const world = prod();
    const answer = kms.GenerateDataKey(world, { KeyId: keys.files, KeySpec: 'AES_256' });
    expect(answer.Plaintext).toHaveLength(32);
    const opened = kms.Decrypt(world, { CiphertextBlob: answer.CiphertextBlob });
    expect(opened.Plaintext).toEqual(answer.Plaintext);
    expect(faultOf(() => kms.GenerateDataKey(world, { KeyId: keys.files })).code).toBe('ValidationException');
    expect(Object.keys(kms.GenerateDataKeyWithoutPlaintext(world, { KeyId: keys.files }))).not.toContain(
      'Plaintext',
    );
    const lengthOf = (request: object) =>
      kms.GenerateDataKey(world, { KeyId: keys.files, ...request }).Plaintext.length;
    expect(lengthOf({ KeySpec: 'AES_128' })).toBe(16);
    expect(lengthOf({ NumberOfBytes: 1024 })).toBe(1024);
    for (const NumberOfBytes of [0, -1, 1025, 20_000_000, 1.5])
      for (const generate of [kms.GenerateDataKey, kms.GenerateDataKeyWithoutPlaintext])
        expect(faultOf(() => generate(world, { KeyId: keys.files, NumberOfBytes }))).toMatchObject({
          code: 'ValidationException',
          message: expect.stringContaining(`Value '${NumberOfBytes}' at 'numberOfBytes'`),
        });
  });

  test('rule 9: up to 4096 bytes are encrypted', () => {
    const world = prod();
    const encrypt = (length: number) =>
      kms.Encrypt(world, { KeyId: keys.files, Plaintext: new Uint8Array(length) });
    expect(encrypt(4096).CiphertextBlob.length).toBeGreaterThan(4096);
    expect(faultOf(() => encrypt(4097)).code).toBe('ValidationException');
    expect(faultOf(() => encrypt(0)).code).toBe('ValidationException');
  });

  test('rule 10: encryption and data keys change nothing that happens, and leave no plaintext in the world', () => {
    const world = prod();
    const before = world.random.events;
    kms.Encrypt(world, { KeyId: keys.files, Plaintext: bytes('canary-10') });
    kms.GenerateDataKey(world, { KeyId: keys.files, NumberOfBytes: 16 });
    expect(world.random.events).toBe(before);
    expect(snapshot(accountOf(world))).not.toContain('canary-10');
  });

  test('rule 11: aliases are made, moved and deleted, and not under the prefix of AWS', () => {
    const world = prod();
    const create = (AliasName: string, TargetKeyId = keys.queue) =>
      kms.CreateAlias(world, { AliasName, TargetKeyId });
    create('alias/new');
    expect(faultOf(() => create('alias/new'))).toEqual({
      code: 'AlreadyExistsException',
      message: 'An alias with the name arn:aws:kms:us-east-1:111122223333:alias/new already exists',
    });
    expect(faultOf(() => create('new')).code).toBe('ValidationException');
    expect(faultOf(() => create('alias/aws/new')).code).toBe('NotAuthorizedException');
    kms.UpdateAlias(world, { AliasName: 'alias/new', TargetKeyId: keys.files });
    expect(kms.DescribeKey(world, { KeyId: 'alias/new' }).KeyMetadata.Arn).toBe(keys.files);
    kms.DeleteAlias(world, { AliasName: 'alias/new' });
    expect(keyUnusable(world, 'alias/new')).toContain('is not found');
  });

  test('rule 12: nobody changes the keys of AWS', () => {
    const world = prod();
    const KeyId = kms.DescribeKey(world, { KeyId: 'alias/aws/rds' }).KeyMetadata.KeyId ?? '';
    expect(faultOf(() => kms.DisableKey(world, { KeyId })).code).toBe('AccessDeniedException');
    expect(kms.GetKeyRotationStatus(world, { KeyId }).KeyRotationEnabled).toBe(true);
  });

  test('rule 13: a key has the default policy, tags, a description and no grants', () => {
    const world = prod();
    const KeyId = keys.database;
    expect(JSON.parse(kms.GetKeyPolicy(world, { KeyId }).Policy)).toMatchObject({ Id: 'key-default-1' });
    expect(faultOf(() => kms.GetKeyPolicy(world, { KeyId, PolicyName: 'x' })).code).toBe('NotFoundException');
    kms.TagResource(world, { KeyId, Tags: [{ TagKey: 'Owner', TagValue: 'dba' }] });
    kms.UntagResource(world, { KeyId, TagKeys: ['Project'] });
    const tags = kms.ListResourceTags(world, { KeyId }).Tags.map(({ TagKey }) => TagKey);
    expect(tags).toEqual(['Environment', 'Name', 'Owner']);
    kms.UpdateKeyDescription(world, { KeyId, Description: 'new' });
    expect(kms.DescribeKey(world, { KeyId }).KeyMetadata.Description).toBe('new');
    expect(kms.ListGrants(world, { KeyId }).Grants).toEqual([]);
  });

  test('rule 14: the fault key-disabled disables a key until somebody enables it', () => {
    const world = prod();
    world.faults.push({ what: 'key-disabled', key: 'alias/morpheus-prod-queue', from: world.now });
    expect(stateOf(world)).toBe('Disabled');
    expect(keyUnusable(world, keys.queue)).toBe(`${keys.queue} is disabled.`);
    expect(stateOf(world, keys.database)).toBe('Enabled');
    pass(world, 60);
    kms.EnableKey(world, { KeyId: keys.queue });
    expect(stateOf(world)).toBe('Enabled');
  });

  test('rule 15: only symmetric keys of one Region are made', () => {
    const world = prod();
    expect(faultOf(() => kms.CreateKey(world, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })).code).toBe(
      'UnsupportedOperationException',
    );
    const made = kms.CreateKey(world, { Tags: [{ TagKey: 'a', TagValue: 'b' }] }).KeyMetadata;
    expect(made).toMatchObject({ KeyManager: 'CUSTOMER', KeyState: 'Enabled', Description: '' });
    expect(first(kms.ListResourceTags(world, { KeyId: made.KeyId }).Tags).TagKey).toBe('a');
  });
});
