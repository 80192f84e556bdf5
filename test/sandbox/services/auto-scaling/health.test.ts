import { describe, expect, test } from 'vitest';
import { images } from '../../../../src/sandbox/morpheus-prod.ts';
import {
  aws,
  first,
  fleetIn,
  healthOf,
  memberIn,
  members,
  name,
  pass,
  passUntil,
  prod,
  targetGroupArn,
} from '../stack.ts';

describe('Auto Scaling: health', () => {
  test('rule 17: after the grace period an unhealthy instance is replaced, and the activities say why', () => {
    const world = prod();
    world.ec2.software[images.inUse] = {};
    aws.SetDesiredCapacity(world, { AutoScalingGroupName: name, DesiredCapacity: 4 });
    passUntil(world, () => members(world)[3]?.LifecycleState === 'InService');
    const bad = first(members(world).slice(3));
    pass(world, 290);
    expect(bad).toMatchObject({ LifecycleState: 'InService', HealthStatus: 'Healthy' });
    pass(world, 25);
    expect(bad).toMatchObject({ LifecycleState: 'Terminating', HealthStatus: 'Unhealthy' });
    const causes = fleetIn(world).activities.map(({ Cause }) => Cause);
    expect(causes[1]).toMatch(
      /an instance was taken out of service in response to an ELB system health check failure\.$/,
    );
    expect(causes[0]).toMatch(
      /an instance was launched in response to an unhealthy instance needing to be replaced\.$/,
    );
  });

  test.each(['HealthCheck', 'ReplaceUnhealthy'])(
    'rule 17: nothing is replaced while %s is suspended',
    (process) => {
      const world = prod();
      aws.SuspendProcesses(world, { AutoScalingGroupName: name, ScalingProcesses: [process] });
      delete world.ec2.nodes[memberIn(world, 'us-east-1a').InstanceId]?.servesFrom;
      pass(world, 900);
      expect(memberIn(world, 'us-east-1a')).toMatchObject({
        LifecycleState: 'InService',
        HealthStatus: process === 'HealthCheck' ? 'Healthy' : 'Unhealthy',
      });
      aws.ResumeProcesses(world, { AutoScalingGroupName: name });
      pass(world, 15);
      expect(memberIn(world, 'us-east-1a').LifecycleState).toBe('Terminating');
    },
  );

  test('rule 18: an instance deregistered by hand is replaced once it is drained', () => {
    const world = prod();
    const member = memberIn(world, 'us-east-1a');
    const target = { TargetGroupArn: targetGroupArn(world), Targets: [{ Id: member.InstanceId }] };
    aws.DeregisterTargets(world, target);
    pass(world, 55);
    expect(healthOf(world, member.InstanceId)).toBe('draining');
    expect(member).toMatchObject({ LifecycleState: 'InService', HealthStatus: 'Healthy' });
    pass(world, 20);
    expect(member).toMatchObject({ HealthStatus: 'Unhealthy', LifecycleState: 'Terminating:Wait' });
  });

  test('rule 18: registered again in time it stays', () => {
    const world = prod();
    const member = memberIn(world, 'us-east-1a');
    const target = { TargetGroupArn: targetGroupArn(world), Targets: [{ Id: member.InstanceId }] };
    aws.DeregisterTargets(world, target);
    pass(world, 50);
    aws.RegisterTargets(world, target);
    pass(world, 600);
    expect(member).toMatchObject({ LifecycleState: 'InService', HealthStatus: 'Healthy' });
    expect(healthOf(world, member.InstanceId)).toBe('healthy');
  });
});
