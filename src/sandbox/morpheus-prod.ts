import { minutes, seconds } from '../duration.ts';
import { advance } from './advance.ts';
import { alarms } from './morpheus-prod/alarms.ts';
import { compute } from './morpheus-prod/compute.ts';
import { fleet } from './morpheus-prod/fleet.ts';
import { loadBalancing } from './morpheus-prod/load-balancing.ts';
import { account, healthUrl, images, name, region, targetGroupArn } from './morpheus-prod/names.ts';
import { later, schedule } from './schedule.ts';
import type { World } from './world.ts';

export { images };

/** When a sandbox run begins: a quiet hour of a Monday. */
export const beginning = new Date('2026-03-02T02:10:00Z');

/** Long enough before the beginning that every alarm has data and every node is past its grace period. */
const quietBefore = minutes(30);

const parameter = (path: string, Value: string, DataType = 'text') => ({
  Name: `/morpheus/prod/${path}`,
  Type: 'String' as const,
  Value,
  Version: 1,
  DataType,
  LastModifiedDate: new Date('2026-01-20T09:14:00Z'),
  ARN: `arn:aws:ssm:${region}:${account}:parameter/morpheus/prod/${path}`,
});

/** The production stack, at rest: three nodes on launch template version 2, traffic as on any night. */
export function morpheusProd(seed: number): World {
  const begun = later(beginning, -quietBefore);
  const launched = new Date('2026-01-20T09:30:00Z');
  const world: World = {
    account,
    region,
    now: begun,
    random: { events: seed, calls: ~seed },
    serial: 0,
    transitions: [],
    faults: [],
    calls: {},
    ec2: compute(launched),
    autoScaling: { fleets: [fleet(launched)] },
    loadBalancing: loadBalancing(launched),
    cloudWatch: { alarms: alarms(begun), history: [] },
    systemsManager: {
      parameters: [
        parameter('app/ami', images.inUse, 'aws:ec2:image'),
        parameter('app/release', '2026.01.19'),
        parameter(
          'database/writer-endpoint',
          `morpheus-prod.cluster-c7xk2p9q4r1s.${region}.rds.amazonaws.com`,
        ),
        parameter('files/id', 'fs-0a7c9e1b3d5f20486'),
        parameter('queue/endpoint', `amqps://b-5f2c8a1e-morpheus-prod.mq.${region}.amazonaws.com:5671`),
        parameter('search/endpoint', `vpc-morpheus-prod-k3j2h1.${region}.es.amazonaws.com`),
      ],
    },
    traffic: {
      targetGroup: targetGroupArn,
      healthUrl,
      usualRequests: 1400,
      usualNodes: 3,
      minutes: [],
      hosts: undefined,
    },
  };
  schedule(world, later(begun, seconds(10)), { kind: 'group-looked-at', group: name });
  schedule(world, later(begun, seconds(10)), { kind: 'targets-counted' });
  advance(world, beginning);
  world.cloudWatch.history = [];
  return world;
}

/** How `runbook.yaml` would describe the stack. */
export const morpheusProdEnvironment = {
  account,
  region,
  recoveryRegion: 'us-west-2',
  protected: true,
  objectives: { rto: '1h', rpo: '15m', errorRate: 0.1 },
  alarms: {
    blocking: [
      'morpheus-prod-5xx',
      'morpheus-prod-unhealthy-hosts',
      'morpheus-prod-latency',
      'morpheus-prod-app-cpu',
    ],
    stop: ['morpheus-prod-5xx', 'morpheus-prod-unhealthy-hosts', 'morpheus-prod-latency'],
    success: ['morpheus-prod-5xx', 'morpheus-prod-unhealthy-hosts', 'morpheus-prod-latency'],
  },
  components: {
    app: { type: 'auto-scaling-group' as const, group: name, targetGroup: name, healthUrl },
  },
};
