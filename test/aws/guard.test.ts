import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setDesiredCapacity } from '../../src/aws/auto-scaling.ts';
import { type CallPhase, type ChangeClients, callPhases } from '../../src/aws/clients.ts';
import { createLaunchTemplateVersion, describeImage } from '../../src/aws/ec2.ts';
import { guardPlugin } from '../../src/aws/guard.ts';
import { readOperations, secretOperations } from '../../src/aws/read-operations.ts';
import { getSecretValue } from '../../src/aws/secrets-manager.ts';
import { AwsCallError, BlockedWrite, Bug, Interrupted } from '../../src/errors.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { cannedAws, ec2Answer, ec2Error, queryAnswer, requestId } from './canned-aws.ts';
import { everyOperation, type Operation } from './every-operation.ts';

const isRead = ({ service, name }: Operation) => readOperations[service].includes(name);
const handsOutSecret = ({ service, name }: Operation) => secretOperations[service]?.includes(name) ?? false;
const everyAction = everyOperation.map(({ action }) => action);
const aborted = AbortSignal.abort();

interface Attempt {
  readonly phase: CallPhase;
  readonly actions?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Sends operations through one session and tells what became of each. */
function attempts({ rehearsal }: { rehearsal: boolean }) {
  const aws = cannedAws(() => ({ status: 400 }), { rehearsal, maxAttempts: 1 });
  return async (operation: Operation, { phase, actions = [operation.action], signal }: Attempt) => {
    aws.sent.length = 0;
    aws.records.length = 0;
    const clients = aws.session.forChanging(aws.grant({ phase, actions, ...(signal && { signal }) }));
    const error: unknown = await clients.send(operation.service, operation.command()).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { left: aws.sent.length > 0, error, records: [...aws.records] };
  };
}

/** A thousand operations take their time on a busy machine. */
const patiently = { timeout: 60_000 };

describe('over every operation of every client', () => {
  it('knows more than a thousand operations', () => {
    expect(everyOperation.length).toBeGreaterThan(1000);
    // S3's HeadObject and HeadBucket need the permissions of GetObject and of a listing.
    expect(new Set(everyAction).size).toBe(everyOperation.length - 2);
  });

  it('has only operations that exist and describe something on the read list', () => {
    for (const [service, names] of [...Object.entries(readOperations), ...Object.entries(secretOperations)]) {
      for (const name of names) {
        expect(name).toMatch(/^(Describe|Get|Head|List|Simulate|TestDNSAnswer)/);
        expect(everyOperation).toContainEqual(expect.objectContaining({ service, name }));
      }
    }
  });

  it('lets no write leave while a step may only read', patiently, async () => {
    const attempt = attempts({ rehearsal: false });
    for (const operation of everyOperation) {
      const { left, error } = await attempt(operation, { phase: 'read' });
      expect([operation.action, left]).toEqual([operation.action, isRead(operation)]);
      if (!left) expect(error).toBeInstanceOf(Bug);
    }
  });

  it.each(callPhases)('lets no write leave in a rehearsal, in the phase %s', patiently, async (phase) => {
    const attempt = attempts({ rehearsal: true });
    for (const operation of everyOperation) {
      const { left, error, records } = await attempt(operation, { phase });
      expect([operation.action, left]).toEqual([operation.action, isRead(operation)]);
      if (!left) {
        expect(error).toBeInstanceOf(BlockedWrite);
        expect(records).toEqual([
          expect.objectContaining({
            write: !handsOutSecret(operation),
            attempts: 0,
            error: 'BlockedWrite',
          }),
        ]);
      }
    }
  });

  it('lets only declared operations leave, and none after an interruption', patiently, async () => {
    const [forReal, rehearsing] = [attempts({ rehearsal: false }), attempts({ rehearsal: true })];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...everyOperation),
        fc.boolean(),
        fc.constantFrom(...callPhases),
        fc.oneof(fc.subarray(everyAction), fc.constant(everyAction)),
        fc.boolean(),
        async (operation, rehearsal, phase, actions, stopped) => {
          const attempt = rehearsal ? rehearsing : forReal;
          const { left } = await attempt(operation, {
            phase,
            actions,
            ...(stopped && { signal: aborted }),
          });
          const may =
            actions.includes(operation.action) &&
            !stopped &&
            (isRead(operation) || (!rehearsal && phase !== 'read'));
          if (!may) expect(left).toBe(false);
          if (may && isRead(operation)) expect(left).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the guard', () => {
  it('lets a declared write leave in apply and in undo', async () => {
    for (const phase of ['apply', 'undo'] as const) {
      const aws = cannedAws(() => queryAnswer('SetDesiredCapacity', ''));
      await setDesiredCapacity(aws.changing(setDesiredCapacity, { phase }), 'app', 4);
      expect(aws.sent.map(({ operation }) => operation)).toEqual(['SetDesiredCapacity']);
      expect(aws.records).toMatchObject([{ phase, write: true }]);
    }
  });

  it('refuses a command that was not sent under a grant', async () => {
    let requests = 0;
    const client = new EC2Client({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: {
        handle: async () => {
          requests += 1;
          throw new Error('reached the wire');
        },
      },
    });
    client.middlewareStack.use(
      guardPlugin({
        isElsewhere: false,
        service: 'ec2',
        region: 'eu-central-1',
        profile: undefined,
        rehearsal: false,
        clock: fakeClock(),
        grants: new WeakMap(),
        calls: new WeakMap(),
      }),
    );
    for (const send of [
      () => client.send(new DescribeInstancesCommand({})),
      () => client.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 })),
    ]) {
      await expect(send()).rejects.toThrow(/without a step's grant/);
    }
    expect(requests).toBe(0);
  });

  it('names the step, the operation and what to add where a step does not declare it', async () => {
    const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
    const refused = describeImage(
      aws.reading({ actions: ['ec2:DescribeInstances'] }, { step: 'nodes/drain' }),
      'ami-1',
    );
    await expect(refused).rejects.toThrow(Bug);
    await expect(refused).rejects.toThrow(/ec2:DescribeImages .*nodes\/drain.*`uses`/);
    expect(aws.records).toEqual([]);
  });

  it('does not take an operation for one of another service with the same name', async () => {
    const aws = cannedAws(() => ({}));
    const command = everyOperation.find(({ action }) => action === 'autoscaling:DescribeTags')?.command();
    if (command === undefined) throw new Error('autoscaling:DescribeTags is gone');
    const sent = aws.session
      .forReading(aws.grant({ actions: ['autoscaling:DescribeTags'] }))
      .send('ec2', command);
    await expect(sent).rejects.toThrow(Bug);
    expect(aws.sent).toEqual([]);
  });

  it('hands out a secret to a change and its undo, never to a step that may only read', async () => {
    const aws = cannedAws(() => ({ body: JSON.stringify({ SecretString: 'canary' }) }));
    const { session, grant, records } = aws;
    const { actions } = getSecretValue;
    for (const phase of ['apply', 'undo'] as const)
      await getSecretValue(session.forChanging(grant({ phase, actions })), 'arn', 'v'.repeat(32));
    expect(records).toMatchObject([
      { operation: 'GetSecretValue', write: false },
      { operation: 'GetSecretValue', write: false },
    ]);
    const reading = {
      ...session.forReading(grant({ actions })),
      mayChange: true,
    } as unknown as ChangeClients;
    await expect(getSecretValue(reading, 'arn', 'v'.repeat(32))).rejects.toThrow(/hands out a secret/);
    expect(JSON.stringify(records)).not.toContain('canary');
  });

  it('sends nothing once the run was told to stop', async () => {
    const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
    const stopped = describeImage(aws.reading(describeImage, { signal: aborted }), 'ami-1');
    await expect(stopped).rejects.toThrow(Interrupted);
    expect([aws.sent, aws.records]).toEqual([[], []]);
  });

  it('shows a blocked write as it would have been sent', async () => {
    const aws = cannedAws(() => ({}), { rehearsal: true });
    const blocked = setDesiredCapacity(aws.changing(setDesiredCapacity), 'app', 4);
    const parameters = { AutoScalingGroupName: 'app', DesiredCapacity: 4, HonorCooldown: false };
    await expect(blocked).rejects.toMatchObject({
      service: 'autoscaling',
      operation: 'SetDesiredCapacity',
      parameters,
    });
  });
});

describe('the record of a call', () => {
  it('says what was asked, by whom, and how long it took on the clock', async () => {
    const clock = fakeClock();
    const aws = cannedAws(
      () => {
        clock.pass(120);
        return ec2Answer('DescribeImages', '<imagesSet/>');
      },
      { clock },
    );
    await describeImage(aws.reading(describeImage), 'ami-1');
    expect(aws.records).toEqual([
      {
        step: 'a-step',
        phase: 'read',
        service: 'ec2',
        operation: 'DescribeImages',
        write: false,
        parameters: { ImageIds: ['ami-1'], IncludeDeprecated: true, IncludeDisabled: true },
        requestId,
        attempts: 1,
        milliseconds: 120,
      },
    ]);
  });

  it("has AWS's code and request id of a call that failed", async () => {
    const aws = cannedAws(() => ec2Error('InvalidParameterValue', 'no'));
    await expect(describeImage(aws.reading(describeImage), 'ami-1')).rejects.toThrow(AwsCallError);
    expect(aws.records).toMatchObject([{ error: 'InvalidParameterValue', requestId, attempts: 1 }]);
  });

  it('is there before the step has the answer', async () => {
    const order: string[] = [];
    const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
    await describeImage(aws.reading(describeImage, { record: () => order.push('recorded') }), 'ami-1');
    order.push('answered');
    expect(order).toEqual(['recorded', 'answered']);
  });

  it('withholds the answer, and is not repeated, where it could not be kept', async () => {
    let kept = 0;
    const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
    const record = () => {
      kept += 1;
      throw new Error('disk full');
    };
    await expect(describeImage(aws.reading(describeImage, { record }), 'ami-1')).rejects.toThrow('disk full');
    expect(kept).toBe(1);
  });

  it('hides secrets', async () => {
    const aws = cannedAws(() => ({}), { rehearsal: true });
    const command = new RunInstancesCommand({ MinCount: 1, MaxCount: 1, UserData: 'cGFzc3dvcmQ=' });
    const actions = ['ec2:RunInstances'];
    await expect(
      aws.session.forChanging(aws.grant({ phase: 'apply', actions })).send('ec2', command),
    ).rejects.toThrow(BlockedWrite);
    expect(aws.records).toMatchObject([{ parameters: { MinCount: 1, MaxCount: 1, UserData: '(redacted)' } }]);
  });
});

it('keeps the idempotency token of a call the same over its attempts', async () => {
  const aws = cannedAws((_request, nth) =>
    nth < 2
      ? ec2Error('InternalError', 'try again', 500)
      : ec2Answer(
          'CreateLaunchTemplateVersion',
          '<launchTemplateVersion><versionNumber>8</versionNumber></launchTemplateVersion>',
        ),
  );
  const number = await createLaunchTemplateVersion(aws.changing(createLaunchTemplateVersion), {
    id: 'lt-1',
    sourceVersion: '7',
    imageId: 'ami-2',
    description: 'by runbook',
    clientToken: 'run-1/new-version',
  });
  expect(number).toBe(8);
  expect(aws.sent.map(({ fields }) => fields['ClientToken'])).toEqual(Array(3).fill('run-1/new-version'));
  expect(new Set(aws.sent.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(1);
});
