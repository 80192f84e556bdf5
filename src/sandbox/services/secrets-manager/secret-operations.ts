import { hours } from '../../../duration.ts';
import { drawBetween } from '../../random.ts';
import { later } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { keyUnusable } from '../kms/key-use.ts';
import type { Operations } from '../operations.ts';
import { stagesById, summaryOf } from './describe.ts';
import { changed, replicationOperations } from './replication.ts';
import { planRotation } from './rotation.ts';
import { activeSecret, checkedToken, identityOf, primarySecret, secretNamed, secretsIn } from './secrets.ts';
import type { Secret } from './state.ts';
import { addVersion, current, moveStage, valueIn } from './versions.ts';

const refused = (message: string) => new AwsFault('InvalidParameterException', message);

function checkKey(world: World, key: string | undefined): void {
  const problem = key === undefined ? undefined : keyUnusable(world, key);
  if (problem !== undefined) throw refused(`The operation failed because of an invalid KMS key: ${problem}`);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An ARN ends in six characters, so that a secret of the same name made later has another one. */
const newArn = (world: World, name: string): string =>
  `arn:aws:secretsmanager:${world.region}:${world.account}:secret:${name}-${Array.from({ length: 6 }, () => alphabet[drawBetween(world, 0, alphabet.length - 1)]).join('')}`;

function recoveryDays(days: number | undefined, isForced: boolean | undefined): number {
  if (isForced && days !== undefined)
    throw refused("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  if (days !== undefined && (days < 7 || days > 30))
    throw refused('RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  return isForced ? 0 : (days ?? 30);
}

const tagsFrom = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[]) =>
  tags.map(({ Key = '', Value = '' }) => ({ Key, Value }));

export const secretOperations = {
  CreateSecret(world, input) {
    const { Name = '', Description, KmsKeyId, Tags = [], AddReplicaRegions = [] } = input;
    const token = checkedToken(input.ClientRequestToken);
    if (!/^[a-zA-Z0-9/_+=.@-]{1,512}$/.test(Name))
      throw new AwsFault(
        'ValidationException',
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      );
    const known = secretsIn(world).find(({ name }) => name === Name);
    if (known?.deletion !== undefined)
      throw new AwsFault(
        'InvalidRequestException',
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    const value = valueIn(world, input);
    if (known !== undefined) {
      const isRepeated = value !== undefined && known.versions.some(({ id }) => id === token);
      if (isRepeated && addVersion(world, known, token, value) === undefined)
        return { ...identityOf(known), VersionId: token };
      throw new AwsFault(
        'ResourceExistsException',
        `The operation failed because the secret ${Name} already exists.`,
      );
    }
    checkKey(world, KmsKeyId);
    const secret: Secret = {
      arn: newArn(world, Name),
      name: Name,
      ...(Description !== undefined && { description: Description }),
      ...(KmsKeyId !== undefined && { kmsKey: KmsKeyId }),
      tags: tagsFrom(Tags),
      createdAt: world.now,
      changedAt: world.now,
      versions: [],
      replicas: [],
    };
    const version = value && addVersion(world, secret, token, value);
    if (version !== undefined) moveStage(secret, current, version);
    world.secretsManager.secrets.push(secret);
    if (AddReplicaRegions.length > 0)
      replicationOperations.ReplicateSecretToRegions(world, {
        SecretId: secret.arn,
        AddReplicaRegions,
        ForceOverwriteReplicaSecret: input.ForceOverwriteReplicaSecret,
      });
    return {
      ...identityOf(secret),
      ...(version && { VersionId: token }),
      ...(secret.replicas.length > 0 && { ReplicationStatus: secret.replicas }),
    };
  },

  DescribeSecret(world, { SecretId }) {
    const secret = secretNamed(world, SecretId);
    return {
      ...summaryOf(secret),
      ...(secret.versions.length > 0 && { VersionIdsToStages: stagesById(secret) }),
      ...(secret.deletion && { DeletedDate: secret.deletion.from }),
      ...(secret.replicas.length > 0 && { ReplicationStatus: secret.replicas }),
    };
  },

  UpdateSecret(world, input) {
    const secret = primarySecret(world, input.SecretId);
    const token = checkedToken(input.ClientRequestToken);
    checkKey(world, input.KmsKeyId);
    const value = valueIn(world, input);
    if (input.Description !== undefined) secret.description = input.Description;
    if (input.KmsKeyId !== undefined) secret.kmsKey = input.KmsKeyId;
    const version = value && addVersion(world, secret, token, value);
    if (version !== undefined) moveStage(secret, current, version);
    changed(world, secret);
    return { ...identityOf(secret), ...(value && { VersionId: token }) };
  },

  DeleteSecret(world, { SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery }) {
    const days = recoveryDays(RecoveryWindowInDays, ForceDeleteWithoutRecovery);
    const secret = ForceDeleteWithoutRecovery ? secretNamed(world, SecretId) : primarySecret(world, SecretId);
    if (secret.replicas.length > 0)
      throw new AwsFault(
        'InvalidRequestException',
        "You can't delete secret that still has replica regions.",
      );
    secret.deletion = { at: world.now, from: later(world.now, hours(24 * days)) };
    delete secret.rotating;
    if (days === 0)
      world.secretsManager.secrets = world.secretsManager.secrets.filter((one) => one !== secret);
    return { ...identityOf(secret), DeletionDate: secret.deletion.from };
  },

  RestoreSecret(world, { SecretId }) {
    const secret = secretNamed(world, SecretId);
    delete secret.deletion;
    planRotation(world, secret);
    return identityOf(secret);
  },

  TagResource(world, { SecretId, Tags = [] }) {
    const secret = primarySecret(world, SecretId);
    for (const tag of tagsFrom(Tags))
      secret.tags = [...secret.tags.filter(({ Key }) => Key !== tag.Key), tag];
    changed(world, secret);
    return {};
  },

  UntagResource(world, { SecretId, TagKeys = [] }) {
    const secret = primarySecret(world, SecretId);
    secret.tags = secret.tags.filter(({ Key }) => !TagKeys.includes(Key));
    changed(world, secret);
    return {};
  },

  GetResourcePolicy(world, { SecretId }) {
    const secret = activeSecret(world, SecretId);
    return {
      ...identityOf(secret),
      ...(secret.policy !== undefined && { ResourcePolicy: secret.policy }),
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-secrets-manager')>;
