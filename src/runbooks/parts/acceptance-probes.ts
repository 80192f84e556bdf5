import * as z from 'zod';
import { describeCluster } from '../../aws/rds.ts';
import { formatDuration, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { check, type ForEach, forEach, type ListEntry, type StepReference } from '../../engine/step.ts';
import type { RecoveryStack } from '../../environment/recovery-stack.ts';
import { OperatorError } from '../../errors.ts';
import { onNode } from './node-command.ts';
import { recoveredOf, recoveryOf } from './recovered-components.ts';
import type { RecoverySet } from './recovery-set.ts';
import { answerFindings } from './restore-findings.ts';
import { restoredName } from './restored-name.ts';

type Probe = RecoveryStack['probes'][number];

const item = z.object({ name: z.string(), by: z.enum(['url', 'command']), fleet: z.string() });

/**
 * What must be so before what was brought up counts as usable. One that fails lets the others be made, and fails the run at its end.
 * @param begun a change at the beginning: without it, as in a rehearsal, there is nothing to be asked
 */
export const acceptanceProbes = (
  set: StepReference<RecoverySet>,
  begun: StepReference<unknown>,
): ForEach<z.output<typeof item>> =>
  forEach({
    id: 'probe',
    title: 'Make each acceptance probe',
    item,
    items: async ({ environment }) =>
      recoveryOf(environment).probes.map((probe) => ({
        name: probe.name,
        by: probe.by,
        fleet: probe.by === 'command' ? probe.fleet : '',
      })),
    key: ({ name }) => name,
    steps: ({ name, by, fleet }) => (by === 'url' ? probeUrl(name, begun) : probeByCommand(name, fleet, set)),
    example: { name: 'the application reads its data', by: 'command', fleet: 'app' },
  });

function probeOf<By extends Probe['by']>(
  environment: ReadContext['environment'],
  name: string,
  by: By,
): Extract<Probe, { by: By }> {
  const found = recoveryOf(environment).probes.find((each) => each.name === name);
  if (found?.by === by) return found as Extract<Probe, { by: By }>;
  throw new OperatorError({
    code: 'PROBE_GONE',
    message: `runbook.yaml no longer has the acceptance probe "${name}"`,
  });
}

const probeUrl = (name: string, begun: StepReference<unknown>): readonly ListEntry[] => [
  check({
    id: 'accepted',
    title: 'What was answered was held against what is expected',
    returns: z.object({ answered: z.string() }),
    async run(context) {
      context.outputOf(begun);
      const { url, status, within } = probeOf(context.environment, name, 'url');
      const answer = await context.http.get(url, within ?? seconds(10), context.signal);
      const answered = 'status' in answer ? String(answer.status) : answer.failed;
      context.found([urlFinding('answer', answer, { url, status, within })]);
      return { answered };
    },
    summary: ({ answered }) => answered,
  }),
];

function urlFinding(
  subject: string,
  answer: Awaited<ReturnType<ReadContext['http']['get']>>,
  {
    url,
    status,
    within,
  }: { readonly url: string; readonly status: number; readonly within: number | undefined },
): Finding {
  const rule = `${status}${within === undefined ? '' : ` within ${formatDuration(within)}`}`;
  const took = formatDuration(answer.milliseconds);
  const fact = `${url} answered ${'status' in answer ? answer.status : answer.failed} after ${took}`;
  const isSo =
    'status' in answer && answer.status === status && (within === undefined || answer.milliseconds <= within);
  return isSo
    ? { verdict: 'pass', subject, fact, rule }
    : { verdict: 'fail', subject, fact, rule, toDo: `Ask it by hand: curl -i ${url}` };
}

function probeByCommand(name: string, fleet: string, set: StepReference<RecoverySet>): readonly ListEntry[] {
  const { asked, answered } = onNode({
    id: `probe-${name}`.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase(),
    order: 'Have a node make the probe',
    fact: 'A node has made the probe',
    fleet,
    at: 'recovery',
    uses: [describeCluster],
    async command(context) {
      const { command } = probeOf(context.environment, name, 'command');
      return withEndpoints(context, command);
    },
    expected: (environment) => probeOf(environment, name, 'command').expect,
    afterwards: 'Leave nothing: it only looked',
    mayFail: true,
  });
  return [
    asked,
    answered,
    check({
      id: 'accepted',
      title: 'What was answered was held against what is expected',
      returns: z.object({ exitCode: z.int() }),
      async run(context) {
        const { expect } = probeOf(context.environment, name, 'command');
        const answer = context.outputOf(answered);
        const newest = context
          .outputOf(set)
          .stores.flatMap(({ point, from }) => (point === undefined ? [] : [from]))
          .toSorted()[0];
        const created = newest ?? context.runStartedAt.toISOString();
        const findings = answerFindings('query', expect, answer, { created });
        context.found(findings);
        return { exitCode: answer.exitCode };
      },
    }),
  ];
}

/** `{database}` is the endpoint of the component of that name, as it was restored. */
async function withEndpoints(
  context: Pick<ReadContext, 'aws' | 'environment' | 'runId'>,
  command: string,
): Promise<string> {
  let line = command;
  for (const { name } of recoveredOf(context.environment, 'aurora-cluster')) {
    if (!line.includes(`{${name}}`)) continue;
    const there = context.aws.in(recoveryOf(context.environment).region);
    const cluster = await describeCluster(there, restoredName(context.runId, name));
    line = line.replaceAll(`{${name}}`, cluster?.Endpoint ?? '');
  }
  return line;
}
