import type { Volume } from '@aws-sdk/client-ec2';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { chosen, missing } from './describe.ts';
import { filtered } from './filters.ts';
import type { VolumeState } from './state.ts';

const isVolumeId = (id: string) => /^vol-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id);

/** The name that its instance knows it by follows from the state of the instance. */
function shown(volume: VolumeState): Volume {
  const { attachment, ...rest } = volume;
  return {
    ...rest,
    State: attachment === undefined ? 'available' : 'in-use',
    Attachments:
      attachment === undefined ? [] : [{ ...attachment, VolumeId: volume.VolumeId, State: 'attached' }],
  };
}

export const volumes = {
  DescribeVolumes(world, { VolumeIds, Filters, MaxResults, NextToken }) {
    const malformed = VolumeIds?.find((id) => !isVolumeId(id));
    if (malformed !== undefined)
      throw new AwsFault('InvalidParameterValue', `Value (${malformed}) for parameter volumes is invalid.`);
    const all = chosen(
      world.ec2.volumes,
      VolumeIds,
      ({ VolumeId }) => VolumeId,
      (unknown) => missing('InvalidVolume.NotFound', 'volume', unknown),
    ).map(shown);
    const found = filtered(all, Filters, {
      'volume-id': ({ VolumeId }) => VolumeId,
      status: ({ State }) => State,
      'availability-zone': ({ AvailabilityZone }) => AvailabilityZone,
      encrypted: ({ Encrypted }) => String(Encrypted),
      'attachment.instance-id': ({ Attachments }) => Attachments?.[0]?.InstanceId,
      'attachment.device': ({ Attachments }) => Attachments?.[0]?.Device,
    });
    const page = pageOf(found, MaxResults ?? 1000, NextToken, 'InvalidNextToken');
    return { Volumes: page.items, NextToken: page.next };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ec2')>;

/** When an instance is terminated: what goes with it goes, the rest is free. */
export function releaseVolumes(world: World, instance: string): void {
  const isOf = ({ attachment }: VolumeState) => attachment?.InstanceId === instance;
  world.ec2.volumes = world.ec2.volumes.filter(
    (volume) => !(isOf(volume) && volume.attachment?.DeleteOnTermination === true),
  );
  for (const volume of world.ec2.volumes.filter(isOf)) delete volume.attachment;
}

/** What a snapshot of a volume holds. */
export interface VolumeCopy {
  /** ARN of the volume. */
  readonly of: string;
  readonly takenAt: Date;
  /** The size of the volume, which AWS Backup gives as the size of the recovery point. */
  readonly bytes: number;
  readonly kmsKeyId: string;
}

export const volumeArn = (world: World, id: string): string =>
  `arn:aws:ec2:${world.region}:${world.account}:volume/${id}`;

export function copyOfVolume(world: World, arn: string): VolumeCopy | undefined {
  const volume = world.ec2.volumes.find(({ VolumeId }) => volumeArn(world, VolumeId) === arn);
  return (
    volume && {
      of: arn,
      takenAt: world.now,
      bytes: volume.Size * 1024 ** 3,
      kmsKeyId: volume.KmsKeyId,
    }
  );
}
