import { describe, expect, test } from 'vitest';
import type { World } from '../../../src/sandbox/world.ts';
import { aws, faultOf, memberIn, members, name, pass, passUntil, prod, targetGroupArn } from './stack.ts';

const health = (world: World, Id: string) =>
  aws.DescribeTargetHealth(world, { TargetGroupArn: targetGroupArn(world), Targets: [{ Id }] })
    .TargetHealthDescriptions?.[0]?.TargetHealth;

const calm = (world: World) => {
  // Else the group would replace what these tests take out.
  aws.SuspendProcesses(world, { AutoScalingGroupName: name });
  const { InstanceId } = memberIn(world, 'us-east-1a');
  const target = { TargetGroupArn: targetGroupArn(world), Targets: [{ Id: InstanceId }] };
  return { id: InstanceId, target };
};

describe('Elastic Load Balancing v2', () => {
  test('rule 1: a target is initial until one check has passed', () => {
    const world = prod();
    const { id, target } = calm(world);
    aws.DeregisterTargets(world, target);
    pass(world, 61);
    aws.RegisterTargets(world, target);
    expect(health(world, id)).toMatchObject({ State: 'initial', Reason: 'Elb.RegistrationInProgress' });
    pass(world, 6);
    expect(health(world, id)).toMatchObject({ State: 'initial', Reason: 'Elb.InitialHealthChecking' });
    pass(world, 10);
    expect(health(world, id)).toEqual({ State: 'healthy' });
  });

  test('rule 2: a target that fails is unhealthy after two checks and healthy after three good ones', () => {
    const world = prod();
    const { id } = calm(world);
    const node = world.ec2.nodes[id];
    if (node !== undefined) node.servesFrom = new Date(world.now.getTime() + 100_000);
    expect(health(world, id)).toMatchObject({ State: 'unhealthy', Reason: 'Target.FailedHealthChecks' });
    pass(world, 125);
    expect(health(world, id)?.State).toBe('unhealthy');
    pass(world, 10);
    expect(health(world, id)?.State).toBe('healthy');
  });

  test('rule 3: a deregistered target drains for the delay and is gone', () => {
    const world = prod();
    const { id, target } = calm(world);
    const listed = () =>
      aws.DescribeTargetHealth(world, { TargetGroupArn: targetGroupArn(world) }).TargetHealthDescriptions
        ?.length;
    aws.DeregisterTargets(world, target);
    pass(world, 59);
    expect(health(world, id)).toMatchObject({ State: 'draining', Reason: 'Target.DeregistrationInProgress' });
    expect(listed()).toBe(3);
    pass(world, 2);
    expect(health(world, id)).toMatchObject({ State: 'unused', Reason: 'Target.NotRegistered' });
    expect(listed()).toBe(2);
  });

  test('rule 4: a draining target can be registered again', () => {
    const world = prod();
    const { id, target } = calm(world);
    aws.DeregisterTargets(world, target);
    pass(world, 30);
    aws.RegisterTargets(world, target);
    expect(health(world, id)?.State).toBe('initial');
    pass(world, 60);
    expect(health(world, id)?.State).toBe('healthy');
  });

  test('rule 5: only running instances can be registered', () => {
    const world = prod();
    for (const Id of ['i-0123456789abcdef0', 'constructor', '__proto__'])
      expect(
        faultOf(() =>
          aws.RegisterTargets(world, { TargetGroupArn: targetGroupArn(world), Targets: [{ Id }] }),
        ).code,
      ).toBe('InvalidTargetException');
  });

  test('rule 6: unknown names and ARNs are refused', () => {
    const world = prod();
    expect(faultOf(() => aws.DescribeTargetGroups(world, { Names: ['x'] })).code).toBe(
      'TargetGroupNotFoundException',
    );
    expect(faultOf(() => aws.DescribeTargetHealth(world, { TargetGroupArn: 'x' })).code).toBe(
      'TargetGroupNotFoundException',
    );
    expect(faultOf(() => aws.DescribeLoadBalancers(world, { Names: ['x'] })).code).toBe(
      'LoadBalancerNotFoundException',
    );
  });

  test('rule 7: the target of an instance that no longer runs is unused', () => {
    const world = prod();
    const { id } = calm(world);
    const node = world.ec2.nodes[id];
    if (node !== undefined) node.instance.State = { Code: 80, Name: 'stopped' };
    expect(health(world, id)).toMatchObject({ State: 'unused', Reason: 'Target.InvalidState' });
    aws.ResumeProcesses(world, { AutoScalingGroupName: name });
    passUntil(world, () => !members(world).some(({ InstanceId }) => InstanceId === id));
  });

  test.each([
    // Silent from 0 to 15 seconds: one failed check.
    [[[0, 15]], { 15: 'healthy', 25: 'healthy' }],
    [[[0, 25]], { 19: 'healthy', 20: 'unhealthy', 54: 'unhealthy', 55: 'healthy' }],
    [
      [
        [0, 25],
        [40, 45],
      ],
      { 54: 'unhealthy', 60: 'unhealthy', 74: 'unhealthy', 75: 'healthy' },
    ],
    [
      [
        [0, 15],
        [15, 30],
      ],
      { 20: 'unhealthy', 59: 'unhealthy', 60: 'healthy' },
    ],
  ])('rule 10: silent in seconds %j', (silent, states) => {
    const world = prod();
    const { id } = calm(world);
    const at = (seconds: number) => new Date(world.now.getTime() + seconds * 1000);
    const { application } = world.ec2.nodes[id] ?? {};
    application?.stoppages.push(
      ...silent.map(([from = 0, to = 0]) => ({
        from: at(from),
        answersUntil: at(from),
        to: at(to),
        why: 'a test',
      })),
    );
    const begun = world.now.getTime();
    for (const [seconds, state] of Object.entries(states)) {
      pass(world, (begun - world.now.getTime()) / 1000 + Number(seconds));
      expect(health(world, id)?.State, `${seconds} s`).toBe(state);
    }
  });
});
