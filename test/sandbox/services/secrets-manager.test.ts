import { describe, expect, test } from 'vitest';
import {
  database,
  keys,
  secrets as names,
  queue,
  recoveryKeys,
} from '../../../src/sandbox/morpheus-prod/names.ts';
import { kmsOperations } from '../../../src/sandbox/services/kms/index.ts';
import { connectToBroker } from '../../../src/sandbox/services/mq/connections.ts';
import { instanceBehind, openConnection } from '../../../src/sandbox/services/rds/connections.ts';
import { secretUnder } from '../../../src/sandbox/services/secrets-manager/current-secret.ts';
import { secretsManagerOperations as sm } from '../../../src/sandbox/services/secrets-manager/index.ts';
import { accountOf, elsewhere, snapshot, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, passUntil, prod } from './stack.ts';

const token = (text: string) => text.padEnd(32, '0');
const days = (count: number) => count * 24 * 3600;
const described = (world: World, SecretId: string) => sm.DescribeSecret(world, { SecretId });

const made = (world: World, SecretString = 'one') =>
  sm.CreateSecret(world, { Name: 'mine', SecretString, ClientRequestToken: token('first') });
const put = (world: World, text: string, SecretString: string, VersionStages?: string[]) =>
  sm.PutSecretValue(world, {
    SecretId: 'mine',
    ClientRequestToken: token(text),
    SecretString,
    VersionStages,
  });
const stages = (world: World) =>
  Object.fromEntries(
    (sm.ListSecretVersionIds(world, { SecretId: 'mine', IncludeDeprecated: true }).Versions ?? []).map(
      ({ VersionId = '', VersionStages = [] }) => [VersionId.replace(/0+$/, ''), VersionStages],
    ),
  );
const login = (world: World, name: string, stage?: string): { username: string; password: string } =>
  JSON.parse(secretUnder(world, name, stage)?.text ?? '{}');

const queueFunction = 'arn:aws:lambda:us-east-1:111122223333:function:morpheus-prod-rotate-queue';
const rotateQueue = (world: World, text = 'rotation') =>
  sm.RotateSecret(world, {
    SecretId: names.queue.name,
    ClientRequestToken: token(text),
    RotationLambdaARN: queueFunction,
    RotationRules: { AutomaticallyAfterDays: 30 },
  });
const isRotating = (world: World) =>
  world.secretsManager.secrets.some(({ rotating }) => rotating !== undefined);
const brokerTakes = (world: World, stage: string) => {
  const { username, password } = login(world, names.queue.name, stage);
  return 'ok' in connectToBroker(world, queue.host, { user: username, password });
};

describe('Secrets Manager', () => {
  test('rule 1: the stack has four secrets, of which some are due', () => {
    const world = prod();
    const list = sm.ListSecrets(world, { SortBy: 'name', SortOrder: 'asc' }).SecretList;
    expect(list.map(({ Name }) => Name)).toEqual([
      'morpheus/prod/database/app',
      'morpheus/prod/database/master',
      'morpheus/prod/queue',
      'morpheus/prod/search',
    ]);
    const soon = described(world, names.database.name).NextRotationDate ?? new Date(0);
    expect(soon.getTime() - world.now.getTime()).toBeLessThan(days(5) * 1000);
    expect(soon > world.now).toBe(true);
    expect(described(world, names.search.name)).toMatchObject({
      RotationEnabled: false,
      KmsKeyId: keys.secrets,
    });
    expect(described(world, names.queue.name).LastRotatedDate).toBeUndefined();
    expect(login(world, names.database.name)).toMatchObject({ username: 'morpheus_app' });
    expect(login(world, names.queue.name).password).not.toBe(login(prod(8), names.queue.name).password);
  });

  test('rule 2: a secret is named by name or by its ARN, whole or without its end', () => {
    const world = prod();
    for (const id of [names.queue.name, names.queue.arn, names.queue.arn.slice(0, -7)])
      expect(described(world, id).ARN).toBe(names.queue.arn);
    expect(faultOf(() => described(world, 'nobody'))).toEqual({
      code: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
  });

  test('rule 3: a list is filtered, sorted and paged', () => {
    const world = prod();
    const found = (Key: 'name' | 'all' | 'tag-value', ...Values: string[]) =>
      sm
        .ListSecrets(world, { Filters: [{ Key, Values }], SortBy: 'name', SortOrder: 'asc' })
        .SecretList.map(({ Name = '' }) => Name.slice('morpheus/prod/'.length));
    expect(found('name', 'morpheus/prod/d')).toEqual(['database/app', 'database/master']);
    expect(found('name', '!morpheus/prod/d')).toEqual(['queue', 'search']);
    expect(found('tag-value', 'search')).toEqual(['search']);
    expect(found('all', 'rabbitmq')).toEqual(['queue']);
    const page = sm.ListSecrets(world, { MaxResults: 3 });
    expect(sm.ListSecrets(world, { NextToken: page.NextToken }).SecretList).toHaveLength(1);
    expect(faultOf(() => sm.ListSecrets(world, { NextToken: '?' })).code).toBe('InvalidNextTokenException');
    for (const Key of ['constructor', '__proto__'])
      expect(
        faultOf(() => sm.ListSecrets(world, { Filters: [{ Key: Key as 'name', Values: ['a'] }] })).code,
      ).toBe('ValidationException');
    expect(sm.ListSecrets(world, { SortBy: 'constructor' as 'name' }).SecretList?.length).toBeGreaterThan(0);
  });

  test('rule 4: a value is read by version or stage', () => {
    const world = prod();
    made(world);
    put(world, 'second', 'two');
    const read = (wanted: object) => sm.GetSecretValue(world, { SecretId: 'mine', ...wanted }).SecretString;
    expect(read({})).toBe('two');
    expect(read({ VersionStage: 'AWSPREVIOUS' })).toBe('one');
    expect(read({ VersionId: token('first') })).toBe('one');
    expect(faultOf(() => read({ VersionId: token('first'), VersionStage: 'AWSCURRENT' })).code).toBe(
      'InvalidRequestException',
    );
    expect(faultOf(() => read({ VersionStage: 'AWSPENDING' }))).toEqual({
      code: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    });
    expect(described(world, 'mine').LastAccessedDate).toEqual(new Date('2026-03-02T00:00:00Z'));
  });

  test('rule 5: a batch lists what cannot be read', () => {
    const world = prod();
    const answer = sm.BatchGetSecretValue(world, { SecretIdList: [names.queue.name, 'nobody'] });
    expect(answer.SecretValues.map(({ Name }) => Name)).toEqual([names.queue.name]);
    expect(answer.Errors).toMatchObject([{ SecretId: 'nobody', ErrorCode: 'ResourceNotFoundException' }]);
    expect(faultOf(() => sm.BatchGetSecretValue(world, {})).code).toBe('InvalidParameterException');
  });

  test('rule 6: a token makes a version once', () => {
    const world = prod();
    made(world);
    put(world, 'second', 'two');
    const before = snapshot(accountOf(world));
    put(world, 'second', 'two');
    expect(snapshot(accountOf(world))).toBe(before);
    expect(faultOf(() => put(world, 'second', 'canary-6'))).toEqual({
      code: 'ResourceExistsException',
      message: `You can't use ClientRequestToken ${token('second')} because that value is already in use for a version of secret ${described(world, 'mine').ARN}.`,
    });
    expect(faultOf(() => sm.PutSecretValue(world, { SecretId: 'mine', SecretString: 'x' })).code).toBe(
      'InvalidRequestException',
    );
  });

  test('rule 7: stages move, and AWSPREVIOUS follows AWSCURRENT', () => {
    const world = prod();
    made(world);
    put(world, 'second', 'two');
    expect(stages(world)).toEqual({ first: ['AWSPREVIOUS'], second: ['AWSCURRENT'] });
    put(world, 'third', 'three', ['AWSPENDING', 'mark']);
    expect(stages(world)).toMatchObject({ second: ['AWSCURRENT'], third: ['AWSPENDING', 'mark'] });
    put(world, 'fourth', 'four', ['AWSCURRENT', 'mark']);
    expect(stages(world)).toEqual({
      first: [],
      second: ['AWSPREVIOUS'],
      third: ['AWSPENDING'],
      fourth: ['AWSCURRENT', 'mark'],
    });
  });

  test('rule 8: a stage is moved from the version that has it, and AWSCURRENT is never removed', () => {
    const world = prod();
    made(world);
    put(world, 'second', 'two');
    const move = (VersionStage: string, from?: string, to?: string) =>
      sm.UpdateSecretVersionStage(world, {
        SecretId: 'mine',
        VersionStage,
        RemoveFromVersionId: from && token(from),
        MoveToVersionId: to && token(to),
      });
    expect(faultOf(() => move('AWSCURRENT', undefined, 'first'))).toEqual({
      code: 'InvalidParameterException',
      message: `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${token('second')}, so you must explicitly reference that version in RemoveFromVersionId.`,
    });
    expect(faultOf(() => move('AWSCURRENT', 'first', 'second')).code).toBe('InvalidParameterException');
    expect(faultOf(() => move('AWSCURRENT', 'second')).message).toContain("It can't be completely removed.");
    expect(faultOf(() => move('AWSCURRENT', 'second', 'nobody')).code).toBe('ResourceNotFoundException');
    expect(faultOf(() => move('mark')).code).toBe('InvalidParameterException');
    move('AWSCURRENT', 'second', 'first');
    expect(stages(world)).toEqual({ first: ['AWSCURRENT'], second: ['AWSPREVIOUS'] });
    move('mark', undefined, 'second');
    move('mark', 'second', 'first');
    move('AWSPREVIOUS', 'second');
    expect(stages(world)).toEqual({ first: ['AWSCURRENT', 'mark'], second: [] });
  });

  test('rule 9: versions without a stage are hidden, and go when there are too many', () => {
    const world = prod();
    made(world);
    for (let count = 0; count < 120; count += 1) put(world, `v${count}-`, `value ${count}`);
    const listed = (IncludeDeprecated: boolean) =>
      sm.ListSecretVersionIds(world, { SecretId: 'mine', IncludeDeprecated, MaxResults: 500 }).Versions
        .length;
    expect(listed(false)).toBe(2);
    expect(listed(true)).toBe(121);
    for (let count = 120; count < 149; count += 1) put(world, `v${count}-`, `value ${count}`);
    expect(faultOf(() => put(world, 'one too many', 'x')).code).toBe('LimitExceededException');
    pass(world, days(1) + 60);
    put(world, 'after a day', 'x');
    expect(listed(true)).toBe(100);
  });

  test('rule 10: a secret is created once under its name', () => {
    const world = prod();
    const { ARN } = made(world);
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:111122223333:secret:mine-[A-Za-z0-9]{6}$/);
    expect(made(world).ARN).toBe(ARN);
    const create = (more: object) =>
      sm.CreateSecret(world, { Name: 'mine', ClientRequestToken: token('other'), ...more });
    expect(faultOf(() => create({ SecretString: 'x' }))).toEqual({
      code: 'ResourceExistsException',
      message: 'The operation failed because the secret mine already exists.',
    });
    expect(faultOf(() => create({ Name: 'not good' })).code).toBe('ValidationException');
    expect(faultOf(() => create({ Name: 'other', KmsKeyId: 'nobody' })).message).toBe(
      "The operation failed because of an invalid KMS key: Invalid keyId 'nobody'",
    );
    sm.DeleteSecret(world, { SecretId: 'mine' });
    expect(faultOf(() => create({}))).toEqual({
      code: 'InvalidRequestException',
      message:
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    });
  });

  test('rule 11: a secret is updated, with or without a new value', () => {
    const world = prod();
    made(world);
    const update = (more: object) =>
      sm.UpdateSecret(world, { SecretId: 'mine', ClientRequestToken: token('second'), ...more });
    expect(update({ Description: 'new' })).not.toHaveProperty('VersionId');
    expect(update({ SecretString: 'two', KmsKeyId: keys.queue }).VersionId).toBe(token('second'));
    expect(described(world, 'mine')).toMatchObject({ Description: 'new', KmsKeyId: keys.queue });
    expect(secretUnder(world, 'mine')?.text).toBe('two');
  });

  test('rule 12: a deleted secret can be restored while its recovery window lasts', () => {
    const world = prod();
    made(world);
    const remove = (more: object) => sm.DeleteSecret(world, { SecretId: 'mine', ...more });
    expect(faultOf(() => remove({ RecoveryWindowInDays: 6 })).code).toBe('InvalidParameterException');
    expect(faultOf(() => remove({ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true })).code).toBe(
      'InvalidParameterException',
    );
    remove({ RecoveryWindowInDays: 7 });
    expect(faultOf(() => sm.GetSecretValue(world, { SecretId: 'mine' }))).toEqual({
      code: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    });
    expect(secretUnder(world, 'mine')).toBeUndefined();
    expect(described(world, 'mine').DeletedDate).toBeInstanceOf(Date);
    expect(sm.ListSecrets(world, { Filters: [{ Key: 'name', Values: ['mine'] }] }).SecretList).toEqual([]);
    sm.RestoreSecret(world, { SecretId: 'mine' });
    expect(secretUnder(world, 'mine')?.text).toBe('one');
    remove({ ForceDeleteWithoutRecovery: true });
    expect(faultOf(() => described(world, 'mine')).code).toBe('ResourceNotFoundException');
    expect(faultOf(() => sm.DeleteSecret(world, { SecretId: names.queue.name })).message).toContain(
      'replica',
    );
  });

  test('rule 13: a random password is as it was wished', () => {
    const world = prod();
    const wish = (more: object = {}) => sm.GetRandomPassword(world, more).RandomPassword;
    const before = world.random.events;
    expect(wish()).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^a-zA-Z0-9])[^ ]{32}$/);
    expect(wish({ PasswordLength: 12, ExcludePunctuation: true, ExcludeNumbers: true })).toMatch(
      /^[a-zA-Z]{12}$/,
    );
    expect(
      wish({
        ExcludeCharacters: '02468',
        ExcludeLowercase: true,
        ExcludeUppercase: true,
        ExcludePunctuation: true,
      }),
    ).toMatch(/^[13579]{32}$/);
    expect(wish()).not.toBe(wish());
    expect(faultOf(() => wish({ PasswordLength: 3 })).code).toBe('InvalidParameterException');
    expect(faultOf(() => wish({ PasswordLength: 4097 })).code).toBe('InvalidParameterException');
    expect(world.random.events).toBe(before);
  });

  test('rule 14: without its key a value is neither read nor written', () => {
    const world = prod();
    kmsOperations.DisableKey(world, { KeyId: keys.secrets });
    const SecretId = names.queue.name;
    expect(faultOf(() => sm.GetSecretValue(world, { SecretId })).code).toBe('DecryptionFailure');
    expect(
      faultOf(() =>
        sm.PutSecretValue(world, { SecretId, SecretString: 'canary-14', ClientRequestToken: token('x') }),
      ),
    ).toMatchObject({ code: 'EncryptionFailure', message: expect.not.stringContaining('canary-14') });
    expect(secretUnder(world, SecretId)).toBeUndefined();
  });

  test('rule 15: a rotation goes through four steps and leaves a login that works', () => {
    const world = prod();
    const old = login(world, names.queue.name).password;
    rotateQueue(world);
    const VersionId = token('rotation');
    expect(described(world, names.queue.name).VersionIdsToStages?.[VersionId]).toEqual(['AWSPENDING']);
    expect(
      faultOf(() => sm.GetSecretValue(world, { SecretId: names.queue.name, VersionStage: 'AWSPENDING' }))
        .code,
    ).toBe('ResourceNotFoundException');
    passUntil(world, () => !isRotating(world), { atMost: 30, every: 1 });
    expect(described(world, names.queue.name)).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: queueFunction,
      LastRotatedDate: expect.any(Date),
      NextRotationDate: expect.any(Date),
    });
    expect(described(world, names.queue.name).VersionIdsToStages?.[VersionId]).toEqual([
      'AWSCURRENT',
      'AWSPENDING',
    ]);
    expect(login(world, names.queue.name).password).not.toBe(old);
    expect(login(world, names.queue.name, 'AWSPREVIOUS').password).toBe(old);
    expect([brokerTakes(world, 'AWSCURRENT'), brokerTakes(world, 'AWSPREVIOUS')]).toEqual([true, false]);
  });

  test('rule 16: with a master secret two users take turns', () => {
    const world = prod();
    const rotate = (text: string) => {
      sm.RotateSecret(world, { SecretId: names.database.name, ClientRequestToken: token(text) });
      passUntil(world, () => !isRotating(world), { atMost: 60, every: 1 });
    };
    rotate('one');
    expect(login(world, names.database.name).username).toBe('morpheus_app_clone');
    const reaches = (stage: string) => {
      const { username: user, password } = login(world, names.database.name, stage);
      const instance = instanceBehind(world, database.host) ?? '';
      return 'readOnly' in openConnection(world, instance, { user, password });
    };
    expect([reaches('AWSCURRENT'), reaches('AWSPREVIOUS')]).toEqual([true, true]);
    rotate('two');
    expect(login(world, names.database.name).username).toBe('morpheus_app');
  });

  test('rule 17: a failed rotation is attempted again, and the next one is refused', () => {
    const world = prod();
    world.faults.push({ what: 'rotation-fails', stage: 'setSecret', from: world.now });
    rotateQueue(world);
    pass(world, 60);
    expect(faultOf(() => rotateQueue(world, 'another'))).toEqual({
      code: 'InvalidRequestException',
      message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    passUntil(world, () => !isRotating(world));
    expect(brokerTakes(world, 'AWSCURRENT')).toBe(true);
    world.faults = [];
    expect(faultOf(() => rotateQueue(world, 'another')).code).toBe('InvalidRequestException');
    passUntil(world, () => !isRotating(world), { atMost: 60, every: 1 });
    expect(brokerTakes(world, 'AWSCURRENT')).toBe(true);
    expect(described(world, names.queue.name).VersionIdsToStages?.[token('rotation')]).toContain(
      'AWSCURRENT',
    );
  });

  test.each(['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const)(
    'rule 18: a function that fails at %s leaves what was done before',
    (stage) => {
      const world = prod();
      world.faults.push({ what: 'rotation-fails', secret: names.queue.name, stage, from: world.now });
      rotateQueue(world);
      passUntil(world, () => !isRotating(world));
      const isSet = stage === 'testSecret' || stage === 'finishSecret';
      expect(brokerTakes(world, 'AWSCURRENT')).toBe(!isSet);
      expect(described(world, names.queue.name).VersionIdsToStages?.[token('rotation')]).toEqual([
        'AWSPENDING',
      ]);
      expect(secretUnder(world, names.queue.name, 'AWSPENDING') === undefined).toBe(stage === 'createSecret');
      const { lastFailure } = first(
        world.secretsManager.secrets.filter(({ name }) => name === names.queue.name),
      );
      expect(lastFailure).toMatchObject({ step: stage });
    },
  );

  test('rule 19: a cancelled rotation stays half done', () => {
    const world = prod();
    rotateQueue(world);
    pass(world, 1);
    expect(sm.CancelRotateSecret(world, { SecretId: names.queue.name }).VersionId).toBe(token('rotation'));
    pass(world, 600);
    expect(described(world, names.queue.name)).toMatchObject({ RotationEnabled: false });
    expect(described(world, names.queue.name).VersionIdsToStages?.[token('rotation')]).toEqual([
      'AWSPENDING',
    ]);
    made(world);
    expect(faultOf(() => sm.CancelRotateSecret(world, { SecretId: 'mine' })).code).toBe(
      'InvalidRequestException',
    );
  });

  test('rule 20: rotation needs a function and sound rules, and then happens by itself', () => {
    const world = prod();
    const rotate = (more: object) =>
      sm.RotateSecret(world, { SecretId: names.queue.name, ClientRequestToken: token('x'), ...more });
    expect(faultOf(() => rotate({}))).toEqual({
      code: 'InvalidRequestException',
      message: 'No Lambda rotation function ARN is associated with this secret.',
    });
    expect(faultOf(() => rotate({ RotationLambdaARN: `${queueFunction}-2` })).code).toBe(
      'AccessDeniedException',
    );
    for (const RotationRules of [
      { AutomaticallyAfterDays: 1001 },
      { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' },
      { ScheduleExpression: 'daily' },
    ])
      expect(faultOf(() => rotate({ RotationLambdaARN: queueFunction, RotationRules })).code).toBe(
        'InvalidParameterException',
      );
    rotate({
      RotationLambdaARN: queueFunction,
      RotationRules: { ScheduleExpression: 'rate(4 hours)' },
      RotateImmediately: false,
    });
    const old = login(world, names.queue.name).password;
    expect(described(world, names.queue.name).VersionIdsToStages).not.toHaveProperty(token('x'));
    passUntil(world, () => login(world, names.queue.name).password !== old, { atMost: 120, every: 10 });
    pass(world, 4 * 3600 + 60);
    expect(
      sm.ListSecretVersionIds(world, { SecretId: names.queue.name, IncludeDeprecated: true }).Versions,
    ).toHaveLength(3);
  });

  test('rule 21: a replica follows its secret and takes no writes', () => {
    const world = prod();
    const there = elsewhere(world, 'us-west-2');
    expect(described(world, names.queue.name)).toMatchObject({
      PrimaryRegion: 'us-east-1',
      ReplicationStatus: [{ Region: 'us-west-2', Status: 'InSync', KmsKeyId: recoveryKeys.secrets }],
    });
    expect(described(there, names.queue.name)).toMatchObject({
      ARN: names.queue.arn.replace('us-east-1', 'us-west-2'),
      PrimaryRegion: 'us-east-1',
      KmsKeyId: recoveryKeys.secrets,
    });
    sm.PutSecretValue(world, {
      SecretId: names.queue.name,
      SecretString: '{"a":1}',
      ClientRequestToken: token('x'),
    });
    expect(first(described(world, names.queue.name).ReplicationStatus).Status).toBe('InProgress');
    expect(secretUnder(there, names.queue.name)?.text).not.toBe('{"a":1}');
    pass(world, 6);
    expect(first(described(world, names.queue.name).ReplicationStatus).Status).toBe('InSync');
    expect(secretUnder(there, names.queue.name)?.text).toBe('{"a":1}');
    const write = () =>
      sm.PutSecretValue(there, {
        SecretId: names.queue.name,
        SecretString: 'x',
        ClientRequestToken: token('y'),
      });
    expect(faultOf(write)).toEqual({
      code: 'InvalidParameterException',
      message: "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    });
  });

  test('rule 22: replicas are added, refused, removed and made secrets of their own', () => {
    const world = prod();
    const there = elsewhere(world, 'us-west-2');
    made(world);
    sm.CreateSecret(there, { Name: 'mine', SecretString: 'theirs', ClientRequestToken: token('t') });
    const replicate = (more: object = {}) =>
      sm.ReplicateSecretToRegions(world, {
        SecretId: 'mine',
        AddReplicaRegions: [{ Region: 'us-west-2' }],
        ...more,
      });
    expect(first(replicate().ReplicationStatus).Status).toBe('InProgress');
    pass(world, 6);
    expect(first(described(world, 'mine').ReplicationStatus)).toMatchObject({
      Status: 'Failed',
      StatusMessage: 'Replication failed: Secret name mine already exists in region us-west-2.',
    });
    replicate({ ForceOverwriteReplicaSecret: true });
    pass(world, 6);
    expect(secretUnder(there, 'mine')?.text).toBe('one');
    sm.RemoveRegionsFromReplication(world, { SecretId: 'mine', RemoveReplicaRegions: ['us-west-2'] });
    expect(faultOf(() => described(there, 'mine')).code).toBe('ResourceNotFoundException');
    sm.StopReplicationToReplica(there, { SecretId: names.queue.name });
    expect(described(world, names.queue.name).ReplicationStatus).toBeUndefined();
    sm.PutSecretValue(there, {
      SecretId: names.queue.name,
      SecretString: 'x',
      ClientRequestToken: token('y'),
    });
    expect(faultOf(() => sm.StopReplicationToReplica(world, { SecretId: names.queue.name })).code).toBe(
      'InvalidRequestException',
    );
  });

  test('rule 23: tags are replaced by key, and there is no resource policy', () => {
    const world = prod();
    const SecretId = names.queue.name;
    sm.TagResource(world, { SecretId, Tags: [{ Key: 'Component', Value: 'broker' }] });
    sm.UntagResource(world, { SecretId, TagKeys: ['Project'] });
    expect(described(world, SecretId).Tags).toEqual([
      { Key: 'Environment', Value: 'prod' },
      { Key: 'Component', Value: 'broker' },
    ]);
    expect(sm.GetResourcePolicy(world, { SecretId })).toEqual({ ARN: names.queue.arn, Name: SecretId });
  });

  test('rule 25: a secret of another service says whose it is', () => {
    const world = prod();
    const SecretId = names.queue.name;
    expect(described(world, SecretId)).not.toHaveProperty('OwningService');
    const secret = world.secretsManager.secrets.find(({ name }) => name === SecretId);
    if (secret !== undefined) secret.owningService = 'rds';
    expect(described(world, SecretId).OwningService).toBe('rds');
  });

  test('rule 24: no value can be found where it is not asked for', () => {
    const world = prod();
    made(world, 'canary-24');
    put(world, 'second', 'canary-24 again');
    sm.CreateSecret(world, {
      Name: 'bytes',
      SecretBinary: new TextEncoder().encode('canary-24'),
      ClientRequestToken: token('b'),
    });
    expect(Buffer.from(sm.GetSecretValue(world, { SecretId: 'bytes' }).SecretBinary ?? []).toString()).toBe(
      'canary-24',
    );
    rotateQueue(world);
    passUntil(world, () => !isRotating(world), { atMost: 60, every: 1 });
    const stored = snapshot(accountOf(world));
    for (const hidden of [
      'canary-24',
      Buffer.from('canary-24').toString('base64'),
      ...Object.values(names).map(({ name }) => login(world, name).password),
    ])
      expect(stored.includes(hidden)).toBe(false);
    expect(JSON.stringify(sm.ListSecrets(world, {}))).not.toContain('canary-24');
  });
});
