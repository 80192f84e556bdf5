import { faultEvents } from './faults/effects.ts';
import { acmEvents } from './services/acm/index.ts';
import { autoScalingEvents } from './services/auto-scaling/index.ts';
import { backupEvents } from './services/backup/index.ts';
import { logsEvents } from './services/cloudwatch-logs/index.ts';
import { ec2Events } from './services/ec2/nodes.ts';
import { efsEvents } from './services/efs/index.ts';
import { kmsEvents } from './services/kms/index.ts';
import { mqEvents } from './services/mq/index.ts';
import { openSearchEvents } from './services/opensearch/index.ts';
import { rdsEvents } from './services/rds/index.ts';
import { route53Events } from './services/route-53/index.ts';
import { secretsManagerEvents } from './services/secrets-manager/index.ts';
import { systemsManagerEvents } from './services/ssm/index.ts';
import { somebodyEvents } from './somebody.ts';
import { trafficEvents } from './traffic.ts';
import { accountOf, type EventHandlers, type SandboxEvent, seenFrom, type World } from './world.ts';

const handlers: EventHandlers<SandboxEvent> = {
  ...acmEvents,
  ...autoScalingEvents,
  ...backupEvents,
  ...ec2Events,
  ...efsEvents,
  ...faultEvents,
  ...kmsEvents,
  ...logsEvents,
  ...mqEvents,
  ...openSearchEvents,
  ...rdsEvents,
  ...route53Events,
  ...secretsManagerEvents,
  ...somebodyEvents,
  ...systemsManagerEvents,
  ...trafficEvents,
};

/** Lets time pass in all Regions: everything due until then happens, in order, each at its own time. Never goes back. */
export function advance(world: World, to: Date): void {
  const account = accountOf(world);
  for (let [next] = account.transitions; next !== undefined && next.at <= to; [next] = account.transitions) {
    account.transitions.shift();
    if (next.at > account.now) account.now = next.at;
    happen(seenFrom(account, next.region), next.event);
  }
  if (to > account.now) account.now = new Date(to);
}

function happen(world: World, event: SandboxEvent): void {
  // The map's type pairs each kind with its handler; TypeScript cannot follow that through an index.
  const handler = handlers[event.kind] as (world: World, event: SandboxEvent) => void;
  handler(world, event);
}
