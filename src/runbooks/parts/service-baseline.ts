import * as z from 'zod';
import { formatDuration, type Milliseconds, minutes } from '../../duration.ts';
import { type Observe, observe, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { ClusterFacts } from './aurora-cluster.ts';
import type { FailoverLanes } from './failover-lanes.ts';
import { isServing, latestOf } from './failover-progress.ts';
import type { Roles } from './failover-target.ts';
import { goodTime } from './outage.ts';

const baseline = z.object({ steadyFor: z.number(), watched: z.boolean() });

/** What is not steady before cannot be measured after. */
export function serviceIsSteady(
  span: Milliseconds,
  { health, endpoint }: Pick<FailoverLanes, 'health' | 'endpoint'>,
  cluster: StepReference<ClusterFacts>,
  roles: StepReference<Roles>,
): Observe<z.output<typeof baseline>> {
  return observe({
    id: 'steady',
    title: `The application serves its users without a fault for ${formatDuration(span)}, and the endpoint leads to the writer`,
    lanes: [health, endpoint],
    timeout: span + minutes(2),
    returns: baseline,
    until({ outputOf, seen, deadline, now }) {
      const { former } = outputOf(roles);
      const { members, host } = outputOf(cluster);
      const leadsTo = latestOf(seen(endpoint));
      if (leadsTo !== undefined && leadsTo !== members.find(({ id }) => id === former)?.host) {
        throw new OperatorError({
          code: 'ENDPOINT_NOT_AT_WRITER',
          message: `${host} leads to ${leadsTo}, and not to ${former}, which writes: a failover before this one is not over for everybody, or something caches the name`,
          hint: `dig +short CNAME ${host}`,
        });
      }
      const observed = seen(health);
      if (observed.notObserved !== undefined)
        return { ready: true, output: { steadyFor: 0, watched: false } };
      const { goodFor, troubles } = goodTime(observed, isServing);
      const [trouble] = troubles;
      if (trouble !== undefined) {
        throw new OperatorError({
          code: 'APPLICATION_NOT_STEADY',
          message: `The health URL was not steady before anything was done: at ${trouble.asked.toISOString()} it ${'missing' in trouble ? `told nothing (${trouble.missing})` : trouble.seen}. What a failover does to it could not be told from that`,
          hint: 'Find out what is wrong with the application first; then runbook resume last',
        });
      }
      if (goodFor >= span) return { ready: true, output: { steadyFor: goodFor, watched: true } };
      if (deadline !== undefined && now >= deadline) {
        throw new OperatorError({
          code: 'APPLICATION_NOT_STEADY',
          message: `The health URL answers so slowly that it could not be watched for ${formatDuration(span)} without a gap`,
          hint: 'Find out what is wrong with the application, or with the way to it, first; then runbook resume last',
        });
      }
      return { ready: false, because: `steady for ${formatDuration(goodFor)}` };
    },
    summary: ({ watched, steadyFor }) =>
      watched ? `steady for ${formatDuration(steadyFor)}` : 'no health URL configured: users are not watched',
  });
}
