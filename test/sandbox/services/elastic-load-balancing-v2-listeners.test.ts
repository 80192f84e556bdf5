import { expect, test } from 'vitest';
import { aws, faultOf, prod, targetGroupArn } from './stack.ts';

test('rule 8: listeners are listed with their certificates', () => {
  const world = prod();
  const LoadBalancerArn = world.loadBalancing.loadBalancers[0]?.LoadBalancerArn;
  const { Listeners } = aws.DescribeListeners(world, { LoadBalancerArn });
  expect(Listeners.map(({ Port, Protocol }) => `${Protocol} ${Port}`)).toEqual(['HTTPS 443', 'HTTP 80']);
  expect(Listeners[0]?.Certificates?.[0]?.CertificateArn).toMatch(/^arn:aws:acm:us-east-1:/);
  const [https] = Listeners;
  expect(aws.DescribeListeners(world, { ListenerArns: [https?.ListenerArn ?? ''] }).Listeners).toEqual([
    https,
  ]);
  expect(faultOf(() => aws.DescribeListeners(world, { ListenerArns: ['arn:x'] })).code).toBe(
    'ListenerNotFoundException',
  );
  expect(faultOf(() => aws.DescribeListeners(world, { LoadBalancerArn: 'arn:x' })).code).toBe(
    'LoadBalancerNotFoundException',
  );
});

test('rule 9: target group attributes are set, and only those that there are', () => {
  const world = prod();
  const TargetGroupArn = targetGroupArn(world);
  const wanted = { Key: 'deregistration_delay.timeout_seconds', Value: '15' };
  const { Attributes } = aws.ModifyTargetGroupAttributes(world, { TargetGroupArn, Attributes: [wanted] });
  expect(Attributes).toContainEqual(wanted);
  expect(aws.DescribeTargetGroupAttributes(world, { TargetGroupArn }).Attributes).toContainEqual(wanted);
  const unknown = { TargetGroupArn, Attributes: [{ Key: 'no.such', Value: '1' }] };
  expect(faultOf(() => aws.ModifyTargetGroupAttributes(world, unknown)).code).toBe(
    'InvalidConfigurationRequestException',
  );
  for (const Value of ['abc', '-1', '3601', '1.5', '', undefined]) {
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value }];
    expect(faultOf(() => aws.ModifyTargetGroupAttributes(world, { TargetGroupArn, Attributes })).code).toBe(
      'ValidationError',
    );
  }
  expect(
    faultOf(() => aws.ModifyTargetGroupAttributes(world, { TargetGroupArn, Attributes: [{ Value: '1' }] })),
  ).toEqual({ code: 'ValidationError', message: 'Target group attribute key must be specified' });
});
