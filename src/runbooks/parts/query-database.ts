import * as z from 'zod';
import { describeGroup } from '../../aws/auto-scaling.ts';
import { commandInvocation, findCommand, sendCommand } from '../../aws/ssm-commands.ts';
import { minutes, seconds } from '../../duration.ts';
import { type Change, change, type StepReference, type Wait, wait } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { protectedComponent } from './protected-components.ts';
import type { Answer } from './restore-findings.ts';
import type { Serving } from './restored-instance.ts';

const sentCommand = z.object({ command: z.string(), instance: z.string() });

const answer = z.object({
  exitCode: z.int(),
  values: z.record(z.string(), z.string()),
  problem: z.string().optional(),
});

/** Long enough to know what is wrong. */
const longestProblem = 300;

/**
 * Systems Manager runs any command, so sending one counts as a write although this one only reads. It leaves nothing but its record,
 * and what it asks is deleted with the restore.
 */
export function queryDatabase(
  name: string,
  serving: StepReference<Serving>,
): { readonly asked: Change<z.output<typeof sentCommand>>; readonly answered: Wait<Answer> } {
  const comment = (runId: string) => `runbook ${runId} ${name}`.slice(0, 100);
  const asked = change({
    id: 'query',
    title: 'Ask the restored database, from a node of the application',
    uses: [describeGroup, findCommand, sendCommand],
    returns: sentCommand,
    findApplied: ({ aws, runId, runStartedAt }) =>
      findCommand(aws, { comment: comment(runId), since: new Date(runStartedAt.getTime() - minutes(5)) }),
    async apply({ aws, environment, outputOf, runId }) {
      const { fleet, command } = queryOf(environment, name);
      const instance = await nodeOf(environment, fleet, (group) => describeGroup(aws, group));
      const line = command.replaceAll('{endpoint}', outputOf(serving).endpoint);
      return {
        command: await sendCommand(aws, { instance, command: line, comment: comment(runId) }),
        instance,
      };
    },
    summary: ({ command, instance }) => `command ${command} on ${instance}`,
    undoneBy: { id: 'restore' },
  });
  const answered = wait<Answer>({
    id: 'answer',
    title: 'The restored database has answered',
    uses: [commandInvocation],
    every: seconds(15),
    timeout: minutes(5),
    hint: 'Is the agent of that node online? aws ssm describe-instance-information',
    returns: answer,
    async probe({ aws, outputOf, environment }) {
      const invocation = await commandInvocation(aws, outputOf(asked));
      const {
        Status = 'Pending',
        ResponseCode,
        StandardOutputContent = '',
        StandardErrorContent = '',
      } = invocation ?? {};
      if (['Pending', 'InProgress', 'Delayed', 'Cancelling'].includes(Status))
        return { ready: false, because: `the command is ${Status}` };
      const problem = `${StandardErrorContent || (Status === 'Success' ? '' : Status)}`.slice(
        0,
        longestProblem,
      );
      const wanted = queryOf(environment, name).expect.map(({ line }) => line);
      return {
        ready: true,
        output: {
          exitCode: Status === 'Success' ? (ResponseCode ?? 0) : ResponseCode || 1,
          values: valuesIn(StandardOutputContent, wanted),
          ...(problem !== '' && { problem }),
        },
      };
    },
    summary: ({ exitCode, values }) =>
      exitCode === 0
        ? Object.entries(values)
            .map(([line, value]) => `${line}=${value}`)
            .join(', ')
        : `exit code ${exitCode}`,
  });
  return { asked, answered };
}

/** Of all that is printed, only what an expectation names is kept. */
export const valuesIn = (text: string, wanted: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name = '', value = ''] = /^([\w.-]+)=(.*)$/.exec(line.trim()) ?? [];
      return wanted.includes(name) ? [[name, value]] : [];
    }),
  );

function queryOf(environment: Environment, name: string) {
  const query = protectedComponent(environment, name, 'aurora-cluster').backup.restoreTest?.query;
  if (query !== undefined) return query;
  throw new OperatorError({
    code: 'QUERY_MISSING',
    message: `components.${name}.backup.restoreTest.query is gone`,
  });
}

async function nodeOf(
  { components }: Environment,
  fleet: string,
  read: (group: string) => ReturnType<typeof describeGroup>,
): Promise<string> {
  const component = components[fleet];
  const group = component?.type === 'auto-scaling-group' ? await read(component.group) : undefined;
  const node = group?.Instances?.find(
    ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
  );
  if (node?.InstanceId !== undefined) return node.InstanceId;
  throw new OperatorError({
    code: 'NO_NODE_TO_ASK_FROM',
    message: `Fleet ${fleet} has no healthy node in service: the restored database cannot be asked from there`,
    hint: 'Correct backup.restoreTest.query.fleet, or wait until the fleet has a node, then: runbook resume',
  });
}
