import { drawBetween } from '../../random.ts';
import { schedule, secondsFrom } from '../../schedule.ts';
import { AwsFault } from '../../service.ts';
import { elsewhere, type World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { activeSecret, findSecret, primarySecret } from './secrets.ts';
import type { Secret } from './state.ts';
import { defaultKey } from './versions.ts';

const arnIn = ({ arn }: Secret, region: string): string => arn.split(':').with(3, region).join(':');

/** Notes that a secret was changed; its replicas follow a moment later. */
export function changed(world: World, secret: Secret): void {
  secret.changedAt = world.now;
  if (secret.replicas.length > 0) replicateSoon(world, secret);
}

function replicateSoon(world: World, secret: Secret): void {
  const [least, most] = world.secretsManager.timings.replication;
  for (const replica of secret.replicas) if (replica.Status !== 'Failed') replica.Status = 'InProgress';
  schedule(world, secondsFrom(world.now, drawBetween(world, least, most)), {
    kind: 'secret-replicates',
    secret: secret.arn,
  });
}

/** What a replica takes over; who read it when, and its key, are its own. */
export const replicaOf = (secret: Secret, region: string, homeRegion: string, kmsKey?: string): Secret => ({
  arn: arnIn(secret, region),
  name: secret.name,
  ...(secret.description !== undefined && { description: secret.description }),
  ...(kmsKey !== undefined && { kmsKey }),
  tags: secret.tags.map((tag) => ({ ...tag })),
  createdAt: secret.createdAt,
  changedAt: secret.changedAt,
  ...(secret.rotatedAt && { rotatedAt: secret.rotatedAt }),
  ...(secret.rotation && { rotation: { ...secret.rotation } }),
  versions: secret.versions.map(({ accessedOn: _day, ...version }) => ({
    ...version,
    stages: [...version.stages],
    key: kmsKey ?? defaultKey,
  })),
  replicas: [],
  primaryRegion: homeRegion,
});

/** The event: brings every replica to the state of the secret. */
export function replicate(world: World, { secret: arn }: { readonly secret: string }): void {
  const secret = findSecret(world, arn);
  for (const replica of secret?.replicas ?? []) {
    if (secret === undefined || replica.Status === 'Failed') continue;
    const there = elsewhere(world, replica.Region);
    const known = findSecret(there, secret.name);
    const isOurs = known?.primaryRegion === world.region;
    if (known !== undefined && !isOurs) {
      replica.Status = 'Failed';
      replica.StatusMessage = `Replication failed: Secret name ${secret.name} already exists in region ${replica.Region}.`;
      continue;
    }
    there.secretsManager.secrets = [
      ...there.secretsManager.secrets.filter((one) => one !== known),
      {
        ...replicaOf(secret, replica.Region, world.region, replica.KmsKeyId),
        ...(known?.accessedOn && { accessedOn: known.accessedOn }),
      },
    ];
    replica.Status = 'InSync';
    delete replica.StatusMessage;
  }
}

const statusOf = ({ arn, replicas }: Secret) => ({ ARN: arn, ReplicationStatus: replicas });

function withoutReplica(world: World, secret: Secret, region: string): void {
  const there = elsewhere(world, region);
  const replica = findSecret(there, secret.name);
  if (replica?.primaryRegion === world.region)
    there.secretsManager.secrets = there.secretsManager.secrets.filter((one) => one !== replica);
}

export const replicationOperations = {
  ReplicateSecretToRegions(world, { SecretId, AddReplicaRegions = [], ForceOverwriteReplicaSecret }) {
    const secret = primarySecret(world, SecretId);
    for (const { Region = '', KmsKeyId } of AddReplicaRegions) {
      if (Region === world.region) throw new AwsFault('InvalidParameterException', 'Invalid replica region.');
      if (secret.replicas.some((replica) => replica.Region === Region && replica.Status !== 'Failed'))
        continue;
      if (ForceOverwriteReplicaSecret === true) {
        const there = elsewhere(world, Region);
        there.secretsManager.secrets = there.secretsManager.secrets.filter(
          ({ name }) => name !== secret.name,
        );
      }
      secret.replicas = [
        ...secret.replicas.filter((replica) => replica.Region !== Region),
        { Region, Status: 'InProgress', KmsKeyId: KmsKeyId ?? defaultKey },
      ];
    }
    replicateSoon(world, secret);
    return statusOf(secret);
  },

  RemoveRegionsFromReplication(world, { SecretId, RemoveReplicaRegions = [] }) {
    const secret = primarySecret(world, SecretId);
    for (const region of RemoveReplicaRegions) withoutReplica(world, secret, region);
    secret.replicas = secret.replicas.filter(({ Region }) => !RemoveReplicaRegions.includes(Region));
    return statusOf(secret);
  },

  /** Called in the replica's Region, it makes the replica a secret of its own: what is done when the other Region is lost. */
  StopReplicationToReplica(world, { SecretId }) {
    const secret = activeSecret(world, SecretId);
    if (secret.primaryRegion === undefined)
      throw new AwsFault('InvalidRequestException', 'Operation not permitted on a primary secret.');
    const primary = findSecret(elsewhere(world, secret.primaryRegion), secret.name);
    if (primary !== undefined)
      primary.replicas = primary.replicas.filter(({ Region }) => Region !== world.region);
    delete secret.primaryRegion;
    delete secret.rotation;
    return { ARN: secret.arn };
  },
} satisfies Operations<typeof import('@aws-sdk/client-secrets-manager')>;
