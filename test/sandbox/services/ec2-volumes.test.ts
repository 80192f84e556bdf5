import { expect, test } from 'vitest';
import { fixedNodes, volumes } from '../../../src/sandbox/cso-dev/names.ts';
import { newWorld } from '../../../src/sandbox/new-world.ts';
import { instances } from '../../../src/sandbox/services/ec2/instances.ts';
import { tagging } from '../../../src/sandbox/services/ec2/tags.ts';
import { volumes as aws } from '../../../src/sandbox/services/ec2/volumes.ts';
import { faultOf, first, passUntil } from './stack.ts';

test('rule 17: volumes by id, filter and tag; what goes with its instance and what stays', () => {
  const world = newWorld({ seed: 7, environments: ['dev'] });
  const [node = ''] = fixedNodes.rabbitmq;
  const [root = ''] = volumes.rabbitmqRoots;
  const [queues = ''] = volumes.rabbitmqQueues;
  const found = (...Filters: { Name: string; Values: string[] }[]) =>
    aws.DescribeVolumes(world, { Filters }).Volumes.map(({ VolumeId }) => VolumeId);
  expect(found({ Name: 'attachment.instance-id', Values: [node] })).toEqual([root, queues]);
  expect(found({ Name: 'tag:Backup', Values: ['cso-dev'] })).toHaveLength(4);
  expect(found({ Name: 'status', Values: ['available'] })).toEqual([]);
  expect(first(aws.DescribeVolumes(world, { VolumeIds: [queues] }).Volumes)).toMatchObject({
    State: 'in-use',
    Encrypted: true,
    Attachments: [{ InstanceId: node, VolumeId: queues, State: 'attached', DeleteOnTermination: false }],
  });

  tagging.DeleteTags(world, { Resources: [queues], Tags: [{ Key: 'Backup' }] });
  expect(found({ Name: 'tag:Backup', Values: ['cso-dev'] })).toHaveLength(3);

  instances.TerminateInstances(world, { InstanceIds: [node] });
  passUntil(world, () => world.ec2.nodes[node]?.instance.State.Name === 'terminated');
  expect(faultOf(() => aws.DescribeVolumes(world, { VolumeIds: [root] }))).toEqual({
    code: 'InvalidVolume.NotFound',
    message: `The volume ID '${root}' does not exist`,
  });
  expect(first(aws.DescribeVolumes(world, { VolumeIds: [queues] }).Volumes)).toMatchObject({
    State: 'available',
    Attachments: [],
  });
  expect(faultOf(() => aws.DescribeVolumes(world, { VolumeIds: ['volume'] })).code).toBe(
    'InvalidParameterValue',
  );
});
