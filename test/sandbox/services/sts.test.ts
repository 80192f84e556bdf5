import { describe, expect, test } from 'vitest';
import { identity, roles } from '../../../src/sandbox/morpheus-prod/identity.ts';
import { stsOperations } from '../../../src/sandbox/services/sts.ts';
import { newAccount, seenFrom, type World } from '../../../src/sandbox/world.ts';
import { faultOf } from './stack.ts';

function stack(): World {
  const whole = newAccount('111122223333', {
    seed: 7,
    now: new Date('2026-03-02T02:10:00Z'),
    environments: [],
    scenario: { id: 'calm', title: 'Calm', brief: '' },
  });
  const world = seenFrom(whole, 'us-east-1');
  identity(world);
  return world;
}

const assume = (world: World, RoleArn: string, DurationSeconds?: number, RoleSessionName = 'drill') =>
  stsOperations.AssumeRole(world, { RoleArn, RoleSessionName, DurationSeconds });

describe('STS', () => {
  test('rule 2: a role that trusts the account can be assumed, and draws nothing from what happens', () => {
    const world = stack();
    const events = world.random.events;
    const { Credentials, AssumedRoleUser } = assume(world, roles.operations);
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(Credentials?.SecretAccessKey).toHaveLength(40);
    expect(Credentials?.Expiration).toEqual(new Date('2026-03-02T03:10:00Z'));
    expect(AssumedRoleUser).toEqual({
      AssumedRoleId: 'AROASANDBOXOPERATIONS:drill',
      Arn: 'arn:aws:sts::111122223333:assumed-role/morpheus-operations/drill',
    });
    expect(world.random.events).toBe(events);
    for (const arn of [roles.backup, 'arn:aws:iam::111122223333:role/nobody'])
      expect(faultOf(() => assume(world, arn))).toEqual({
        code: 'AccessDenied',
        message: `User: arn:aws:sts::111122223333:assumed-role/morpheus-operations/on-call is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      });
  });

  test('rule 3: a chained session lasts an hour at most', () => {
    const world = stack();
    expect(assume(world, roles.operations, 900).Credentials?.Expiration).toEqual(
      new Date('2026-03-02T02:25:00Z'),
    );
    expect(faultOf(() => assume(world, roles.operations, 3601))).toEqual({
      code: 'ValidationError',
      message:
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    });
    expect(faultOf(() => assume(world, roles.operations, 899)).code).toBe('ValidationError');
    expect(faultOf(() => assume(world, roles.operations, 900, 'a b')).message).toContain(
      "at 'roleSessionName'",
    );
  });

  test('rule 4: session credentials get no session token', () => {
    expect(faultOf(() => stsOperations.GetSessionToken())).toEqual({
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  test('rule 5: keys are of the account, and no message can be decoded', () => {
    const world = stack();
    expect(stsOperations.GetAccessKeyInfo(world, { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' })).toEqual({
      Account: '111122223333',
    });
    expect(faultOf(() => stsOperations.GetAccessKeyInfo(world, { AccessKeyId: 'short' })).code).toBe(
      'ValidationError',
    );
    expect(faultOf(() => stsOperations.DecodeAuthorizationMessage()).code).toBe(
      'InvalidAuthorizationMessageException',
    );
  });

  test('rule 6: the caller stays the same after a role was assumed', () => {
    const world = stack();
    const before = stsOperations.GetCallerIdentity(world);
    assume(world, roles.operations);
    expect(stsOperations.GetCallerIdentity(world)).toEqual(before);
  });
});
