import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  type DescribeAutoScalingGroupsCommandInput,
  paginateDescribeAutoScalingGroups,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { HttpRequest } from '@smithy/core/protocols';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bug } from '../../src/errors.ts';
import { type Answer, ConnectionLost, createEndpoint } from '../../src/sandbox/protocols/endpoint.ts';
import { AwsFault, type Handler, type Service } from '../../src/sandbox/service.ts';
import { handlerOf } from '../../src/sandbox/transport.ts';
import type { World } from '../../src/sandbox/world.ts';
import { countedRequestIds } from './protocols/counted-request-ids.ts';
import { clientDefaults } from './protocols/sdk-packages.ts';

const noWorld = {} as World;
const answerFromHandler: Answer = async (service, operation, input, call) =>
  service.operations[operation]?.(noWorld, input, call);

const service = (name: string, operations: Service['operations']): Service => ({ name, operations });

const inProcessHandler = (services: readonly Service[], answer: Answer) =>
  handlerOf(createEndpoint(services, answer, { newRequestId: countedRequestIds() }));

/** Waits for nothing between attempts. */
const clientOptions = (services: readonly Service[], answer: Answer = answerFromHandler) => ({
  ...clientDefaults,
  retryStrategy: new ConfiguredRetryStrategy(4, () => 0),
  requestHandler: inProcessHandler(services, answer),
});

const groupsService = (handler: Handler<DescribeAutoScalingGroupsCommandInput, unknown>) =>
  service('auto-scaling', { DescribeAutoScalingGroups: handler });

const group = (name: string) => ({ AutoScalingGroupName: name, MinSize: 1, MaxSize: 3, DesiredCapacity: 2 });

describe('one handler for all clients', () => {
  it('answers every service in its own protocol, with new request ids', async () => {
    const options = clientOptions([
      service('ec2', { DescribeInstances: () => ({ Reservations: [{ ReservationId: 'r-1' }] }) }),
      service('ssm', {
        GetParameter: (_world, { Name }: { Name: string }) => ({ Parameter: { Name, Value: '1' } }),
      }),
      service('cloudwatch', { DescribeAlarms: (_world, _input, { region }) => ({ NextToken: region }) }),
    ]);
    const instances = await new EC2Client(options).send(new DescribeInstancesCommand({}));
    const parameter = await new SSMClient(options).send(new GetParameterCommand({ Name: '/a' }));
    const alarms = await new CloudWatchClient(options).send(new DescribeAlarmsCommand({}));
    expect(instances.Reservations).toEqual([{ ReservationId: 'r-1' }]);
    expect(parameter.Parameter).toEqual({ Name: '/a', Value: '1' });
    expect(alarms.NextToken).toBe('eu-central-1');
    expect([instances, parameter, alarms].map(({ $metadata }) => $metadata.requestId)).toEqual([
      '00000000-0000-4000-8000-000000000001',
      '00000000-0000-4000-8000-000000000002',
      '00000000-0000-4000-8000-000000000003',
    ]);
  });
});

describe('what a client gets through the handler', () => {
  it('is every page, each asked for with the token of the one before', async () => {
    const pages: Record<string, string> = { start: 'second', second: 'third' };
    const asked: unknown[] = [];
    const handler = groupsService((_world, { NextToken = 'start', MaxRecords }) => {
      asked.push([NextToken, MaxRecords]);
      return { AutoScalingGroups: [group(NextToken)], NextToken: pages[NextToken] };
    });
    const names: unknown[] = [];
    const client = new AutoScalingClient(clientOptions([handler]));
    for await (const page of paginateDescribeAutoScalingGroups({ client, pageSize: 1 }, {}))
      names.push(...(page.AutoScalingGroups ?? []).map(({ AutoScalingGroupName }) => AutoScalingGroupName));
    expect(names).toEqual(['start', 'second', 'third']);
    expect(asked).toEqual([
      ['start', 1],
      ['second', 1],
      ['third', 1],
    ]);
  });

  it('tells an empty list from an absent one', async () => {
    const client = (groups: unknown[] | undefined) =>
      new AutoScalingClient(clientOptions([groupsService(() => ({ AutoScalingGroups: groups }))]));
    expect(await client([]).send(new DescribeAutoScalingGroupsCommand({}))).toHaveProperty(
      'AutoScalingGroups',
      [],
    );
    expect(await client(undefined).send(new DescribeAutoScalingGroupsCommand({}))).not.toHaveProperty(
      'AutoScalingGroups',
    );

    const inputs: unknown[] = [];
    const echo = groupsService((_world, input) => {
      inputs.push(input);
      return {};
    });
    const asking = new AutoScalingClient(clientOptions([echo]));
    await asking.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [] }));
    await asking.send(new DescribeAutoScalingGroupsCommand({}));
    expect(inputs).toEqual([{ AutoScalingGroupNames: [] }, {}]);

    const parameters = (found: unknown[] | undefined) =>
      new SSMClient(clientOptions([service('ssm', { GetParameters: () => ({ Parameters: found }) })]));
    const asked = new GetParametersCommand({ Names: [] });
    expect(await parameters([]).send(asked)).toHaveProperty('Parameters', []);
    expect(await parameters(undefined).send(asked)).not.toHaveProperty('Parameters');

    const instances = (found: unknown[] | undefined) =>
      new EC2Client(clientOptions([service('ec2', { DescribeInstances: () => ({ Reservations: found }) })]));
    expect(await instances([]).send(new DescribeInstancesCommand({}))).toHaveProperty('Reservations', []);
    expect(await instances(undefined).send(new DescribeInstancesCommand({}))).not.toHaveProperty(
      'Reservations',
    );
  });

  it('is an empty answer where the handler returns nothing', async () => {
    const client = new AutoScalingClient(
      clientOptions([service('auto-scaling', { SuspendProcesses: () => undefined })]),
    );
    const { $metadata, ...output } = await client.send(
      new SuspendProcessesCommand({ AutoScalingGroupName: 'app' }),
    );
    expect(output).toEqual({});
    expect($metadata.httpStatusCode).toBe(200);
  });

  it('is any text that XML, forms and JSON can carry', async () => {
    // The SDK's XML parser takes white space with a line break in it for indentation, and drops it.
    const text = fc
      .string({ unit: fc.oneof(fc.constantFrom(...'<>&"\'%+= \t\n;#é€😀'), fc.stringMatching(/^[ -~]$/)) })
      .filter((written) => written.trim() !== '' || !written.includes('\n'));
    const options = clientOptions([
      groupsService((_world, { NextToken }) => ({ NextToken })),
      service('ssm', { GetParameter: (_world, { Name }: { Name: string }) => ({ Parameter: { Name } }) }),
    ]);
    const [autoScaling, ssm] = [new AutoScalingClient(options), new SSMClient(options)];
    await fc.assert(
      fc.asyncProperty(text, async (written) => {
        const { NextToken } = await autoScaling.send(
          new DescribeAutoScalingGroupsCommand({ NextToken: written }),
        );
        expect(NextToken).toBe(written);
        const { Parameter } = await ssm.send(new GetParameterCommand({ Name: written }));
        expect(Parameter?.Name).toBe(written);
      }),
    );
  });
});

/** Throws the given errors one after the other, then answers. */
function failing(...errors: Error[]): { services: Service[]; calls(): number } {
  let calls = 0;
  const handler = groupsService(() => {
    const error = errors[calls++];
    if (error) throw error;
    return { AutoScalingGroups: [group('app')] };
  });
  return { services: [handler], calls: () => calls };
}

const describeGroups = (services: readonly Service[]) =>
  new AutoScalingClient(clientOptions(services)).send(new DescribeAutoScalingGroupsCommand({}));

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing',
    (error) => error,
  );

describe('the SDK tries again', () => {
  it.each([
    ['throttling', () => new AwsFault('Throttling', 'Rate exceeded')],
    ['an unavailable service', () => new AwsFault('ServiceUnavailable', 'Later.', { status: 503 })],
    ['a modelled error of the server', () => new AwsFault('ResourceContentionFault', 'Busy.')],
    ['a connection that was reset', () => new ConnectionLost('reset')],
    ['a connection that timed out', () => new ConnectionLost('timeout')],
  ])('after %s', async (_what, fault) => {
    const { services, calls } = failing(fault(), fault());
    const { AutoScalingGroups, $metadata } = await describeGroups(services);
    expect(AutoScalingGroups?.[0]?.AutoScalingGroupName).toBe('app');
    expect($metadata.attempts).toBe(3);
    expect(calls()).toBe(3);
  });

  it('no more than its strategy allows, and throws what a socket would have', async () => {
    const lost = (kind: 'reset' | 'timeout') =>
      failing(...Array.from({ length: 9 }, () => new ConnectionLost(kind)));
    const reset = lost('reset');
    expect(await thrownBy(describeGroups(reset.services))).toMatchObject({
      name: 'TimeoutError',
      code: 'ECONNRESET',
    });
    expect(reset.calls()).toBe(4);
    expect(await thrownBy(describeGroups(lost('timeout').services))).toMatchObject({
      name: 'TimeoutError',
      code: 'ETIMEDOUT',
    });
  });

  it('never after an error of the caller', async () => {
    const { services, calls } = failing(new AwsFault('ValidationError', 'Group name not found'));
    expect(await thrownBy(describeGroups(services))).toMatchObject({ name: 'ValidationError' });
    expect(calls()).toBe(1);
  });
});

describe('a bug in a handler', () => {
  it('comes through at once, with its cause', async () => {
    const cause = new TypeError("Cannot read properties of undefined (reading 'Instances')");
    const { services, calls } = failing(cause);
    const thrown = await thrownBy(describeGroups(services));
    expect(thrown).toBeInstanceOf(Bug);
    expect(thrown).toMatchObject({
      message: `The sandbox's auto-scaling failed in DescribeAutoScalingGroups: ${cause.message}`,
      cause,
    });
    expect(calls()).toBe(1);
  });

  it.each([
    [
      { AutoScalingGroups: [{ ...group('app'), CreatedTime: '2026-03-02' }] },
      'AutoScalingGroups.1.CreatedTime',
    ],
    [{ AutoScalingGroups: group('app') }, 'AutoScalingGroups'],
    [{ AutoScalingGroups: [group('app'), { ...group('app'), MinSize: '1' }] }, 'AutoScalingGroups.2.MinSize'],
    [{ NextToken: 7 }, 'NextToken'],
  ])('shows as an output of the wrong type: %j', async (output, path) => {
    const thrown = await thrownBy(describeGroups([groupsService(() => output)]));
    expect(thrown).toBeInstanceOf(Bug);
    expect(thrown).toMatchObject({ message: expect.stringMatching(new RegExp(`wrong type at ${path}$`)) });
  });
});

describe('an abort signal', () => {
  it('that is aborted already keeps the call from being made', async () => {
    const { services, calls } = failing();
    const request = new HttpRequest({ hostname: 'autoscaling.eu-central-1.amazonaws.com', method: 'POST' });
    const handled = inProcessHandler(services, answerFromHandler).handle(request, {
      abortSignal: AbortSignal.abort(),
    });
    expect(await thrownBy(handled)).toMatchObject({ name: 'AbortError' });
    expect(calls()).toBe(0);
  });

  it('ends the wait for an answer that does not come', async () => {
    const controller = new AbortController();
    const never: Answer = () => {
      queueMicrotask(() => controller.abort());
      return new Promise(() => {});
    };
    const client = new AutoScalingClient(clientOptions([groupsService(() => ({}))], never));
    const sent = client.send(new DescribeAutoScalingGroupsCommand({}), { abortSignal: controller.signal });
    expect(await thrownBy(sent)).toMatchObject({ name: 'AbortError' });
  });
});
