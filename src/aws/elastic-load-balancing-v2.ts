import type {
  Listener,
  LoadBalancer,
  TargetGroup,
  TargetGroupAttribute,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';

export type { Listener, LoadBalancer, TargetGroup, TargetGroupAttribute, TargetHealthDescription };

const service = 'elastic-load-balancing-v2';
const sdk = () => import('./sdk/elastic-load-balancing-v2.ts');

/**
 * The target group of this name, `undefined` where there is none.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html
 */
export const describeTargetGroup = awsFunction(
  ['elasticloadbalancing:DescribeTargetGroups'],
  async (aws: ReadClients, name: string): Promise<TargetGroup | undefined> => {
    const { DescribeTargetGroupsCommand } = await sdk();
    const answer = await absentWhen(['TargetGroupNotFound'], () =>
      aws.send(service, new DescribeTargetGroupsCommand({ Names: [name] })),
    );
    return answer?.TargetGroups?.[0];
  },
);

/**
 * All values are text: `deregistration_delay.timeout_seconds` is seconds, `300` where nobody set it.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroupAttributes.html
 */
export const describeTargetGroupAttributes = awsFunction(
  ['elasticloadbalancing:DescribeTargetGroupAttributes'],
  async (aws: ReadClients, targetGroupArn: string): Promise<TargetGroupAttribute[]> => {
    const { DescribeTargetGroupAttributesCommand } = await sdk();
    const answer = await aws.send(
      service,
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn }),
    );
    return answer.Attributes ?? [];
  },
);

/**
 * Every registered target, and those that drain. `TargetHealth.State` is `initial`, `healthy`, `unhealthy`,
 * `unhealthy.draining`, `unused`, `draining` or `unavailable`; `Reason` and `Description` say why it is not healthy.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
 */
export const describeTargetHealth = awsFunction(
  ['elasticloadbalancing:DescribeTargetHealth'],
  async (aws: ReadClients, targetGroupArn: string): Promise<TargetHealthDescription[]> => {
    const { DescribeTargetHealthCommand } = await sdk();
    const answer = await aws.send(
      service,
      new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
    );
    return answer.TargetHealthDescriptions ?? [];
  },
);

/**
 * Takes the instance out of the target group, on every port: new requests stop at once, those under way get the group's
 * deregistration delay. Fine for a target that is out already.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html
 */
export const deregisterTarget = awsFunction(
  ['elasticloadbalancing:DeregisterTargets'],
  async (aws: ChangeClients, targetGroupArn: string, instanceId: string): Promise<void> => {
    const { DeregisterTargetsCommand } = await sdk();
    await aws.send(
      service,
      new DeregisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: [{ Id: instanceId }] }),
    );
  },
);

/**
 * Puts the instance into the target group, on the group's own port. It must be running; fine for one that is in already.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 */
export const registerTarget = awsFunction(
  ['elasticloadbalancing:RegisterTargets'],
  async (aws: ChangeClients, targetGroupArn: string, instanceId: string): Promise<void> => {
    const { RegisterTargetsCommand } = await sdk();
    await aws.send(
      service,
      new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: [{ Id: instanceId }] }),
    );
  },
);

/**
 * The load balancer of this name, `undefined` where there is none.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
 */
export const describeLoadBalancer = awsFunction(
  ['elasticloadbalancing:DescribeLoadBalancers'],
  async (aws: ReadClients, name: string): Promise<LoadBalancer | undefined> => {
    const { DescribeLoadBalancersCommand } = await sdk();
    const answer = await absentWhen(['LoadBalancerNotFound'], () =>
      aws.send(service, new DescribeLoadBalancersCommand({ Names: [name] })),
    );
    return answer?.LoadBalancers?.[0];
  },
);

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html */
export const describeListeners = awsFunction(
  ['elasticloadbalancing:DescribeListeners'],
  async (aws: ReadClients, loadBalancerArn: string): Promise<Listener[]> => {
    const { DescribeListenersCommand } = await sdk();
    return collectPages(async (Marker) => {
      const page = await aws.send(
        service,
        new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn, Marker }),
      );
      return { items: page.Listeners, next: page.NextMarker };
    });
  },
);
