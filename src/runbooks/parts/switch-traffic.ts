import * as z from 'zod';
import { describeGroup, tagGroup } from '../../aws/auto-scaling.ts';
import { describeTargetGroup, describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import {
  answersTo,
  changeIsInSync,
  changeRecordSets,
  type RecordChange,
  type ResourceRecordSet,
  recordSetsOf,
} from '../../aws/route-53.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, change, type ForEach, forEach, type ListEntry, wait } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { recoveryOf } from './recovered-components.ts';
import { recoveryPlan } from './recovery-plan.ts';

const site = z.object({ name: z.string(), zone: z.string() });

/** Sends users to the recovery Region, and sees that they arrive. */
export const switchTraffic = (): ForEach<z.output<typeof site>> =>
  forEach({
    id: 'traffic',
    title: 'Send users to the recovery Region',
    item: site,
    items: async ({ environment }) => {
      const { dns } = recoveryOf(environment);
      return dns === undefined ? [] : [{ name: dns.name, zone: dns.zone }];
    },
    key: ({ name }) => name,
    steps: ({ name, zone }) => switchName(name, zone),
    example: { name: 'morpheus.example.com', zone: 'Z0A1B2C3D4E5F6G7H8I9J' },
  });

const switched = z.object({
  zone: z.string(),
  name: z.string(),
  /** Absent where nothing had to be changed. */
  change: z.string().optional(),
});

/**
 * From here on what users write is in the recovery Region alone. So a rollback sends them home, where somebody serves there, and then stops:
 * nothing that it finds before this may be deleted by a machine. The mark has the run's id: that of an earlier failover would be taken for
 * somebody else's change, and a rollback would pass it by.
 */
const handOver = (): Change<z.output<typeof handedOver>> =>
  change<z.output<typeof handedOver>>({
    id: 'hand-over',
    title: 'Mark the recovery fleets as those that serve users',
    uses: [describeGroup, tagGroup],
    returns: handedOver,
    async findApplied({ aws, environment, runId }) {
      const groups = groupsOf(environment);
      for (const group of groups) {
        const { Tags = [] } = (await describeGroup(aws.in(recoveryOf(environment).region), group)) ?? {};
        if (!Tags.some(({ Key, Value }) => Key === servesTag && Value === runId)) return undefined;
      }
      return { groups };
    },
    async apply({ aws, environment, runId }) {
      const groups = groupsOf(environment);
      for (const group of groups)
        await tagGroup(aws.in(recoveryOf(environment).region), group, { [servesTag]: runId });
      return { groups };
    },
    summary: ({ groups }) => groups.join(', '),
    cannotUndo:
      'users were sent to the recovery Region, and what they wrote there since is there alone. Once it has been brought home, delete what is no longer needed by hand: its names are under "What the failover left in place is known"',
  });

const servesTag = 'runbook:serves-users';

const groupsOf = (environment: ReadContext['environment']): string[] =>
  recoveryPlan(environment).fleets.map(({ recovery }) => recovery.group);

const handedOver = z.object({ groups: z.array(z.string()) });

function switchName(name: string, zone: string): readonly ListEntry[] {
  const switching = change<z.output<typeof switched>>({
    id: 'switch',
    title: `Have ${name} lead to the recovery Region`,
    uses: [recordSetsOf, changeRecordSets, describeTargetGroup, describeTargetHealth],
    returns: switched,
    async findApplied(context) {
      const changes = leadingTo('recovery', await setsOf(context, zone, name), routingOf(context));
      return changes.length === 0 ? { zone, name } : undefined;
    },
    async apply(context) {
      const changes = leadingTo('recovery', await setsOf(context, zone, name), routingOf(context));
      return { zone, name, change: await changeRecordSets(context.aws, zone, changes) };
    },
    undo: {
      title: `Have ${name} lead home again, if production serves there`,
      async apply(context) {
        await homeServes(context, name);
        const changes = leadingTo('home', await setsOf(context, zone, name), routingOf(context));
        if (changes.length > 0) await changeRecordSets(context.aws, zone, changes);
      },
    },
  });
  return [
    handOver(),
    switching,
    wait({
      id: 'arrived',
      title: `All name servers of Route 53 answer ${name} with the recovery Region, and users are served`,
      uses: [changeIsInSync, answersTo],
      every: seconds(15),
      timeout: minutes(15),
      hint: `Resolvers hold an old answer as long as its TTL allows. What is answered now: dig ${name}; what should be: aws route53 list-resource-record-sets --hosted-zone-id ${zone}`,
      returns: z.object({ at: z.iso.datetime(), answer: z.string() }),
      async probe(context) {
        const { change: made } = context.outputOf(switching);
        if (made !== undefined && !(await changeIsInSync(context.aws, made)))
          return { ready: false, because: 'not all name servers have the change' };
        const answered = await answersTo(context.aws, zone, name);
        const answer = answered.join(', ');
        const own = await ownAnswers(context, zone);
        if (own.length > 0 && !answered.some((address) => own.includes(address)))
          return { ready: false, because: `it is answered with ${answer || 'nothing'}` };
        for (const { healthUrl } of recoveryPlan(context.environment).fleets) {
          if (healthUrl === undefined) continue;
          const served = await context.http.get(healthUrl, seconds(5), context.signal);
          if (!('status' in served) || served.status < 200 || served.status > 299)
            return {
              ready: false,
              because: `${healthUrl} answers ${'status' in served ? served.status : served.failed}`,
            };
        }
        return { ready: true, output: { at: context.clock.now().toISOString(), answer } };
      },
      summary: ({ answer }) => answer,
    }),
  ];
}

/**
 * The addresses that the recovery fleets' own names lead to, where they are in the same zone. Of a load balancer with many addresses each
 * answer has another handful: one in common is enough.
 */
async function ownAnswers(context: ReadContext, zone: string): Promise<readonly string[]> {
  const hosts = recoveryPlan(context.environment).fleets.map(({ recovery }) => hostIn(recovery.healthUrl));
  const answers = await Promise.all(hosts.map((host) => answersTo(context.aws, zone, host)));
  return answers.flat();
}

const hostIn = (url: string): string => url.replace(/^https?:\/\//, '').replace(/[:/].*$/, '');

interface Routing {
  readonly policy: 'failover' | 'weighted';
  readonly home: string;
  readonly recovery: string;
}

function routingOf({ environment }: Pick<ReadContext, 'environment'>): Routing {
  const { dns } = recoveryOf(environment);
  if (dns !== undefined) return { policy: dns.routing, home: dns.home, recovery: dns.recovery };
  throw new OperatorError({
    code: 'DNS_NOT_CONFIGURED',
    message: 'runbook.yaml no longer says how users are sent to the recovery Region (recovery.dns)',
  });
}

async function setsOf(
  context: Pick<ReadContext, 'aws' | 'environment'>,
  zone: string,
  name: string,
): Promise<readonly ResourceRecordSet[]> {
  const sets = await recordSetsOf(context.aws, zone, name);
  if (sets === undefined)
    throw new OperatorError({
      code: 'ZONE_MISSING',
      message: `Hosted zone ${zone} is not in this account: ${name} cannot be switched`,
      hint: 'Correct recovery.dns.zone in runbook.yaml',
    });
  const { home, recovery } = routingOf(context);
  const missing = missingIn(sets, home, recovery);
  if (missing.length === 0) return sets;
  throw new OperatorError({
    code: 'RECORD_MISSING',
    message: `${name} has no record set ${missing.join(' and ')} any more: to switch it would leave users with nowhere to go, so nothing was changed`,
    hint: `Make it again, or correct recovery.dns: aws route53 list-resource-record-sets --hosted-zone-id ${zone}`,
  });
}

/** Sides that lack a record of a type (A, AAAA) that is there for the other. */
function missingIn(sets: readonly ResourceRecordSet[], ...sides: readonly string[]): readonly string[] {
  const ofSides = sets.filter(({ SetIdentifier = '' }) => sides.includes(SetIdentifier));
  if (ofSides.length === 0) return sides;
  const types = [...new Set(ofSides.map(({ Type }) => Type))];
  return sides.flatMap((side) =>
    types
      .filter((type) => !ofSides.some(({ SetIdentifier, Type }) => SetIdentifier === side && Type === type))
      .map((type) => `${side} (${type})`),
  );
}

/**
 * The changes after which a name leads to that side, all in one batch; none where it does already. With failover routing the two sides
 * change their parts: an unhealthy primary then falls back to the other one by itself, as before.
 */
export function leadingTo(
  side: 'home' | 'recovery',
  sets: readonly ResourceRecordSet[],
  { policy, ...ids }: Routing,
): readonly RecordChange[] {
  const [wanted, other] = side === 'recovery' ? [ids.recovery, ids.home] : [ids.home, ids.recovery];
  return [
    ...sets
      .filter(({ SetIdentifier }) => SetIdentifier === wanted)
      .flatMap((set) => turned(set, policy, true)),
    ...sets
      .filter(({ SetIdentifier }) => SetIdentifier === other)
      .flatMap((set) => turned(set, policy, false)),
  ].toSorted((one, two) => order[one.action] - order[two.action]);
}

/** One name has one primary: what stands in the way goes first. */
const order = { DELETE: 0, CREATE: 1, UPSERT: 1 } as const;

const fullWeight = 100;

function turned(set: ResourceRecordSet, policy: Routing['policy'], leads: boolean): readonly RecordChange[] {
  if (policy === 'weighted') {
    const isSo = leads ? (set.Weight ?? 0) > 0 : set.Weight === 0;
    return isSo ? [] : [{ action: 'UPSERT', set: { ...set, Weight: leads ? fullWeight : 0 } }];
  }
  const part = leads ? 'PRIMARY' : 'SECONDARY';
  if (set.Failover === part) return [];
  return [
    { action: 'DELETE', set },
    { action: 'CREATE', set: { ...set, Failover: part } },
  ];
}

/** Users that are sent to a Region where nobody serves are lost to both. @throws OperatorError where production does not serve */
async function homeServes({ aws, environment }: ReadContext, name: string): Promise<void> {
  for (const { name: fleet, targetGroup } of recoveryPlan(environment).fleets) {
    const arn = (await describeTargetGroup(aws, targetGroup))?.TargetGroupArn;
    const targets = arn === undefined ? [] : await describeTargetHealth(aws, arn);
    const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
    if (healthy > 0) continue;
    throw new OperatorError({
      code: 'HOME_DOES_NOT_SERVE',
      message: `${name} was not sent home: of ${targets.length} targets of ${fleet} in ${environment.region} none is healthy, so users would meet nobody. They stay in the recovery Region, and what was written there since is there alone`,
      hint: `Bring production up again, with the data that were written in the recovery Region; then: runbook rollback`,
    });
  }
}
