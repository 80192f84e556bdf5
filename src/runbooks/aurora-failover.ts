import * as z from 'zod';
import { formatDuration, minutes, seconds } from '../duration.ts';
import { runbook } from '../engine/runbook.ts';
import { approve } from '../engine/step.ts';
import { duration } from '../environment/duration-codec.ts';
import { blockingAlarmsAreOk } from './parts/alarms.ts';
import { clusterIsWhole, clusterOf, memberText } from './parts/aurora-cluster.ts';
import { callerIsInTheEnvironment } from './parts/caller.ts';
import { nothingIsDue } from './parts/due-work.ts';
import { expectedText, historyText, lastFailoverIsLongAgo } from './parts/failover-history.ts';
import { failoverLanes } from './parts/failover-lanes.ts';
import { failoverLeg } from './parts/failover-leg.ts';
import { targetIsPromotable } from './parts/failover-target.ts';
import { targetKeepsUp } from './parts/replica-lag.ts';
import { serviceIsSteady } from './parts/service-baseline.ts';
import { everyNodeServes, fleetUsing } from './parts/service-users.ts';
import { probeText } from './parts/write-probe.ts';

const atLeast = (least: number) =>
  duration.refine((span) => span >= least, `expected at least ${formatDuration(least)}`);

const parameters = z.strictObject({
  cluster: z
    .string()
    .optional()
    .describe('Cluster to fail over, as named in runbook.yaml; not needed where there is only one'),
  target: z
    .string()
    .optional()
    .describe('Instance that is to write; without it the reader elsewhere with the lowest promotion tier'),
  failBack: z
    .boolean()
    .default(false)
    .describe('Fail over back to the former writer afterwards, and measure that too'),
  acknowledgeRecent: z
    .string()
    .trim()
    .min(1, 'say why')
    .optional()
    .describe('Why to fail over although the last failover was a short time ago'),
  baseline: atLeast(seconds(5))
    .default(seconds(20))
    .describe('How long the application must be steady before'),
  steadyFor: atLeast(seconds(5))
    .default(minutes(1))
    .describe('How long the application must be healthy afterwards'),
  every: atLeast(seconds(1))
    .default(seconds(2))
    .describe('How often the lanes that change quickly are looked at: the finer, the narrower the intervals'),
  timeout: atLeast(minutes(1))
    .default(minutes(8))
    .describe('How long a failover may take, until everybody is served'),
});

export const auroraFailover = runbook({
  id: 'aurora-failover',
  title: 'Failover test of an Aurora cluster',
  whenToUse:
    'To know that a failover of the database works today, and how long users notice it: as a drill, or before something relies on it',
  parameters,
  forms: [
    { title: 'There', parameters: {} },
    { title: 'There and back home (`--fail-back`)', parameters: { failBack: true } },
  ],
  // Undoing is another failover, and users notice it as well.
  safeToUndo: false,

  validate({ cluster }, environment) {
    fleetUsing(clusterOf(environment, cluster), environment);
  },

  steps(chosen) {
    const cluster = clusterIsWhole(chosen.cluster);
    const roles = targetIsPromotable(chosen.target, cluster);
    const history = lastFailoverIsLongAgo(chosen.acknowledgeRecent, cluster);
    const lag = targetKeepsUp(cluster, roles);
    const users = everyNodeServes(chosen.cluster);
    const lanes = failoverLanes(chosen.every, { cluster, history, users });
    const steady = serviceIsSteady(chosen.baseline, lanes, cluster, roles);
    const watching = { lanes, timeout: chosen.timeout, steadyFor: chosen.steadyFor, named: chosen.cluster };
    const there = failoverLeg({ suffix: '', rolesIn: ({ outputOf }) => outputOf(roles) }, cluster, watching);
    const home = failoverLeg(
      {
        suffix: '-home',
        rolesIn({ outputOf }) {
          const { former, target } = outputOf(roles);
          return { former: target, target: former };
        },
      },
      cluster,
      watching,
      there.failover,
    );

    return [
      callerIsInTheEnvironment,
      cluster,
      roles,
      history,
      nothingIsDue(chosen.baseline + chosen.timeout * (chosen.failBack ? 2 : 1), cluster),
      lag,
      blockingAlarmsAreOk,
      users,
      steady,

      approve({
        id: 'approval',
        title: 'Fail the cluster over?',
        ask({ environment, outputOf }) {
          const facts = outputOf(cluster);
          const { former, target, because } = outputOf(roles);
          const { longestOutage } = clusterOf(environment, facts.name);
          return {
            question: `Fail ${facts.cluster} in ${environment.name} over from ${former} to ${target}${chosen.failBack ? ', and back' : ''}?`,
            evidence: [
              { label: 'Members', value: facts.members.map(memberText).join(', ') },
              { label: 'Target', value: `${target}: ${because}` },
              { label: 'Lag', value: `at most ${formatDuration(outputOf(lag).milliseconds)}` },
              { label: 'Last failover', value: historyText(outputOf(history)) },
              { label: 'Expected', value: expectedText(outputOf(history)) },
              {
                label: 'Objective',
                value:
                  longestOutage === undefined
                    ? 'none configured (longestOutage)'
                    : `users notice it for at most ${formatDuration(longestOutage)}`,
              },
              {
                label: 'Users',
                value: outputOf(steady).watched
                  ? `watched at ${outputOf(users).healthUrl}; every open transaction fails, and all writes until ${target} writes`
                  : 'not watched: no health URL is configured, so nobody will know what they noticed',
              },
              { label: 'Write probe', value: probeText(environment, chosen.cluster) },
            ],
          };
        },
      }),

      ...there.steps,
      ...(chosen.failBack ? home.steps : []),
    ];
  },
});
