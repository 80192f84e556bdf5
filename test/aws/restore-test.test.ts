import { describe, expect, it } from 'vitest';
import * as ec2 from '../../src/aws/ec2-instances.ts';
import { countFileSystems } from '../../src/aws/efs.ts';
import * as mounts from '../../src/aws/efs-mount-targets.ts';
import { databaseQuotas } from '../../src/aws/rds-restore.ts';
import { managedNodes } from '../../src/aws/ssm.ts';
import { sendCommand } from '../../src/aws/ssm-commands.ts';
import { cannedAws, jsonAnswer, jsonError, queryAnswer } from './canned-aws.ts';

describe('mount targets', () => {
  it('are listed over all pages, and none where the file system is gone', async () => {
    const aws = cannedAws((_request, nth) =>
      jsonAnswer(
        [
          { MountTargets: [{ MountTargetId: 'fsmt-1' }], NextMarker: 'more' },
          { MountTargets: [{ MountTargetId: 'fsmt-2' }] },
        ][nth],
      ),
    );
    const found = await mounts.describeMountTargets(aws.reading(mounts.describeMountTargets), 'fs-1');
    expect(found.map(({ MountTargetId }) => MountTargetId)).toEqual(['fsmt-1', 'fsmt-2']);
    const gone = cannedAws(() => jsonError('FileSystemNotFound', 'no', 404));
    expect(await mounts.describeMountTargets(gone.reading(mounts.describeMountTargets), 'fs-1')).toEqual([]);
  });

  it('are made with the security groups that are given, and deleted by id', async () => {
    const aws = cannedAws(() => jsonAnswer({ MountTargetId: 'fsmt-1', IpAddress: '10.0.0.9' }));
    const made = await mounts.createMountTarget(aws.changing(mounts.createMountTarget), {
      fileSystem: 'fs-1',
      subnet: 'subnet-1',
      securityGroups: ['sg-1'],
    });
    expect(made.IpAddress).toBe('10.0.0.9');
    expect(aws.records).toMatchObject([
      {
        operation: 'CreateMountTarget',
        write: true,
        parameters: { FileSystemId: 'fs-1', SubnetId: 'subnet-1', SecurityGroups: ['sg-1'] },
      },
    ]);
  });
});

it('file systems are counted over all pages', async () => {
  const aws = cannedAws((_request, nth) =>
    jsonAnswer([{ FileSystems: [{}, {}], NextMarker: 'more' }, { FileSystems: [{}] }][nth]),
  );
  expect(await countFileSystems(aws.reading(countFileSystems))).toBe(3);
});

it('quotas of RDS are read by name', async () => {
  const aws = cannedAws(({ operation }) =>
    queryAnswer(
      operation,
      '<AccountQuotas><AccountQuota><AccountQuotaName>DBClusters</AccountQuotaName><Used>3</Used><Max>40</Max></AccountQuota></AccountQuotas>',
    ),
  );
  expect(await databaseQuotas(aws.reading(databaseQuotas))).toEqual([
    { AccountQuotaName: 'DBClusters', Used: 3, Max: 40 },
  ]);
});

describe('a node of Systems Manager', () => {
  it('is not listed until its agent has registered', async () => {
    const aws = cannedAws(() => jsonAnswer({ InstanceInformationList: [] }));
    expect(await managedNodes(aws.reading(managedNodes), ['i-1'])).toEqual([]);
  });

  it.each([
    [undefined, '120'],
    [90_500, '91'],
  ])('gets a command that may take %s ms', async (lasts, seconds) => {
    const aws = cannedAws(() => jsonAnswer({ Command: { CommandId: 'c' } }));
    const wanted = { instance: 'i-1', command: 'true', comment: 'mine' };
    await sendCommand(aws.changing(sendCommand), { ...wanted, ...(lasts !== undefined && { lasts }) });
    expect(aws.sent[0]?.fields).toMatchObject({ Parameters: { executionTimeout: [seconds] } });
  });
});

describe('an instance of its own', () => {
  const reservation =
    '<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></item></reservationSet>';
  const answer = (operation: string, body: string) => ({
    status: 200,
    body: `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body}</${operation}Response>`,
  });

  it('is launched once for a token, tagged with its volume, and terminated by whoever shuts it down', async () => {
    const aws = cannedAws(({ operation }) =>
      answer(operation, '<instancesSet><item><instanceId>i-1</instanceId></item></instancesSet>'),
    );
    const id = await ec2.launchInstance(aws.changing(ec2.launchInstance), {
      launchTemplate: 'lt-1',
      interfaceGroups: undefined,
      subnet: 'subnet-1',
      instanceType: 't3.small',
      tags: { Name: 'mine' },
      clientToken: 'token',
    });
    expect(id).toBe('i-1');
    expect(aws.sent[0]?.fields).toMatchObject({
      'LaunchTemplate.LaunchTemplateId': 'lt-1',
      SubnetId: 'subnet-1',
      InstanceType: 't3.small',
      MinCount: '1',
      MaxCount: '1',
      ClientToken: 'token',
      InstanceInitiatedShutdownBehavior: 'terminate',
      'TagSpecification.1.ResourceType': 'instance',
      'TagSpecification.2.ResourceType': 'volume',
      'TagSpecification.2.Tag.1.Value': 'mine',
    });
  });

  it('has its subnet in the network interface where its template describes one, and no public address', async () => {
    const aws = cannedAws(({ operation }) =>
      answer(operation, '<instancesSet><item><instanceId>i-1</instanceId></item></instancesSet>'),
    );
    await ec2.launchInstance(aws.changing(ec2.launchInstance), {
      launchTemplate: 'lt-1',
      interfaceGroups: ['sg-1'],
      subnet: 'subnet-1',
      instanceType: undefined,
      tags: {},
      clientToken: 'token',
    });
    const [request] = aws.sent;
    expect(request?.fields).toMatchObject({
      'NetworkInterface.1.SubnetId': 'subnet-1',
      'NetworkInterface.1.SecurityGroupId.1': 'sg-1',
      'NetworkInterface.1.AssociatePublicIpAddress': 'false',
    });
    expect(request?.fields).not.toHaveProperty('SubnetId');
    expect(request?.fields).not.toHaveProperty('InstanceType');
  });

  it('is found by its tag among those that are not terminated', async () => {
    const aws = cannedAws(({ operation }) => answer(operation, reservation));
    const found = await ec2.findInstances(aws.reading(ec2.findInstances), { tag: 'Name', value: 'mine' });
    expect(found.map(({ InstanceId }) => InstanceId)).toEqual(['i-1']);
    expect(Object.values(aws.sent[0]?.fields ?? {})).toEqual(expect.arrayContaining(['tag:Name', 'mine']));
    expect(Object.values(aws.sent[0]?.fields ?? {})).not.toContain('terminated');
  });
});
