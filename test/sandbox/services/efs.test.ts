import { describe, expect, test } from 'vitest';
import { files, keys, securityGroups, subnetIds } from '../../../src/sandbox/morpheus-prod/names.ts';
import { AwsFault } from '../../../src/sandbox/service.ts';
import { bytesAt, filesAt, writeBeacon } from '../../../src/sandbox/services/efs/content.ts';
import { copyOfFileSystem } from '../../../src/sandbox/services/efs/copies.ts';
import { knownFileSystem } from '../../../src/sandbox/services/efs/find.ts';
import { efsOperations as efs } from '../../../src/sandbox/services/efs/index.ts';
import { isMountable, mountTargetBehind } from '../../../src/sandbox/services/efs/mounts.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { faultOf, first, pass, prod } from './stack.ts';

const shown = (world: World, FileSystemId: string = files.id) =>
  first(efs.DescribeFileSystems(world, { FileSystemId }).FileSystems);
const mounts = (world: World, FileSystemId: string = files.id) =>
  efs.DescribeMountTargets(world, { FileSystemId }).MountTargets ?? [];
const created = (world: World, CreationToken = 'one') => {
  const { FileSystemId = '' } = efs.CreateFileSystem(world, {
    CreationToken,
    Encrypted: true,
    KmsKeyId: keys.files,
  });
  pass(world, 10);
  return FileSystemId;
};

describe('EFS', () => {
  test('the stack has the shared file system with a mount target in each zone', () => {
    const world = prod();
    expect(shown(world)).toMatchObject({
      Name: 'morpheus-shared-storage',
      LifeCycleState: 'available',
      PerformanceMode: 'generalPurpose',
      ThroughputMode: 'bursting',
      Encrypted: true,
      KmsKeyId: keys.files,
      NumberOfMountTargets: 3,
    });
    expect(mounts(world).map(({ SubnetId, LifeCycleState }) => [SubnetId, LifeCycleState])).toEqual(
      subnetIds.map((id) => [id, 'available']),
    );
    for (const { MountTargetId } of mounts(world))
      expect(efs.DescribeMountTargetSecurityGroups(world, { MountTargetId }).SecurityGroups).toEqual([
        securityGroups.files,
      ]);
    expect(
      efs.DescribeLifecycleConfiguration(world, { FileSystemId: files.id }).LifecyclePolicies,
    ).toContainEqual({
      TransitionToIA: 'AFTER_30_DAYS',
    });
    expect(first(efs.DescribeAccessPoints(world, { FileSystemId: files.id }).AccessPoints)).toMatchObject({
      Name: 'morpheus-app',
    });
  });

  test('rule 1: a file system is creating, available, deleting and gone', () => {
    const world = prod();
    const { FileSystemId = '', LifeCycleState } = efs.CreateFileSystem(world, { CreationToken: 'one' });
    expect(LifeCycleState).toBe('creating');
    expect(faultOf(() => efs.DeleteFileSystem(world, { FileSystemId })).code).toBe(
      'IncorrectFileSystemLifeCycleState',
    );
    pass(world, 10);
    expect(shown(world, FileSystemId)).toMatchObject({ LifeCycleState: 'available', Encrypted: false });
    efs.DeleteFileSystem(world, { FileSystemId });
    expect(shown(world, FileSystemId).LifeCycleState).toBe('deleting');
    pass(world, 60);
    expect(faultOf(() => shown(world, FileSystemId)).code).toBe('FileSystemNotFound');
    expect(efs.DescribeFileSystems(world, {}).FileSystems).toHaveLength(1);
  });

  test('rule 2: a creation token makes one file system', () => {
    const world = prod();
    const id = created(world);
    try {
      efs.CreateFileSystem(world, { CreationToken: 'one' });
      expect.unreachable('the token was accepted again');
    } catch (error) {
      expect(error).toBeInstanceOf(AwsFault);
      expect(error).toMatchObject({ code: 'FileSystemAlreadyExists', members: { FileSystemId: id } });
    }
    expect(efs.DescribeFileSystems(world, { CreationToken: 'one' }).FileSystems).toHaveLength(1);
  });

  test('rule 3: a key is named for an encrypted file system only, and EFS has its own', () => {
    const world = prod();
    expect(efs.CreateFileSystem(world, { CreationToken: 'a', Encrypted: true })).toMatchObject({
      KmsKeyId: expect.stringContaining('alias/aws/elasticfilesystem'),
    });
    expect(shown(world, created(world, 'b')).KmsKeyId).toBe(keys.files);
    const refused = [
      { KmsKeyId: keys.files },
      { Encrypted: true, KmsKeyId: keys.files.replace(/.{12}$/, '000000000000') },
    ];
    for (const wrong of refused)
      expect(faultOf(() => efs.CreateFileSystem(world, { CreationToken: 'c', ...wrong })).code).toBe(
        'BadRequest',
      );
  });

  test('rule 4: a file system with mount targets is not deleted', () => {
    const world = prod();
    const { code, message } = faultOf(() => efs.DeleteFileSystem(world, { FileSystemId: files.id }));
    expect(code).toBe('FileSystemInUse');
    expect(message).toContain('because it has mount targets');
  });

  test('rule 5: mount targets are creating, available, deleting and gone', () => {
    const world = prod();
    const FileSystemId = created(world);
    const { MountTargetId = '', LifeCycleState } = efs.CreateMountTarget(world, {
      FileSystemId,
      SubnetId: first(subnetIds),
      SecurityGroups: [securityGroups.files],
    });
    expect(LifeCycleState).toBe('creating');
    expect(isMountable(world, FileSystemId, 'us-east-1a')).toBe(false);
    pass(world, 120);
    expect(first(mounts(world, FileSystemId))).toMatchObject({
      LifeCycleState: 'available',
      AvailabilityZoneName: 'us-east-1a',
    });
    expect(isMountable(world, FileSystemId, 'us-east-1a')).toBe(true);
    efs.DeleteMountTarget(world, { MountTargetId });
    expect(first(mounts(world, FileSystemId)).LifeCycleState).toBe('deleting');
    pass(world, 90);
    expect(mounts(world, FileSystemId)).toEqual([]);
    efs.DeleteFileSystem(world, { FileSystemId });
  });

  test('rule 6: there is one mount target in a zone', () => {
    const world = prod();
    const FileSystemId = created(world);
    const make = (input: { SubnetId?: string; FileSystemId?: string; IpAddress?: string }) => () =>
      efs.CreateMountTarget(world, { FileSystemId, SubnetId: subnetIds[1], ...input });
    expect(faultOf(make({ FileSystemId: files.id })).code).toBe('MountTargetConflict');
    expect(faultOf(make({ SubnetId: 'subnet-00000000000000000' })).code).toBe('SubnetNotFound');
    expect(faultOf(make({ IpAddress: '10.20.2.77' })).code).toBe('IpAddressInUse');
    expect(make({})().IpAddress).toMatch(/^10\.20\.2\.\d+$/);
    expect(faultOf(make({})).code).toBe('MountTargetConflict');
  });

  test('rule 7: security groups of a mount target are replaced, at most five', () => {
    const world = prod();
    const { MountTargetId = '' } = first(mounts(world));
    const modify = (SecurityGroups: string[]) =>
      efs.ModifyMountTargetSecurityGroups(world, { MountTargetId, SecurityGroups });
    modify([securityGroups.app]);
    expect(efs.DescribeMountTargetSecurityGroups(world, { MountTargetId }).SecurityGroups).toEqual([
      securityGroups.app,
    ]);
    expect(faultOf(() => modify(Array.from({ length: 6 }, () => securityGroups.app))).code).toBe(
      'SecurityGroupLimitExceeded',
    );
    expect(faultOf(() => modify(['default'])).code).toBe('SecurityGroupNotFound');
  });

  test('rule 8: the throughput mode changes once a day', () => {
    const world = prod();
    const update = (ThroughputMode: 'elastic' | 'bursting' | 'provisioned') =>
      efs.UpdateFileSystem(world, { FileSystemId: files.id, ThroughputMode });
    expect(faultOf(() => update('provisioned')).code).toBe('BadRequest');
    expect(update('elastic')).toMatchObject({ ThroughputMode: 'elastic', LifeCycleState: 'updating' });
    pass(world, 60);
    expect(shown(world).LifeCycleState).toBe('available');
    expect(faultOf(() => update('bursting')).code).toBe('TooManyRequests');
  });

  test('rule 9: the size is metered every hour', () => {
    const world = prod();
    const before = shown(world).SizeInBytes;
    expect(before?.Timestamp).toEqual(new Date('2026-03-02T02:00:00Z'));
    pass(world, 49 * 60);
    expect(shown(world).SizeInBytes).toEqual(before);
    pass(world, 2 * 60);
    expect(shown(world).SizeInBytes?.Value).toBeGreaterThan(before?.Value ?? 0);
    expect(shown(world, created(world)).SizeInBytes?.Value).toBe(6144);
  });

  test('rule 10: a backup policy is there once it was set', () => {
    const world = prod();
    const FileSystemId = created(world);
    expect(faultOf(() => efs.DescribeBackupPolicy(world, { FileSystemId })).code).toBe('PolicyNotFound');
    efs.PutBackupPolicy(world, { FileSystemId, BackupPolicy: { Status: 'ENABLED' } });
    expect(efs.DescribeBackupPolicy(world, { FileSystemId }).BackupPolicy?.Status).toBe('ENABLED');
    expect(
      faultOf(() => efs.PutBackupPolicy(world, { FileSystemId, BackupPolicy: { Status: 'ENABLING' } })).code,
    ).toBe('ValidationException');
  });

  test('rule 11: tags are set and taken off, and one is the name', () => {
    const world = prod();
    efs.TagResource(world, { ResourceId: files.arn, Tags: [{ Key: 'Name', Value: 'renamed' }] });
    expect(shown(world).Name).toBe('renamed');
    efs.UntagResource(world, { ResourceId: files.id, TagKeys: ['Name'] });
    expect(shown(world).Name).toBeUndefined();
    expect(efs.ListTagsForResource(world, { ResourceId: files.id }).Tags?.map(({ Key }) => Key)).toEqual([
      'Project',
      'Environment',
      'Backup',
    ]);
    expect(
      faultOf(() => efs.TagResource(world, { ResourceId: files.id, Tags: [{ Key: 'aws:x', Value: '' }] }))
        .code,
    ).toBe('BadRequest');
  });

  test('rule 12: lists come in pages, and unknown ids are refused', () => {
    const world = prod();
    const page = efs.DescribeMountTargets(world, { FileSystemId: files.id, MaxItems: 2 });
    expect(page.MountTargets).toHaveLength(2);
    const { NextMarker: Marker } = page;
    expect(efs.DescribeMountTargets(world, { FileSystemId: files.id, Marker }).MountTargets).toHaveLength(1);
    expect(faultOf(() => efs.DescribeMountTargets(world, {})).code).toBe('BadRequest');
    expect(faultOf(() => efs.DescribeMountTargets(world, { MountTargetId: 'fsmt-0' })).code).toBe(
      'MountTargetNotFound',
    );
    expect(faultOf(() => efs.DescribeFileSystems(world, { FileSystemId: 'fs-0' })).code).toBe(
      'FileSystemNotFound',
    );
    expect(faultOf(() => efs.DescribeAccessPoints(world, { AccessPointId: 'fsap-0' })).code).toBe(
      'AccessPointNotFound',
    );
  });

  test('rule 13: nodes mount through their own zone while it is there and the key is good', () => {
    const world = prod();
    expect(isMountable(world, files.id, 'us-east-1a')).toBe(true);
    expect(isMountable(world, files.id, 'us-east-1d')).toBe(false);
    expect(isMountable(world, 'fs-0', 'us-east-1a')).toBe(false);
    world.faults.push({ what: 'zone-outage', zone: 'us-east-1a' });
    expect(isMountable(world, files.id, 'us-east-1a')).toBe(false);
    expect(isMountable(world, files.id, 'us-east-1b')).toBe(true);
    world.faults.push({ what: 'key-disabled', key: keys.files });
    expect(isMountable(world, files.id, 'us-east-1b')).toBe(false);
  });

  test('rule 14: content grows with the time, and a copy freezes it', () => {
    const world = prod();
    const state = knownFileSystem(world, files.id);
    writeBeacon(world, state, 'drill-1');
    const copy = copyOfFileSystem(world, files.arn);
    pass(world, 3600);
    expect(filesAt(state, world.now) - (copy?.files ?? 0)).toBe(state.content.filesPerHour);
    expect(bytesAt(state, world.now)).toBeGreaterThan(copy?.bytes ?? 0);
    expect(copy?.beacons.map(({ id }) => id)).toEqual(['drill-1']);
    expect(copyOfFileSystem(world, `${files.arn}0`)).toBeUndefined();
  });

  test('rule 15: a mount target is reached by its address or name, by whom its security groups let in', () => {
    const world = prod();
    const [node] = Object.values(world.ec2.nodes);
    if (node === undefined) throw new Error('no node');
    const behind = (name: string) => mountTargetBehind(world, name, node)?.target.AvailabilityZoneName;
    expect(behind('10.20.1.77')).toBe('us-east-1a');
    expect(behind('10.20.2.77')).toBe('us-east-1b');
    expect(behind(`${files.id}.efs.us-east-1.amazonaws.com`)).toBe('us-east-1a');
    expect(behind('10.20.1.78')).toBeUndefined();
    const FileSystemId = created(world);
    const { IpAddress = '' } = efs.CreateMountTarget(world, {
      FileSystemId,
      SubnetId: first(subnetIds),
      SecurityGroups: [securityGroups.restoreTest],
    });
    expect(behind(IpAddress)).toBeUndefined();
    pass(world, 120);
    expect(behind(IpAddress)).toBeUndefined();
    const { MountTargetId } = first(mounts(world, FileSystemId));
    efs.ModifyMountTargetSecurityGroups(world, {
      MountTargetId,
      SecurityGroups: [securityGroups.restoreTestFiles],
    });
    expect(behind(IpAddress)).toBe('us-east-1a');
    node.instance.VpcId = 'vpc-of-another';
    expect(behind(IpAddress)).toBeUndefined();
  });

  test('rule 16: a Region has a thousand file systems', () => {
    const world = prod();
    const [one] = world.efs.fileSystems;
    if (one === undefined) throw new Error('no file system');
    for (let number = 1; number < 1000; number += 1)
      world.efs.fileSystems.push({
        ...one,
        fileSystem: { ...one.fileSystem, FileSystemId: `fs-${number}`, CreationToken: `token ${number}` },
      });
    expect(faultOf(() => created(world)).code).toBe('FileSystemLimitExceeded');
    world.efs.fileSystems.pop();
    created(world);
  });

  test('reads change nothing', () => {
    const world = prod();
    const { random } = world;
    const before = { ...random };
    shown(world);
    mounts(world);
    expect(random).toEqual(before);
  });
});
