import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { noteAccess } from './describe.ts';
import { filtered } from './listing.ts';
import { changed } from './replication.ts';
import { activeSecret, checkedToken, identityOf, primarySecret, secretNamed } from './secrets.ts';
import type { Secret, SecretVersion } from './state.ts';
import {
  addVersion,
  current,
  defaultKey,
  hasValue,
  moveStage,
  opened,
  removeStage,
  valueIn,
  versionUnder,
  versionWithId,
} from './versions.ts';

const refused = (message: string) => new AwsFault('InvalidParameterException', message);

const noValue = (which: string) =>
  new AwsFault(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${which}`,
  );

function wantedVersion(secret: Secret, id: string | undefined, stage: string | undefined): SecretVersion {
  const version = id === undefined ? versionUnder(secret, stage ?? current) : versionWithId(secret, id);
  if (version === undefined || !hasValue(version))
    throw noValue(id === undefined ? `staging label: ${stage ?? current}` : `VersionId: ${id}`);
  if (id !== undefined && stage !== undefined && !version.stages.includes(stage))
    throw new AwsFault(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  return version;
}

function answerWith(world: World, secret: Secret, version: SecretVersion) {
  const value = opened(world, version);
  noteAccess(world, secret, version);
  return {
    ...identityOf(secret),
    VersionId: version.id,
    ...value,
    VersionStages: version.stages,
    CreatedDate: version.createdAt,
  };
}

export const valueOperations = {
  GetSecretValue(world, { SecretId, VersionId, VersionStage }) {
    const secret = activeSecret(world, SecretId);
    return answerWith(world, secret, wantedVersion(secret, VersionId, VersionStage));
  },

  BatchGetSecretValue(world, { SecretIdList, Filters, MaxResults, NextToken }) {
    if ((SecretIdList === undefined) === (Filters === undefined))
      throw refused('Either SecretIdList or Filters must be provided, and not both.');
    if (SecretIdList !== undefined && MaxResults !== undefined)
      throw refused('MaxResults can only be used together with Filters.');
    const ids =
      SecretIdList ??
      filtered(world, Filters ?? [])
        .filter(({ deletion }) => deletion === undefined)
        .map(({ arn }) => arn);
    const page = pageOf(ids, MaxResults ?? 20, NextToken, 'InvalidNextTokenException');
    const answers = page.items.map((id) => valueOrError(world, id));
    return {
      SecretValues: answers.flatMap(({ value }) => value ?? []),
      Errors: answers.flatMap(({ error }) => error ?? []),
      NextToken: page.next,
    };
  },

  ListSecretVersionIds(world, { SecretId, IncludeDeprecated, MaxResults, NextToken }) {
    const secret = secretNamed(world, SecretId);
    const versions = secret.versions.filter(({ stages }) => IncludeDeprecated === true || stages.length > 0);
    const page = pageOf(versions, MaxResults ?? 100, NextToken, 'InvalidNextTokenException');
    return {
      ...identityOf(secret),
      Versions: page.items.map(({ id, stages, createdAt, accessedOn, key }) => ({
        VersionId: id,
        ...(stages.length > 0 && { VersionStages: stages }),
        ...(accessedOn && { LastAccessedDate: accessedOn }),
        CreatedDate: createdAt,
        KmsKeyIds: [key === defaultKey ? 'DefaultEncryptionKey' : key],
      })),
      NextToken: page.next,
    };
  },

  PutSecretValue(world, input) {
    const secret = primarySecret(world, input.SecretId);
    const token = checkedToken(input.ClientRequestToken);
    const value = valueIn(world, input);
    if (value === undefined)
      throw new AwsFault('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
    const stages = input.VersionStages ?? [current];
    const isFirst = versionUnder(secret, current) === undefined;
    const added = addVersion(world, secret, token, value);
    if (added !== undefined) {
      for (const stage of isFirst ? new Set([...stages, current]) : stages) moveStage(secret, stage, added);
      changed(world, secret);
    }
    return {
      ...identityOf(secret),
      VersionId: token,
      VersionStages: versionWithId(secret, token)?.stages ?? [],
    };
  },

  UpdateSecretVersionStage(world, { SecretId, VersionStage = '', RemoveFromVersionId, MoveToVersionId }) {
    const secret = primarySecret(world, SecretId);
    const holder = versionUnder(secret, VersionStage);
    const to = MoveToVersionId === undefined ? undefined : versionWithId(secret, MoveToVersionId);
    if (MoveToVersionId === undefined && RemoveFromVersionId === undefined)
      throw refused('You must specify RemoveFromVersionId, MoveToVersionId, or both.');
    if (MoveToVersionId !== undefined && to === undefined) throw noValue(`VersionId: ${MoveToVersionId}`);
    if (RemoveFromVersionId !== undefined && RemoveFromVersionId !== holder?.id)
      throw refused(
        `When you move staging label ${VersionStage}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label.`,
      );
    if (to !== undefined && holder !== undefined && holder !== to && RemoveFromVersionId === undefined)
      throw refused(
        `The parameter RemoveFromVersionId can't be empty. Staging label ${VersionStage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    if (to === undefined && VersionStage === current)
      throw refused(
        `You can only move staging label ${current} to a different secret version. It can't be completely removed.`,
      );
    if (to !== undefined) moveStage(secret, VersionStage, to);
    else if (holder !== undefined) removeStage(holder, VersionStage);
    changed(world, secret);
    return identityOf(secret);
  },
} satisfies Operations<typeof import('@aws-sdk/client-secrets-manager')>;

/** In a batch, what cannot be read is listed beside what can. */
function valueOrError(world: World, id: string) {
  try {
    const secret = activeSecret(world, id);
    return { value: answerWith(world, secret, wantedVersion(secret, undefined, undefined)) };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return { error: { SecretId: id, ErrorCode: error.code, Message: error.message } };
  }
}
