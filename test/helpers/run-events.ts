import type { NewEvent } from '../../src/engine/recorder.ts';
import type { RunEvent, RunEventOf, RunStarted, StepKind } from '../../src/engine/run-event.ts';

export const runId = '20251121-021409-k3f9';

const started: Omit<RunStarted, 'at'> = {
  type: 'run-started',
  version: 1,
  toolVersion: '0.1.0',
  runId,
  runbook: 'rolling-update',
  title: 'Rolling update of a fleet',
  parameters: { fleet: 'app', ami: 'ami-0abc', canary: 1 },
  environment: {
    name: 'morpheus-prod',
    settings: {
      account: '123456789012',
      region: 'us-east-1',
      protected: true,
      objectives: {},
      alarms: { blocking: [], stop: [], success: [] },
      components: {},
    },
  },
  mode: 'live',
  by: 'anna@laptop',
};

/** Journals for tests of what shows them: each event is stamped with the tape's own time, which `pass` moves on. */
export class Tape {
  readonly events: RunEvent[] = [];
  #now = Date.parse('2025-11-21T02:14:09.000Z');

  constructor(run: Partial<Omit<RunStarted, 'at' | 'type'>> = {}) {
    this.add({ ...started, ...run });
  }

  add(...events: readonly NewEvent[]): this {
    for (const event of events)
      this.events.push({ ...event, at: new Date(this.#now).toISOString() } as RunEvent);
    return this;
  }

  pass(seconds: number): this {
    this.#now += seconds * 1000;
    return this;
  }

  start(step: string, kind: StepKind, title: string, limit?: number): this {
    const deadline =
      limit === undefined ? {} : { deadline: new Date(this.#now + limit * 1000).toISOString() };
    return this.add({ type: 'step-started', step, kind, title, attempt: 1, ...deadline });
  }

  succeed(step: string, more: Partial<RunEventOf<'step-succeeded'>> = {}): this {
    return this.add({ ...more, type: 'step-succeeded', step });
  }

  check(step: string, title: string, summary?: string): this {
    return this.start(step, 'check', title)
      .pass(1)
      .succeed(step, summary === undefined ? {} : { summary });
  }

  call(step: string, operation: string, phase: 'read' | 'apply' | 'undo' = 'apply'): this {
    const [service = '', name = ''] = operation.split(':');
    return this.add({
      type: 'aws-called',
      step,
      phase,
      service,
      operation: name,
      write: phase !== 'read',
      parameters: {},
      attempts: 1,
      milliseconds: 120,
    });
  }

  change(step: string, title: string, operation: string, summary?: string): this {
    return this.start(step, 'change', title)
      .add({ type: 'apply-started', step, idempotencyToken: 'token' })
      .call(step, operation)
      .pass(2)
      .succeed(step, { applied: 'applied', ...(summary !== undefined && { summary }) });
  }

  wait(
    step: string,
    title: string,
    limit: number,
    reasons: readonly (readonly [number, string])[],
    summary?: string,
  ): this {
    this.start(step, 'wait', title, limit);
    for (const [seconds, because] of reasons) this.add({ type: 'waiting', step, because }).pass(seconds);
    return this.succeed(step, summary === undefined ? {} : { summary });
  }

  finish(outcome: RunEventOf<'run-finished'>['outcome'], error?: RunEventOf<'run-finished'>['error']): this {
    return this.add({ type: 'run-finished', outcome, ...(error !== undefined && { error }) });
  }
}

const checked = (tape: Tape): Tape =>
  tape
    .check(
      'account',
      "The caller's account and Region are those of morpheus-prod",
      'account 123456789012 in us-east-1',
    )
    .check('group-stable', 'The group exists and is stable', '3 of 3 in service, in 3 zones')
    .check('alarms', 'The blocking alarms are OK and have data', 'morpheus-5xx, morpheus-latency');

const approved = (tape: Tape): Tape =>
  tape
    .start('approve', 'approve', 'Replace the nodes of app?')
    .add({
      type: 'approval-asked',
      step: 'approve',
      question: 'Replace 3 nodes of app by nodes of version 7?',
      evidence: [
        { label: 'lowest healthy count', value: '3, in each zone 1' },
        { label: 'rollback', value: 'possible, to version 6' },
      ],
    })
    .pass(20)
    .add({ type: 'approval-given', step: 'approve', by: 'anna@laptop', reason: 'CVE-2025-1' })
    .succeed('approve');

const refreshStarted = (tape: Tape): Tape =>
  approved(checked(tape)).change(
    'start-refresh',
    'Start the instance refresh',
    'autoscaling:StartInstanceRefresh',
    'refresh 08b91cf7',
  );

export function succeededRun(mode: RunStarted['mode'] = 'live'): Tape {
  return refreshStarted(new Tape({ mode }))
    .wait(
      'canary',
      'The canary is in service on the new version',
      1200,
      [
        [90, '0 of 1 replaced: i-0aaa is Pending'],
        [95, '0 of 1 replaced: target i-0aaa is initial (Elb.RegistrationInProgress)'],
      ],
      'i-0aaa is healthy',
    )
    .wait('refreshed', 'The refresh is complete', 3600, [[700, '33 % complete, 2 instances to go']])
    .start('lowest', 'measure', 'Lowest healthy count')
    .add({
      type: 'measured',
      step: 'lowest',
      title: 'Lowest healthy count',
      unit: 'count',
      value: 3,
      objective: { atLeast: 3 },
      verdict: 'pass',
    })
    .succeed('lowest')
    .start('errors', 'measure', 'Share of failed requests')
    .add({
      type: 'measured',
      step: 'errors',
      title: 'Share of failed requests',
      unit: 'percent',
      missing: 'no datapoints in the window',
      verdict: 'cannot tell',
      objective: { atMost: 0.1 },
    })
    .succeed('errors')
    .finish('succeeded');
}

export const unhealthy = {
  code: 'TARGET_UNHEALTHY',
  message: 'i-0aaa is unhealthy in target group morpheus-app: Target.FailedHealthChecks',
  hint: 'aws ec2 get-console-output --instance-id i-0aaa --latest',
};

export const failedRun = (): Tape =>
  refreshStarted(new Tape())
    .start('canary', 'wait', 'The canary is in service on the new version', 1200)
    .add({ type: 'waiting', step: 'canary', because: 'target i-0aaa is unhealthy' })
    .pass(720)
    .add({ type: 'step-failed', step: 'canary', error: unhealthy })
    .add({ type: 'failure-decided', step: 'canary', choice: 'leave', by: 'anna@laptop' })
    .finish('failed-with-changes', unhealthy);

const failedAndUndoing = (): Tape =>
  refreshStarted(new Tape())
    .start('canary', 'wait', 'The canary is in service on the new version', 1200)
    .pass(720)
    .add({ type: 'step-failed', step: 'canary', error: unhealthy })
    .add({ type: 'failure-decided', step: 'canary', choice: 'undo', by: 'anna@laptop' })
    .add({ type: 'rollback-started', by: 'anna@laptop' })
    .add({
      type: 'undo-started',
      step: 'start-refresh',
      title: 'Roll the instance refresh back',
      deadline: '2025-11-21T03:14:09.000Z',
    })
    .call('start-refresh', 'autoscaling:RollbackInstanceRefresh', 'undo')
    .add({ type: 'waiting', step: 'start-refresh', because: 'RollbackInProgress, 50 % complete' })
    .pass(300);

export const rolledBackRun = (): Tape =>
  failedAndUndoing().add({ type: 'undone', step: 'start-refresh', how: 'undone' }).finish('rolled-back');

export const rollbackFailedRun = (): Tape => {
  const error = { code: 'UNDO_TIMED_OUT', message: 'Not undone after 1h: "Roll the instance refresh back"' };
  return failedAndUndoing()
    .add({ type: 'undo-failed', step: 'start-refresh', error })
    .finish('rollback-failed', error);
};

export const interruptedRun = (): Tape =>
  refreshStarted(new Tape())
    .start('canary', 'wait', 'The canary is in service on the new version', 1200)
    .add({ type: 'waiting', step: 'canary', because: '0 of 1 replaced: i-0aaa is Pending' })
    .pass(31)
    .add({ type: 'run-interrupted' });

export const rehearsedRun = (): Tape =>
  checked(new Tape({ mode: 'rehearsal' }))
    .start('start-refresh', 'change', 'Start the instance refresh')
    .add({
      type: 'step-rehearsed',
      step: 'start-refresh',
      service: 'autoscaling',
      operation: 'StartInstanceRefresh',
      parameters: {
        AutoScalingGroupName: 'morpheus-app',
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-0f00', Version: '7' } },
        Preferences: {
          MinHealthyPercentage: 100,
          MaxHealthyPercentage: 134,
          CheckpointPercentages: [34, 100],
        },
      },
    })
    .start('canary', 'wait', 'The canary is in service on the new version', 1200)
    .add({
      type: 'step-depends',
      step: 'canary',
      because: 'depends on start-refresh, which was not carried out',
    })
    .finish('succeeded');

/** Node by node: a `forEach` over three nodes, the last of which hangs. */
export function nodeByNodeRun(last: 'succeeds' | 'hangs' = 'succeeds'): Tape {
  const nodes = ['i-0aaa', 'i-0bbb', 'i-0ccc'];
  const tape = approved(checked(new Tape()))
    .change('suspend', 'Suspend the AZRebalance process', 'autoscaling:SuspendProcesses')
    .add({
      type: 'items-listed',
      step: 'nodes',
      title: 'Replace each node',
      items: nodes.map((key) => ({ key, item: { id: key } })),
    });
  for (const node of nodes) {
    const at = (id: string) => `nodes/${node}/${id}`;
    tape
      .change(
        at('deregister'),
        `Take ${node} out of the target group`,
        'elasticloadbalancing:DeregisterTargets',
      )
      .wait(at('drained'), `${node} serves no request`, 300, [
        [35, 'draining: 1 connection left'],
        [30, 'draining'],
      ])
      .change(at('terminate'), `Terminate ${node}`, 'autoscaling:TerminateInstanceInAutoScalingGroup')
      .start(at('replaced'), 'wait', `A new node has taken the place of ${node}`, 900)
      .add({
        type: 'waiting',
        step: at('replaced'),
        because: `${node} is Terminating:Wait, held by lifecycle hook drain-app`,
      })
      .pass(200);
    if (node === 'i-0ccc' && last === 'hangs') {
      const error = {
        code: 'NODE_STUCK',
        message: `${node} hangs in Terminating:Wait, held by lifecycle hook drain-app`,
        hint: 'aws autoscaling complete-lifecycle-action --lifecycle-hook-name drain-app --lifecycle-action-result CONTINUE',
      };
      return tape
        .add({ type: 'step-failed', step: at('replaced'), error })
        .finish('failed-with-changes', error);
    }
    tape.succeed(at('replaced'), { summary: 'healthy in the target group' });
  }
  return tape
    .change('resume-processes', 'Resume the AZRebalance process', 'autoscaling:ResumeProcesses')
    .check('spread', 'Every node is on the new version, healthy, and spread over zones', '3 nodes in 3 zones')
    .finish('succeeded');
}

/** A database and files restored at the same time. Stops where it is to: in the middle, at a failure in one branch, or at its end. */
export function restoreBothRun(until: 'middle' | 'failure' | 'end' = 'end'): Tape {
  const database = (id: string) => `restore/database/${id}`;
  const files = (id: string) => `restore/files/${id}`;
  const tape = checked(new Tape())
    .add({
      type: 'branches-started',
      step: 'restore',
      title: 'Restore both',
      branches: [
        { id: 'database', title: 'Restore the database' },
        { id: 'files', title: 'Restore the files' },
      ],
    })
    .change(database('start-cluster'), 'Restore the cluster', 'backup:StartRestoreJob', 'job 918C')
    .change(files('start-files'), 'Restore the file system', 'backup:StartRestoreJob', 'job 82BB')
    .start(database('cluster-there'), 'wait', 'The cluster is there', 7200)
    .add({ type: 'waiting', step: database('cluster-there'), because: 'RUNNING, 16 % done' })
    .start(files('files-there'), 'wait', 'The file system is there', 7200)
    .add({ type: 'waiting', step: files('files-there'), because: 'RUNNING, 13 % done' })
    .pass(600);
  if (until === 'middle') return tape;
  if (until === 'failure')
    return tape
      .add({
        type: 'step-failed',
        step: files('files-there'),
        error: { code: 'JOB_FAILED', message: 'job 82BB was aborted' },
      })
      .add({ type: 'failure-decided', step: files('files-there'), choice: 'leave', by: 'anna@laptop' })
      .finish('failed-with-changes', { code: 'JOB_FAILED', message: 'job 82BB was aborted' });
  return tape
    .succeed(files('files-there'))
    .add({ type: 'branch-finished', step: 'restore', branch: 'files' })
    .pass(300)
    .succeed(database('cluster-there'))
    .change(database('start-instance'), 'Create an instance', 'rds:CreateDBInstance')
    .add({ type: 'branch-finished', step: 'restore', branch: 'database' })
    .check('answers', 'The restored database answers')
    .finish('succeeded');
}
