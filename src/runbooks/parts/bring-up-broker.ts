import * as z from 'zod';
import {
  brokerNamed,
  configurationNamed,
  createBroker,
  deleteBroker,
  deleteBrokerConfiguration,
  describeBroker,
  describeConfiguration,
} from '../../aws/mq.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ChangeContext, ReadContext } from '../../engine/context.ts';
import {
  type Change,
  change,
  type ForEach,
  type ListEntry,
  type StepReference,
  wait,
} from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { isOlderThanRun, tellToGo } from './delete-temporary.ts';
import { type BringUp, tagsFor } from './drill-mode.ts';
import { eachRecovered } from './each-recovered.ts';
import { nameInUse } from './name-in-use.ts';
import { filledIn, writeParameters } from './node-parameters.ts';
import { recoveredNamed, recoveryOf } from './recovered-components.ts';
import { loginReads, replicatedLogin } from './replicated-login.ts';

/** Makes every broker anew: Amazon MQ keeps nothing that could be restored. Its definitions are imported once a node can. */
export const bringUpBrokers = (bringUp: BringUp): ForEach<{ name: string }> =>
  eachRecovered('broker', {
    id: 'queue',
    title: 'Make each broker anew',
    example: 'queue',
    steps: (name) => bringUpBroker(name, bringUp),
  });

const made = z.object({ broker: z.string(), name: z.string(), region: z.string() });

type Made = z.output<typeof made>;

const place = ({ environment }: Pick<ReadContext, 'environment'>, name: string) => ({
  ...recoveredNamed(environment, 'broker', name).recovery,
  region: recoveryOf(environment).region,
});

function bringUpBroker(name: string, { mode }: BringUp): readonly ListEntry[] {
  const create = createdBroker(name, tagsFor(mode));
  return [
    create,
    brokerRuns(create),
    writeParameters(
      'parameters',
      name,
      mode,
      async ({ environment, aws, outputOf }) => {
        const { broker, region } = outputOf(create);
        const endpoint = (await describeBroker(aws.in(region), broker))?.BrokerInstances?.[0]?.Endpoints?.[0];
        const host = endpoint?.replace(/^[a-z+]+:\/\//, '').replace(/:\d+$/, '');
        if (host === undefined) throw hasNoEndpoint(broker);
        return filledIn(recoveredNamed(environment, 'broker', name).recovery.parameters, { host });
      },
      [describeBroker],
    ),
  ];
}

/** The newest revision of what is kept in the recovery Region for this broker (backup.recoveryConfiguration). */
async function preparedConfiguration({ aws, environment }: ChangeContext, name: string) {
  const id = recoveredNamed(environment, 'broker', name).backup?.recoveryConfiguration;
  if (id === undefined) return undefined;
  const { region } = recoveryOf(environment);
  const revision = (await describeConfiguration(aws.in(region), id))?.LatestRevision?.Revision;
  if (revision !== undefined) return { id, revision };
  throw new OperatorError({
    code: 'CONFIGURATION_MISSING',
    message: `Configuration ${id} of ${name} is not in ${region}: the broker would come up with settings that are not production's`,
    hint: `Correct backup.recoveryConfiguration in runbook.yaml, or leave it out and set them by hand afterwards: aws mq list-configurations --region ${region}`,
  });
}

const createdBroker = (name: string, tags: ReturnType<typeof tagsFor>): Change<Made> =>
  change<Made>({
    id: 'create',
    title: 'Make a broker with the login that the replicated secret has',
    uses: [
      brokerNamed,
      describeBroker,
      describeConfiguration,
      ...loginReads,
      createBroker,
      deleteBroker,
      configurationNamed,
      deleteBrokerConfiguration,
    ],
    returns: made,
    async findApplied({ aws, environment, runId }) {
      const { name: own, region } = place({ environment }, name);
      const there = aws.in(region);
      const broker = await brokerNamed(there, own);
      if (broker === undefined) return undefined;
      const { Tags = {} } = (await describeBroker(there, broker)) ?? {};
      if (Tags['runbook:run'] === runId) return { broker, name: own, region };
      throw nameInUse('broker', own, region, Tags['runbook:run']);
    },
    async apply(context) {
      const { region, subnets, ...wanted } = place(context, name);
      const there = context.aws.in(region);
      const all = subnets ?? recoveryOf(context.environment).network.subnets;
      const configuration = await preparedConfiguration(context, name);
      const { user, password } = await replicatedLogin(there, wanted.secret);
      const broker = await createBroker(there, {
        name: wanted.name,
        engineVersion: wanted.engineVersion,
        instanceType: wanted.instanceType,
        deploymentMode: wanted.deploymentMode,
        subnets: wanted.deploymentMode === 'SINGLE_INSTANCE' ? all.slice(0, 1) : all,
        securityGroups: wanted.securityGroups,
        key: wanted.key,
        configuration,
        user,
        password,
        tags: tags(context),
        token: context.idempotencyToken,
      });
      return { broker, name: wanted.name, region };
    },
    summary: ({ name: own, broker }) => `${own}, ${broker}`,
    undo: {
      title: 'Delete the broker with its configuration, and see them gone',
      every: minutes(1),
      timeout: minutes(60),
      async turn({ aws, runStartedAt }, { broker, name: own, region }) {
        const there = aws.in(region);
        const found = await describeBroker(there, broker);
        if (found !== undefined) {
          const { BrokerState = 'unknown' } = found;
          if (BrokerState.endsWith('_IN_PROGRESS'))
            return { ready: false, because: `${own} is ${BrokerState}` };
          const command = `aws mq delete-broker --broker-id ${broker} --region ${region}`;
          return { ready: false, because: await tellToGo(own, command, () => deleteBroker(there, broker)) };
        }
        // Amazon MQ makes one for a broker that is made without, and leaves it behind.
        const left = await configurationNamed(there, `${own}-configuration`);
        if (left === undefined || isOlderThanRun(left.created, runStartedAt)) return { ready: true };
        await deleteBrokerConfiguration(there, left.id);
        return { ready: false, because: `the configuration of ${own} was told to go` };
      },
    },
  });

const brokerRuns = (create: StepReference<Made>) =>
  wait({
    id: 'running',
    title: 'The broker runs',
    uses: [describeBroker],
    every: seconds(30),
    timeout: minutes(60),
    hint: 'aws mq describe-broker shows its state; a broker that cannot be made is CREATION_FAILED: undo (runbook rollback), and see its subnets, security groups and version',
    returns: z.object({ at: z.iso.datetime() }),
    async probe({ aws, outputOf, clock }) {
      const { broker, region } = outputOf(create);
      const { BrokerState = 'not there' } = (await describeBroker(aws.in(region), broker)) ?? {};
      if (BrokerState === 'CREATION_FAILED')
        throw new OperatorError({
          code: 'BROKER_NOT_MADE',
          message: `Broker ${broker} in ${region} is CREATION_FAILED`,
          hint: 'Look at its subnets, security groups and version in runbook.yaml, and undo: runbook rollback',
        });
      return BrokerState === 'RUNNING'
        ? { ready: true, output: { at: clock.now().toISOString() } }
        : { ready: false, because: `it is ${BrokerState}` };
    },
  });

const hasNoEndpoint = (broker: string): OperatorError =>
  new OperatorError({
    code: 'NO_ENDPOINT',
    message: `Broker ${broker} shows no endpoint: nodes could not find it`,
    hint: `aws mq describe-broker --broker-id ${broker}`,
  });
