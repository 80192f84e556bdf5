import { formatDuration, type Milliseconds } from '../../duration.ts';
import type { Observations } from '../../engine/observation.ts';
import type { Readiness } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { ConnectionsSeen, ControlSeen, NotesSeen, TargetsSeen } from './failover-lanes.ts';
import type { Roles } from './failover-target.ts';
import { serving } from './health-sample.ts';
import { goodTime } from './outage.ts';
import { failingText, type ProbeSeen } from './write-probe-lane.ts';

/** What is known of a failover under way, and what counts as its end. */
export interface FailoverView {
  readonly cluster: string;
  readonly environment: string;
  readonly roles: Pick<Roles, 'former' | 'target'>;
  readonly targetHost: string | undefined;
  /** When it was asked for. */
  readonly from: Date;
  readonly now: Date;
  /** From then on nobody looks any more. */
  readonly deadline: Date | undefined;
  /** How long the application has to be healthy. */
  readonly steadyFor: Milliseconds;
  readonly control: Observations<ControlSeen>;
  /** Only what RDS reported since the failover was asked for. */
  readonly notes: NotesSeen;
  readonly endpoint: Observations<string>;
  readonly health: Observations<string>;
  readonly targets: Observations<TargetsSeen>;
  readonly connections: Observations<ConnectionsSeen>;
  readonly writes: Observations<ProbeSeen>;
}

/**
 * Whether the failover is over and its users are served.
 * @throws OperatorError where it cannot end well any more, or its time is over
 */
export function progressOf(view: FailoverView): Readiness<void> {
  const control = latestOf(view.control);
  refuseOtherEnds(view, control);
  const lacks = lackingIn(view, control);
  if (lacks.length === 0) return { ready: true };
  const because = lacks.map(({ text }) => text).join('; ');
  if (view.deadline !== undefined && view.now >= view.deadline)
    throw control?.writer === view.roles.former ? stuck(view, because) : tooLate(view, lacks, because);
  return { ready: false, because };
}

export const latestOf = <Seen>({ looks }: Observations<Seen>): Seen | undefined => {
  const last = looks.findLast((look) => !('missing' in look));
  return last === undefined || 'missing' in last ? undefined : last.seen;
};

/** Connections to the former writer, if that minute began after the failover was asked for. */
export const leftBehind = (
  { minute, by }: ConnectionsSeen,
  former: string,
  from: Date,
): number | undefined => (minute === undefined || minute < from ? undefined : by[former]);

export const isServing = (seen: string): boolean => seen === serving;
export const isWhole = ({ healthy, of }: TargetsSeen): boolean => of > 0 && healthy === of;

interface Lack {
  readonly lane: 'control' | 'endpoint' | 'health' | 'targets';
  readonly text: string;
}

function lackingIn(view: FailoverView, control: ControlSeen | undefined): readonly Lack[] {
  const { roles, targetHost, steadyFor } = view;
  const lacks: Lack[] = [];
  if (control === undefined) lacks.push({ lane: 'control', text: 'RDS has not said yet who writes' });
  else if (control.writer !== roles.target)
    lacks.push({
      lane: 'control',
      text: `${control.writer ?? 'nobody'} writes (${control.status})`,
    });
  else if (control.status !== 'available')
    lacks.push({ lane: 'control', text: `the cluster is ${control.status}` });
  if (control !== undefined && control.away.length > 0)
    lacks.push({ lane: 'control', text: control.away.join(', ') });
  // What cannot be resolved from here at all says nothing about anybody else.
  const leadsTo = latestOf(view.endpoint);
  if (leadsTo !== undefined && leadsTo !== targetHost)
    lacks.push({ lane: 'endpoint', text: `the cluster endpoint leads to ${leadsTo.split('.')[0]}` });
  if (view.targets.notObserved === undefined) {
    const targets = latestOf(view.targets);
    if (targets === undefined) lacks.push({ lane: 'targets', text: 'no target was looked at yet' });
    else if (!isWhole(targets))
      lacks.push({ lane: 'targets', text: `${targets.healthy} of ${targets.of} targets healthy` });
  }
  if (view.health.notObserved === undefined) {
    const { goodFor } = goodTime(view.health, isServing);
    if (goodFor < steadyFor) {
      const seen = latestOf(view.health);
      lacks.push({
        lane: 'health',
        text:
          seen === serving
            ? `the health URL answers, not yet for ${formatDuration(steadyFor)}`
            : `the health URL ${seen ?? 'was not asked yet'}`,
      });
    }
  }
  return lacks;
}

/** Ends that no waiting changes. */
function refuseOtherEnds(view: FailoverView, control: ControlSeen | undefined): void {
  const { cluster, roles, notes } = view;
  const { former, target } = roles;
  const begun = notes.filter(({ what }) => what === 'started');
  const wrote = view.control.looks.flatMap((look) => ('missing' in look ? [] : (look.seen.writer ?? [])));
  const leftTarget = wrote.includes(target) && control?.writer !== undefined && control.writer !== target;
  if (begun.length > 1 || leftTarget) {
    throw new OperatorError({
      code: 'SECOND_FAILOVER',
      message: `Somebody or something else failed ${cluster} over while this run watched: ${begun.map(({ at, to }) => `to ${to} at ${at.toISOString()}`).join(', ') || `${target} wrote, and now ${control?.writer} does`}. What was measured says nothing about one failover`,
      hint: 'aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=FailoverDBCluster tells who; where nobody did, AWS had to',
    });
  }
  if (control?.status !== 'available' || control.writer === undefined) return;
  if (control.writer !== former && control.writer !== target) {
    throw new OperatorError({
      code: 'ANOTHER_PROMOTED',
      message: `${control.writer} writes now, not ${target}, which was asked for: RDS found it better, or ${target} was lost on the way`,
      hint: `Look at ${target} (aws rds describe-events --source-type db-instance --source-identifier ${target}). Users are served by ${control.writer}; runbook rollback last brings ${former} back`,
    });
  }
  const last = notes.at(-1);
  if (control.writer === former && last?.what === 'failed') {
    throw new OperatorError({
      code: 'FAILOVER_FAILED',
      message: `RDS gave the failover of ${cluster} up at ${last.at.toISOString()}; ${former} writes as before`,
      hint: `aws rds describe-events --source-type db-cluster --source-identifier ${cluster} --duration 60; until ${target} is known to be sound, a real failure of ${former} may go the same way`,
    });
  }
}

const ago = ({ from, now }: FailoverView): string => formatDuration(now.getTime() - from.getTime());

const stuck = (view: FailoverView, because: string): OperatorError =>
  new OperatorError({
    code: 'FAILOVER_STUCK',
    message: `RDS accepted the failover of ${view.cluster} to ${view.roles.target} ${ago(view)} ago, and ${view.roles.former} still writes. Last seen: ${because}`,
    hint: 'Do not ask for another one: RDS gives up by itself and says so in its events. Call AWS Support where the application is down; runbook resume last goes on watching',
  });

function tooLate(view: FailoverView, lacks: readonly Lack[], because: string): OperatorError {
  const { roles, environment, connections, writes } = view;
  const lacking = (lane: Lack['lane']) => lacks.some((lack) => lack.lane === lane);
  const after = `${ago(view)} after the failover was asked for`;
  if (lacking('health') || lacking('targets')) {
    const { failing = [] } = latestOf(writes) ?? {};
    const left = leftBehind(latestOf(connections) ?? { by: {} }, roles.former, view.from);
    return new OperatorError({
      code: 'APPLICATION_NOT_BACK',
      message: `${after} the application is not served as before, although ${roles.target} ${lacking('control') ? 'may write' : 'writes'}. Last seen: ${because}${left === undefined ? '' : `; ${left} connections lead to ${roles.former}`}${failing.length === 0 ? '' : `; writes that failed to the end of the probe: ${failingText(failing)}`}`,
      hint: `Pools that stay on ${roles.former} fail with MySQL error 1290: recycle them ("Pools that stay" in docs/runbooks/aurora-failover.md), or replace the nodes: runbook run rolling-update --env ${environment}. Then: runbook resume last`,
    });
  }
  if (lacking('endpoint') && !lacking('control')) {
    return new OperatorError({
      code: 'ENDPOINT_NOT_MOVED',
      message: `${after} the cluster endpoint does not lead to ${roles.target}, as this machine resolves it. Last seen: ${because}`,
      hint: 'Look for a cache between: dig +short CNAME of the cluster endpoint, here and on a node',
    });
  }
  return new OperatorError({
    code: 'MEMBER_NOT_BACK',
    message: `${after} the cluster is not whole: another failure now would find nobody to fail over to. Last seen: ${because}`,
    hint: `Users are served. aws rds describe-events --source-type db-instance --source-identifier ${roles.former} --duration 60; where nothing moves, reboot the instance, or delete it and create it again. Then: runbook resume last`,
  });
}
