import { describe, expect, it } from 'vitest';
import * as autoScaling from '../../src/aws/auto-scaling.ts';
import * as cloudwatch from '../../src/aws/cloudwatch.ts';
import * as ec2 from '../../src/aws/ec2.ts';
import * as elb from '../../src/aws/elastic-load-balancing-v2.ts';
import { getParameter } from '../../src/aws/ssm.ts';
import { commandInvocation } from '../../src/aws/ssm-commands.ts';
import { callerIdentity } from '../../src/aws/sts.ts';
import { AwsCallError } from '../../src/errors.ts';
import {
  cannedAws,
  ec2Answer,
  ec2Error,
  jsonAnswer,
  jsonError,
  queryAnswer,
  queryError,
} from './canned-aws.ts';

const operationsOf = (sent: readonly { operation: string }[]) => sent.map(({ operation }) => operation);

describe('lists', () => {
  it('are read to their last page', async () => {
    const aws = cannedAws(({ operation, fields }, nth) =>
      queryAnswer(
        operation,
        `<InstanceRefreshes><member><InstanceRefreshId>refresh-${nth}</InstanceRefreshId></member></InstanceRefreshes>${
          fields['NextToken'] === 'b' ? '' : `<NextToken>${nth === 0 ? 'a' : 'b'}</NextToken>`
        }`,
      ),
    );
    const found = await autoScaling.describeInstanceRefreshes(
      aws.reading(autoScaling.describeInstanceRefreshes),
      'app',
    );
    expect(found.map((it) => it.InstanceRefreshId)).toEqual(['refresh-0', 'refresh-1', 'refresh-2']);
  });

  it('are read no further than asked for', async () => {
    const aws = cannedAws(({ operation }, nth) =>
      queryAnswer(
        operation,
        `<Activities>${'<member><StatusCode>Successful</StatusCode></member>'.repeat(2)}</Activities><NextToken>page-${nth}</NextToken>`,
      ),
    );
    const clients = aws.reading(autoScaling.describeScalingActivities);
    expect(await autoScaling.describeScalingActivities(clients, 'app', { most: 3 })).toHaveLength(3);
    expect(aws.sent).toHaveLength(2);
    expect(aws.sent[0]?.fields['MaxRecords']).toBe('3');
  });

  it('that would never end are a fault of somebody, not an endless loop', async () => {
    const aws = cannedAws(({ operation }) => queryAnswer(operation, '<NextToken>same</NextToken>'));
    const endless = autoScaling.describeInstanceRefreshes(
      aws.reading(autoScaling.describeInstanceRefreshes),
      'app',
    );
    await expect(endless).rejects.toThrow(/would never end/);
    expect(aws.sent).toHaveLength(2);
  });

  it('of launch template versions are whole as well', async () => {
    const aws = cannedAws(({ operation, fields }) => {
      const more = fields['NextToken'] === undefined ? '<nextToken>more</nextToken>' : '';
      return ec2Answer(
        operation,
        `<launchTemplateVersionSet><item><versionNumber>7</versionNumber></item></launchTemplateVersionSet>${more}`,
      );
    });
    const versions = ec2.describeLaunchTemplateVersions(aws.reading(ec2.describeLaunchTemplateVersions), {
      id: 'lt-1',
      versions: ['$Latest'],
    });
    expect(await versions).toMatchObject([{ VersionNumber: 7 }, { VersionNumber: 7 }]);
    expect(aws.sent.at(-1)?.fields).toMatchObject({
      LaunchTemplateId: 'lt-1',
      'LaunchTemplateVersion.1': '$Latest',
    });
  });
});

describe('an empty list of names', () => {
  const aws = cannedAws(() => ({}));

  it('is not taken for all of them', async () => {
    await autoScaling.suspendProcesses(aws.changing(autoScaling.suspendProcesses), 'app', []);
    await autoScaling.resumeProcesses(aws.changing(autoScaling.resumeProcesses), 'app', []);
    expect(await cloudwatch.describeAlarms(aws.reading(cloudwatch.describeAlarms), [])).toEqual([]);
    expect(aws.sent).toEqual([]);
  });
});

describe('what is not there', () => {
  it.each([
    ['an image', () => ec2Error('InvalidAMIID.NotFound', 'The image id does not exist'), ec2.describeImage],
    ['an image with a bad id', () => ec2Error('InvalidAMIID.Malformed', 'Invalid id'), ec2.describeImage],
    ['a deregistered image', () => ec2Answer('DescribeImages', '<imagesSet/>'), ec2.describeImage],
    [
      'a launch template',
      () => ec2Error('InvalidLaunchTemplateId.NotFound', 'no'),
      ec2.describeLaunchTemplate,
    ],
    ['a target group', () => queryError('TargetGroupNotFound', 'no'), elb.describeTargetGroup],
    [
      'a group',
      () => queryAnswer('DescribeAutoScalingGroups', '<AutoScalingGroups/>'),
      autoScaling.describeGroup,
    ],
    ['a parameter', () => jsonError('ParameterNotFound', 'no'), getParameter],
  ])('is undefined: %s', async (_what, answer, look) => {
    const aws = cannedAws(answer);
    expect(await look(aws.reading(look), 'name')).toBeUndefined();
  });

  it('is not taken for what may not be seen', async () => {
    const aws = cannedAws(() => ec2Error('UnauthorizedOperation', 'no', 403));
    await expect(ec2.describeImage(aws.reading(ec2.describeImage), 'ami-1')).rejects.toThrow(AwsCallError);
  });
});

describe('deleting a launch template version', () => {
  const outcome = (item: string) =>
    cannedAws(() =>
      ec2Answer(
        'DeleteLaunchTemplateVersions',
        `<unsuccessfullyDeletedLaunchTemplateVersionSet>${item}</unsuccessfullyDeletedLaunchTemplateVersionSet>`,
      ),
    );
  const kept = (code: string) =>
    `<item><launchTemplateId>lt-1</launchTemplateId><versionNumber>8</versionNumber><responseError><code>${code}</code><message>because</message></responseError></item>`;
  const remove = (aws: ReturnType<typeof outcome>) =>
    ec2.deleteLaunchTemplateVersion(aws.changing(ec2.deleteLaunchTemplateVersion), {
      id: 'lt-1',
      version: 8,
    });

  it('is done where AWS deleted it, or has it no more', async () => {
    const aws = outcome('');
    await remove(aws);
    expect(aws.sent[0]?.fields).toMatchObject({ LaunchTemplateId: 'lt-1', 'LaunchTemplateVersion.1': '8' });
    await expect(remove(outcome(kept('launchTemplateVersionDoesNotExist')))).resolves.toBeUndefined();
  });

  it('fails where AWS kept it, although it answers 200', async () => {
    const failed = remove(outcome(kept('unexpectedError')));
    await expect(failed).rejects.toThrow(AwsCallError);
    await expect(failed).rejects.toMatchObject({
      awsCode: 'unexpectedError',
      message: expect.stringMatching(/version 8 of launch template lt-1 .*because/),
      hint: expect.stringContaining('aws ec2 delete-launch-template-versions'),
    });
  });
});

describe('metrics', () => {
  const page = (Values: number[], NextToken?: string) =>
    jsonAnswer({
      MetricDataResults: [
        {
          Id: 'errors',
          Timestamps: Values.map((_value, minute) => 1_772_334_000 + 60 * minute),
          Values,
          StatusCode: 'Complete',
        },
        { Id: 'none', Timestamps: [], Values: [] },
      ],
      ...(NextToken !== undefined && { NextToken }),
    });
  const [from, to] = [new Date('2026-03-01T03:00:00Z'), new Date('2026-03-01T03:10:00Z')];

  it('are one series each over all pages', async () => {
    const aws = cannedAws((_request, nth) => (nth === 0 ? page([1, 2], 'more') : page([4])));
    const results = await cloudwatch.metricData(
      aws.reading(cloudwatch.metricData),
      [{ Id: 'errors' }],
      from,
      to,
    );
    expect(results).toMatchObject([
      { Id: 'errors', Values: [1, 2, 4] },
      { Id: 'none', Values: [] },
    ]);
    expect(results[0]?.Timestamps).toHaveLength(3);
  });

  it('have no sum where they have no value', async () => {
    const aws = cannedAws(() => page([1, 2]));
    const sums = await cloudwatch.metricSums(
      aws.reading(cloudwatch.metricSums),
      [{ Id: 'errors' }, { Id: 'none' }],
      from,
      to,
    );
    expect(sums).toEqual(new Map([['errors', 3]]));
  });

  it('and alarms: all types, a hundred names a call', async () => {
    const aws = cannedAws(({ fields }) => {
      const [first] = fields['AlarmNames'] as string[];
      return jsonAnswer({ MetricAlarms: [{ AlarmName: first }], CompositeAlarms: [{ AlarmName: 'both' }] });
    });
    const names = Array.from({ length: 150 }, (_none, nth) => `alarm-${nth}`);
    const alarms = await cloudwatch.describeAlarms(aws.reading(cloudwatch.describeAlarms), names);
    expect(alarms.map((it) => it.AlarmName)).toEqual(['alarm-0', 'both', 'alarm-100', 'both']);
    expect(aws.sent.map(({ fields }) => (fields['AlarmNames'] as string[]).length)).toEqual([100, 50]);
    expect(aws.sent[0]?.fields['AlarmTypes']).toContain('CompositeAlarm');
  });
});

it('asks who is calling', async () => {
  const aws = cannedAws(() =>
    queryAnswer(
      'GetCallerIdentity',
      '<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/ann</Arn>',
    ),
  );
  const identity = { account: '111122223333', arn: 'arn:aws:iam::111122223333:user/ann' };
  expect(await callerIdentity(aws.reading(callerIdentity))).toEqual(identity);
});

describe('every write', () => {
  const refresh = '<InstanceRefreshId>refresh-1</InstanceRefreshId>';
  const aws = () =>
    cannedAws(({ operation }) =>
      queryAnswer(operation, operation === 'TerminateInstanceInAutoScalingGroup' ? '<Activity/>' : refresh),
    );

  it('sends exactly what it is asked for, with the actions that it declares', async () => {
    const wire = aws();
    const { changing } = wire;
    await autoScaling.startInstanceRefresh(changing(autoScaling.startInstanceRefresh), {
      AutoScalingGroupName: 'app',
    });
    await autoScaling.rollbackInstanceRefresh(changing(autoScaling.rollbackInstanceRefresh), 'app');
    await autoScaling.cancelInstanceRefresh(changing(autoScaling.cancelInstanceRefresh), 'app');
    await autoScaling.suspendProcesses(changing(autoScaling.suspendProcesses), 'app', ['AZRebalance']);
    await autoScaling.resumeProcesses(changing(autoScaling.resumeProcesses), 'app', ['AZRebalance']);
    await autoScaling.setLaunchTemplate(changing(autoScaling.setLaunchTemplate), 'app', {
      id: 'lt-1',
      version: '8',
    });
    await autoScaling.setDesiredCapacity(changing(autoScaling.setDesiredCapacity), 'app', 4);
    await autoScaling.terminateInstance(changing(autoScaling.terminateInstance), 'i-1', {
      decrementDesiredCapacity: false,
    });
    await elb.deregisterTarget(changing(elb.deregisterTarget), 'arn:tg', 'i-1');
    await elb.registerTarget(changing(elb.registerTarget), 'arn:tg', 'i-1');
    expect(wire.sent.map(({ fields: { Action, Version, ...fields } }) => [Action, fields])).toEqual([
      ['StartInstanceRefresh', { AutoScalingGroupName: 'app' }],
      ['RollbackInstanceRefresh', { AutoScalingGroupName: 'app' }],
      ['CancelInstanceRefresh', { AutoScalingGroupName: 'app' }],
      ['SuspendProcesses', { AutoScalingGroupName: 'app', 'ScalingProcesses.member.1': 'AZRebalance' }],
      ['ResumeProcesses', { AutoScalingGroupName: 'app', 'ScalingProcesses.member.1': 'AZRebalance' }],
      [
        'UpdateAutoScalingGroup',
        {
          AutoScalingGroupName: 'app',
          'LaunchTemplate.LaunchTemplateId': 'lt-1',
          'LaunchTemplate.Version': '8',
        },
      ],
      ['SetDesiredCapacity', { AutoScalingGroupName: 'app', DesiredCapacity: '4', HonorCooldown: 'false' }],
      ['TerminateInstanceInAutoScalingGroup', { InstanceId: 'i-1', ShouldDecrementDesiredCapacity: 'false' }],
      ['DeregisterTargets', { TargetGroupArn: 'arn:tg', 'Targets.member.1.Id': 'i-1' }],
      ['RegisterTargets', { TargetGroupArn: 'arn:tg', 'Targets.member.1.Id': 'i-1' }],
    ]);
    expect(wire.records.every(({ write }) => write)).toBe(true);
  });

  it('cannot be called with clients that may only read', async () => {
    const wire = aws();
    const clients = wire.reading(autoScaling.setDesiredCapacity);
    // @ts-expect-error ReadClients are no ChangeClients
    const call = autoScaling.setDesiredCapacity(clients, 'app', 4);
    await expect(call).rejects.toThrow(/may only read/);
    expect(operationsOf(wire.sent)).toEqual([]);
  });
});

it('reads what a load balancer and a group say', async () => {
  const aws = cannedAws(({ operation }) =>
    queryAnswer(
      operation,
      {
        DescribeTargetHealth:
          '<TargetHealthDescriptions><member><Target><Id>i-1</Id></Target><TargetHealth><State>draining</State></TargetHealth></member></TargetHealthDescriptions>',
        DescribeTargetGroupAttributes:
          '<Attributes><member><Key>deregistration_delay.timeout_seconds</Key><Value>300</Value></member></Attributes>',
        DescribeLifecycleHooks:
          '<LifecycleHooks><member><LifecycleHookName>drain</LifecycleHookName><HeartbeatTimeout>300</HeartbeatTimeout></member></LifecycleHooks>',
      }[operation] ?? '',
    ),
  );
  expect(await elb.describeTargetHealth(aws.reading(elb.describeTargetHealth), 'arn:tg')).toEqual([
    { Target: { Id: 'i-1' }, TargetHealth: { State: 'draining' } },
  ]);
  expect(
    await elb.describeTargetGroupAttributes(aws.reading(elb.describeTargetGroupAttributes), 'arn:tg'),
  ).toEqual([{ Key: 'deregistration_delay.timeout_seconds', Value: '300' }]);
  expect(
    await autoScaling.describeLifecycleHooks(aws.reading(autoScaling.describeLifecycleHooks), 'app'),
  ).toEqual([{ LifecycleHookName: 'drain', HeartbeatTimeout: 300 }]);
});

describe('commands on nodes', () => {
  it('tell why they failed without a password that they repeat', async () => {
    const aws = cannedAws(() =>
      jsonAnswer({
        Status: 'Failed',
        ResponseCode: 1,
        StandardErrorContent: '+ mysql --password=hunter2 -e x',
      }),
    );
    const found = await commandInvocation(aws.reading(commandInvocation), { command: 'c', instance: 'i' });
    expect(found?.StandardErrorContent).toBe('+ mysql --password=(redacted) -e x');
  });
});
