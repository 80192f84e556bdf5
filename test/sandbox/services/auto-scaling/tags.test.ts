import { expect, test } from 'vitest';
import { tagOperations } from '../../../../src/sandbox/services/auto-scaling/tag-operations.ts';
import { aws, faultOf, first, fleetIn, isSteady, members, name, passUntil, prod } from '../stack.ts';

const tag = (more: object = {}) => ({
  ResourceId: name,
  ResourceType: 'auto-scaling-group',
  Key: 'Team',
  Value: 'operations',
  PropagateAtLaunch: true,
  ...more,
});

test('rule 39: a tag of the group is on what is launched from then on, replaced by key, and removed', () => {
  const world = prod();
  const launchOne = (count: number) => {
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: count });
    passUntil(world, () => isSteady(world));
    const id = members(world).at(-1)?.InstanceId ?? '';
    return world.ec2.nodes[id]?.instance.Tags ?? [];
  };
  const before = fleetIn(world).group.Tags?.length ?? 0;
  tagOperations.CreateOrUpdateTags(world, { Tags: [tag({ Value: 'platform' })] });
  tagOperations.CreateOrUpdateTags(world, { Tags: [tag(), tag({ Key: 'kept', PropagateAtLaunch: false })] });
  expect(fleetIn(world).group.Tags).toHaveLength(before + 2);
  const shown = tagOperations.DescribeTags(world, {
    Filters: [{ Name: 'key', Values: ['Team'] }],
  });
  expect(shown.Tags).toMatchObject([{ Value: 'operations', ResourceId: name }]);

  const launched = launchOne(4);
  expect(launched).toContainEqual({ Key: 'Team', Value: 'operations' });
  expect(launched.some(({ Key }) => Key === 'kept')).toBe(false);
  const running = world.ec2.nodes[first(members(world)).InstanceId]?.instance.Tags ?? [];
  expect(running.some(({ Key }) => Key === 'Team')).toBe(false);

  tagOperations.DeleteTags(world, { Tags: [tag()] });
  expect(launchOne(5).some(({ Key }) => Key === 'Team')).toBe(false);
  for (const wrong of [tag({ Key: 'aws:mine' }), tag({ ResourceId: 'none' }), tag({ ResourceType: 'x' })])
    expect(faultOf(() => tagOperations.CreateOrUpdateTags(world, { Tags: [wrong] })).code).toBe(
      'ValidationError',
    );
});
