import * as z from 'zod';
import { describeTargetGroup, describeTargetHealth } from '../../aws/elastic-load-balancing-v2.ts';
import { answersTo, changeRecordSets, type RecordSet, recordSetsOf } from '../../aws/route-53.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { change, type ForEach, forEach, type ListEntry, wait } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { recoveryOf } from './recovered-components.ts';

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

const switched = z.object({ zone: z.string(), name: z.string() });

type Side = 'home' | 'recovery';

function switchName(name: string, zone: string): readonly ListEntry[] {
  const turn = change<z.output<typeof switched>>({
    id: 'switch',
    title: `Have ${name} lead to the recovery Region`,
    uses: [recordSetsOf, changeRecordSets, describeTargetGroup, describeTargetHealth],
    returns: switched,
    async findApplied(context) {
      const sets = await setsOf(context, zone, name);
      return wanted(context, sets, 'recovery') === undefined ? { zone, name } : undefined;
    },
    async apply(context) {
      const change_ = wanted(context, await setsOf(context, zone, name), 'recovery');
      if (change_ !== undefined) await changeRecordSets(context.aws, zone, change_);
      return { zone, name };
    },
    undo: {
      title: `Have ${name} lead home again, if production serves there`,
      async apply(context) {
        await homeServes(context);
        const change_ = wanted(context, await setsOf(context, zone, name), 'home');
        if (change_ !== undefined) await changeRecordSets(context.aws, zone, change_);
      },
    },
  });
  return [
    turn,
    wait({
      id: 'arrived',
      title: `Route 53 answers ${name} with the recovery Region, and it serves`,
      uses: [recordSetsOf, answersTo],
      every: seconds(15),
      timeout: minutes(15),
      hint: `dig ${name} shows what resolvers hold for as long as the TTL allows; aws route53 list-resource-record-sets --hosted-zone-id ${zone}`,
      returns: z.object({ at: z.iso.datetime(), answer: z.string() }),
      async probe(context) {
        const recovery = setNamed(await setsOf(context, zone, name), sideOf(context, 'recovery'));
        const answers = await answersTo(context.aws, { zone, name, type: recovery.Type ?? 'A' });
        const there = await answersTo(context.aws, {
          zone,
          name: targetOf(recovery),
          type: recovery.Type ?? 'A',
        }).catch(() => []);
        const leadsTo = answers.join(', ');
        const isThere =
          answers.length > 0 && answers.every((answer) => there.includes(answer) || answer.startsWith(targetOf(recovery)));
        if (!isThere) return { ready: false, because: `it answers ${leadsTo || 'nothing'}` };
        return { ready: true, output: { at: context.clock.now().toISOString(), answer: leadsTo } };
      },
      summary: ({ answer }) => answer,
    }),
  ];
}
