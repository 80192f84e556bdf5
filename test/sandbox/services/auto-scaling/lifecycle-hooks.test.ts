import { expect, test } from 'vitest';
import { aws, faultOf, fleetIn, name, prod } from '../stack.ts';

const hook = { AutoScalingGroupName: name, LifecycleHookName: 'drain' };

test('rule 38: a hook is made, changed by name, and deleted once', () => {
  const world = prod();
  aws.PutLifecycleHook(world, { ...hook, HeartbeatTimeout: 7200 });
  expect(fleetIn(world).hooks).toMatchObject([
    {
      LifecycleHookName: 'drain',
      HeartbeatTimeout: 7200,
      GlobalTimeout: 172_800,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    },
  ]);
  const launching = { AutoScalingGroupName: name, LifecycleHookName: 'warm' };
  expect(faultOf(() => aws.PutLifecycleHook(world, launching)).code).toBe('ValidationError');
  aws.PutLifecycleHook(world, { ...launching, LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' });
  expect(fleetIn(world).hooks).toHaveLength(2);
  expect(faultOf(() => aws.PutLifecycleHook(world, { ...hook, HeartbeatTimeout: 7201 })).code).toBe(
    'ValidationError',
  );
  aws.DeleteLifecycleHook(world, launching);
  expect(faultOf(() => aws.DeleteLifecycleHook(world, launching)).code).toBe('ValidationError');
  expect(fleetIn(world).hooks).toHaveLength(1);
});
