import { drawBetween } from '../random.ts';
import { secondsFrom } from '../schedule.ts';
import { AwsFault, type Service } from '../service.ts';
import { isLike } from '../wildcard.ts';
import type { World } from '../world.ts';
import { callerArn, callerRoleId, callerSession } from './iam/caller.ts';
import { roleNamed } from './iam/policies.ts';
import type { RoleState } from './iam/state.ts';
import type { Operations } from './operations.ts';

export { callerArn };

const violated = (member: string, value: string, constraint: string) =>
  new AwsFault(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );

/** Characters drawn beside what happens in the world: new credentials change nothing in it. */
function drawText(world: World, alphabet: string, length: number): string {
  let text = '';
  while (text.length < length) text += alphabet[drawBetween(world, 0, alphabet.length - 1, 'calls')];
  return text;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Whether the role's trust policy names the caller or its account. */
function trusts(world: World, { trust }: RoleState): boolean {
  const caller = callerArn(world);
  const names = [
    world.account,
    `arn:aws:iam::${world.account}:root`,
    caller,
    caller.replace(/^arn:aws:sts(.*):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam$1:role/$2'),
  ];
  return trust.Statement.some(({ Effect, Principal, Action }) => {
    const principals = Principal === '*' ? ['*'] : [Principal?.['AWS'] ?? []].flat();
    return (
      Effect === 'Allow' &&
      [Action ?? []].flat().some((action) => isLike(action, 'sts:AssumeRole')) &&
      principals.some((principal) => principal === '*' || names.includes(principal))
    );
  });
}

export const stsOperations = {
  GetCallerIdentity: (world) => ({
    Account: world.account,
    Arn: callerArn(world),
    UserId: `${callerRoleId}:${callerSession}`,
  }),

  AssumeRole(world, { RoleArn = '', RoleSessionName = '', DurationSeconds = 3600 }) {
    if (RoleArn.length < 20)
      throw violated('roleArn', RoleArn, 'Member must have length greater than or equal to 20');
    if (RoleSessionName.length < 2)
      throw violated(
        'roleSessionName',
        RoleSessionName,
        'Member must have length greater than or equal to 2',
      );
    if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName))
      throw violated(
        'roleSessionName',
        RoleSessionName,
        'Member must satisfy regular expression pattern: [\\w+=,.@-]*',
      );
    if (DurationSeconds < 900)
      throw violated(
        'durationSeconds',
        String(DurationSeconds),
        'Member must have value greater than or equal to 900',
      );
    if (DurationSeconds > 3600)
      throw new AwsFault(
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      );
    const role = roleNamed(world, RoleArn.slice(RoleArn.lastIndexOf('/') + 1));
    if (role === undefined || role.role.Arn !== RoleArn || !trusts(world, role))
      throw new AwsFault(
        'AccessDenied',
        `User: ${callerArn(world)} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
        { status: 403 },
      );
    return {
      Credentials: {
        AccessKeyId: `ASIA${drawText(world, base32, 16)}`,
        SecretAccessKey: drawText(world, base64, 40),
        SessionToken: drawText(world, base64, 120),
        Expiration: secondsFrom(world.now, DurationSeconds),
      },
      AssumedRoleUser: {
        AssumedRoleId: `${role.role.RoleId}:${RoleSessionName}`,
        Arn: `arn:aws:sts::${world.account}:assumed-role/${role.role.RoleName}/${RoleSessionName}`,
      },
    };
  },

  GetSessionToken() {
    throw new AwsFault('AccessDenied', 'Cannot call GetSessionToken with session credentials', {
      status: 403,
    });
  },

  GetAccessKeyInfo(world, { AccessKeyId = '' }) {
    if (AccessKeyId.length < 16)
      throw violated('accessKeyId', AccessKeyId, 'Member must have length greater than or equal to 16');
    return { Account: world.account };
  },

  DecodeAuthorizationMessage() {
    throw new AwsFault('InvalidAuthorizationMessageException', 'Message is not valid');
  },
} satisfies Operations<typeof import('@aws-sdk/client-sts')>;

export const sts: Service = { name: 'sts', operations: stsOperations };
