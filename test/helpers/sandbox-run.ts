import { openAwsSession } from '../../src/aws/session.ts';
import type { Ports } from '../../src/engine/context.ts';
import type { Operator } from '../../src/engine/operator.ts';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { type RunEnd, resumeRun, rollBackRun, startRun } from '../../src/engine/run-runbook.ts';
import type { Runbook } from '../../src/engine/runbook.ts';
import { type Environment, environmentSchema } from '../../src/environment.ts';
import { Bug } from '../../src/errors.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { accountOf, snapshot } from '../../src/sandbox/world.ts';
import { scenario } from './scenario.ts';

/** A moment of a run: what a process that died there would leave behind. */
export interface Moment {
  readonly events: readonly RunEvent[];
  readonly world: string;
  readonly writes: readonly string[];
}

export interface SandboxRun extends Moment {
  readonly end: RunEnd;
  /** One for every journal line, at the time when the line is on disk. */
  readonly moments: readonly Moment[];
  readonly sandbox: Sandbox;
}

export interface RunSetting {
  readonly runbook: Runbook;
  readonly parameters: Record<string, unknown>;
  readonly scenario?: string;
  /** The deployed stack, by its name in the sandbox; `prod` without it. */
  readonly stack?: string;
  readonly operator?: Operator;
  /** Laid over the sandbox's own environment. */
  readonly environment?: Partial<Environment>;
  /** Changes the world before the run begins. */
  prepare?(sandbox: Sandbox): void;
  /** When the run is gone on with, where not at once. */
  readonly wake?: Date;
  /** Watches the run; throwing from it ends the process's part in it. */
  observe?(event: RunEvent, sandbox: Sandbox): void;
  readonly signal?: AbortSignal;
  /** Keeps a moment for every line: costs a snapshot each. */
  readonly keepMoments?: boolean;
}

export const yes: Operator = {
  name: 'tester',
  approve: async () => ({ approved: true, by: 'tester', reason: 'a test' }),
  decide: async ({ changesInPlace }) => ({ choice: changesInPlace.length > 0 ? 'undo' : 'leave' }),
};

export const leaving: Operator = { ...yes, decide: async () => ({ choice: 'leave' }) };

export const runIn = (setting: RunSetting, rehearsal = false, world?: string): Promise<SandboxRun> =>
  drive(
    setting,
    world === undefined ? undefined : { events: [], world, writes: [] },
    rehearsal,
    (ports, environment) =>
      startRun(
        {
          runbook: setting.runbook,
          parameters: setting.parameters,
          environment,
          runId: 'a-run-20260302-021000-abcd',
          mode: rehearsal ? 'rehearsal' : 'sandbox',
          toolVersion: 'test',
        },
        ports,
      ),
  );

export const resumeFrom = (moment: Moment, setting: RunSetting): Promise<SandboxRun> =>
  drive(setting, moment, false, (ports) => resumeRun(setting.runbook, moment.events, 'test', ports));

export const rollBackFrom = (moment: Moment, setting: RunSetting): Promise<SandboxRun> =>
  drive(setting, moment, false, (ports) => rollBackRun(setting.runbook, moment.events, ports));

async function drive(
  setting: RunSetting,
  from: Moment | undefined,
  rehearsal: boolean,
  go: (ports: Ports, environment: Environment) => Promise<RunEnd>,
): Promise<SandboxRun> {
  const name = setting.stack ?? 'prod';
  const sandbox = await openSandbox({
    ...(setting.scenario !== undefined && { scenario: scenario(setting.scenario) }),
    environment: name,
    stored: from?.world,
  });
  if (from === undefined) setting.prepare?.(sandbox);
  else if (setting.wake !== undefined) sandbox.advanceTo(setting.wake);
  const environment = {
    name,
    ...environmentSchema.parse(sandbox.environments[name]),
    ...setting.environment,
  };
  const events = [...(from?.events ?? [])];
  const writes = [...(from?.writes ?? [])];
  const moments: Moment[] = [];
  const { clock, http, names, credentials, requestHandler } = sandbox;
  const end = await go(
    {
      clock,
      http,
      names,
      aws: openAwsSession({
        region: environment.region,
        clock,
        random: () => 0.5,
        rehearsal,
        credentials,
        requestHandler: watched(requestHandler, writes),
      }),
      operator: setting.operator ?? yes,
      observers: [(event) => setting.observe?.(event, sandbox)],
      signal: setting.signal ?? new AbortController().signal,
      journal: {
        append(event) {
          events.push(event);
          if (setting.keepMoments) {
            moments.push({
              events: [...events],
              world: snapshot(accountOf(sandbox.world)),
              writes: [...writes],
            });
          }
        },
      },
    },
    environment,
  );
  return { end, events, writes, moments, sandbox, world: snapshot(accountOf(sandbox.world)) };
}

/** The sandbox's own witness of what was written: it reads the wire, not the guard's record. */
function watched(handler: Sandbox['requestHandler'], writes: string[]): Sandbox['requestHandler'] {
  return {
    ...handler,
    async handle(request, options) {
      const answer = await handler.handle(request, options);
      const operation = operationOf(request);
      if (!/^(Describe|Get|List|Simulate)/.test(operation) && answer.response.statusCode < 300)
        writes.push(operation);
      return answer;
    },
  };
}

/** What the REST protocols say by method and path; reading is always a GET. */
const restWrites: readonly (readonly [line: RegExp, operation: string])[] = [
  [/^PUT \/restore-jobs$/, 'StartRestoreJob'],
  [/^PUT \/restore-jobs\/[^/]+\/validations$/, 'PutRestoreValidationResult'],
  [/^POST \/2015-02-01\/resource-tags\/[^/]+$/, 'TagResource'],
  [/^DELETE \/2015-02-01\/file-systems\/[^/]+$/, 'DeleteFileSystem'],
  [/^POST \/2015-02-01\/mount-targets$/, 'CreateMountTarget'],
  [/^DELETE \/2015-02-01\/mount-targets\/[^/]+$/, 'DeleteMountTarget'],
  [/^PUT \/v1\/brokers\/[^/]+\/users\/[^/]+$/, 'UpdateUser'],
  [/^POST \/v1\/brokers\/[^/]+\/reboot$/, 'RebootBroker'],
  [/^POST \/2021-01-01\/opensearch\/domain\/[^/]+\/config$/, 'UpdateDomainConfig'],
  [/^POST \/v1\/brokers$/, 'CreateBroker'],
  [/^DELETE \/v1\/brokers\/[^/]+$/, 'DeleteBroker'],
  [/^DELETE \/v1\/configurations\/[^/]+$/, 'DeleteConfiguration'],
  [/^POST \/2021-01-01\/opensearch\/domain$/, 'CreateDomain'],
  [/^DELETE \/2021-01-01\/opensearch\/domain\/[^/]+$/, 'DeleteDomain'],
  [/^POST \/2013-04-01\/hostedzone\/[^/]+\/rrset\/?$/, 'ChangeResourceRecordSets'],
];

type Request = Parameters<Sandbox['requestHandler']['handle']>[0];

function operationOf({ method, path, body, headers }: Request): string {
  if (method === 'GET' || method === 'HEAD') return 'Get';
  const target = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1];
  const operation =
    restWrites.find(([line]) => line.test(`${method} ${path}`))?.[1] ??
    target?.split('.').at(-1) ??
    new URLSearchParams(String(body)).get('Action');
  if (operation === null || operation === undefined) throw new Bug('A request without an operation');
  return operation;
}
