import { describe, expect, test } from 'vitest';
import { keys, recovery } from '../../../src/sandbox/morpheus-prod/names.ts';
import { kmsOperations } from '../../../src/sandbox/services/kms/index.ts';
import { ssmOperations as ssm } from '../../../src/sandbox/services/ssm/index.ts';
import { parameterValue } from '../../../src/sandbox/services/ssm/parameter-value.ts';
import { accountOf, elsewhere, snapshot, type World } from '../../../src/sandbox/world.ts';
import { faultOf, prod } from './stack.ts';

const Name = '/morpheus/prod/new';
const put = (world: World, more: object = {}) =>
  ssm.PutParameter(world, { Name, Value: 'one', Type: 'String', ...more });
const overwrite = (world: World, Value: string) => ssm.PutParameter(world, { Name, Value, Overwrite: true });
const value = (world: World, name = Name, WithDecryption = false) =>
  ssm.GetParameter(world, { Name: name, WithDecryption }).Parameter.Value;

describe('Systems Manager', () => {
  test('rules 1 and 2: parameters are read in both Regions, ten at once at most', () => {
    const world = prod();
    expect(value(world, 'arn:aws:ssm:us-east-1:111122223333:parameter/morpheus/prod/files/id')).toMatch(
      /^fs-/,
    );
    expect(value(elsewhere(world, 'us-west-2'), '/morpheus/prod/app/ami')).toBe(recovery.image);
    const names = Array.from({ length: 11 }, (_none, index) => `/n${index}`);
    expect(faultOf(() => ssm.GetParameters(world, { Names: names })).code).toBe('ValidationException');
  });

  test('rule 3: a version is meant by number or label', () => {
    const world = prod();
    put(world);
    overwrite(world, 'two');
    ssm.LabelParameterVersion(world, { Name, ParameterVersion: 1, Labels: ['good'] });
    expect([value(world), value(world, `${Name}:1`), value(world, `${Name}:good`)]).toEqual([
      'two',
      'one',
      'one',
    ]);
    expect(ssm.GetParameter(world, { Name: `${Name}:1` }).Parameter).toMatchObject({
      Version: 1,
      Selector: ':1',
    });
    expect(faultOf(() => value(world, `${Name}:9`))).toEqual({
      code: 'ParameterVersionNotFound',
      message: `Systems Manager could not find version 9 of ${Name}. Verify the version and try again.`,
    });
    expect(parameterValue(world, `${Name}:good`)).toBe('one');
    expect(parameterValue(world, `${Name}:9`)).toBeUndefined();
  });

  test('rule 4: a parameter is made once and overwritten on demand', () => {
    const world = prod();
    expect(put(world, { Description: 'first' })).toEqual({ Version: 1, Tier: 'Standard' });
    expect(faultOf(() => put(world))).toEqual({
      code: 'ParameterAlreadyExists',
      message:
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    });
    expect(overwrite(world, 'two').Version).toBe(2);
    expect(value(world)).toBe('two');
  });

  test('rule 5: what AWS does not take is refused', () => {
    const world = prod();
    for (const [more, code] of [
      [{ Name: '/aws/x' }, 'ValidationException'],
      [{ Name: 'a/b' }, 'ValidationException'],
      [{ Name: '/a b' }, 'ValidationException'],
      [{ Name: '/a'.repeat(16) }, 'HierarchyLevelLimitExceededException'],
      [{ Value: '' }, 'ValidationException'],
      [{ Value: 'x'.repeat(4097) }, 'ValidationException'],
      [{ AllowedPattern: '^\\d+$' }, 'ParameterPatternMismatchException'],
      [{ AllowedPattern: '^(a+)+$', Value: `${'a'.repeat(4000)}!` }, 'ParameterPatternMismatchException'],
      [{ AllowedPattern: '(' }, 'InvalidAllowedPatternException'],
      [{ AllowedPattern: 'a'.repeat(1025) }, 'InvalidAllowedPatternException'],
      [{ Tier: 'constructor' }, 'ValidationException'],
      [{ Type: undefined }, 'ValidationException'],
      [{ Type: 'Text' }, 'ValidationException'],
      [{ Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] }, 'ValidationException'],
    ] as const)
      expect(faultOf(() => put(world, more)).code, JSON.stringify(more).slice(0, 60)).toBe(code);
    put(world, { Value: 'x'.repeat(8192), Tier: 'Advanced' });
    put(world, { Name: '/fits', AllowedPattern: '^v\\d{1,3}(?:\\.\\d+)*$', Value: 'v12.3.4' });
    expect(faultOf(() => put(world, { Type: 'SecureString', Overwrite: true })).code).toBe(
      'HierarchyTypeMismatchException',
    );
  });

  test('rule 6: a SecureString is sealed', () => {
    const world = prod();
    put(world, { Type: 'SecureString', Value: 'canary-6', KeyId: keys.secrets });
    put(world, { Name: '/other', Type: 'SecureString', Value: 'canary-6' });
    overwrite(world, 'canary-6b');
    expect(value(world)).not.toContain('canary-6');
    expect(value(world, Name, true)).toBe('canary-6b');
    expect(value(world, `${Name}:1`, true)).toBe('canary-6');
    expect(snapshot(accountOf(world))).not.toContain('canary-6');
    expect(
      ssm.DescribeParameters(world, { Filters: [{ Key: 'Name', Values: [Name] }] }).Parameters,
    ).toMatchObject([{ KeyId: keys.secrets, Version: 2 }]);
    kmsOperations.DisableKey(world, { KeyId: keys.secrets });
    expect(faultOf(() => value(world, Name, true)).code).toBe('InvalidKeyId');
    expect(parameterValue(world, Name)).toBeUndefined();
    expect(parameterValue(world, '/other')).toBe('canary-6');
    expect(faultOf(() => overwrite(world, 'canary-6c')).code).toBe('InvalidKeyId');
  });

  test('rule 7: a path gives what is below it', () => {
    const world = prod();
    const names = (Path: string, more: object = {}) =>
      ssm.GetParametersByPath(world, { Path, ...more }).Parameters.map(({ Name: name }) => name);
    expect(names('/morpheus/prod')).toEqual([]);
    expect(names('/morpheus/prod/app')).toEqual(['/morpheus/prod/app/ami', '/morpheus/prod/app/release']);
    expect(names('/morpheus', { Recursive: true })).toHaveLength(7);
    const page = ssm.GetParametersByPath(world, { Path: '/', Recursive: true, MaxResults: 4 });
    expect(names('/', { Recursive: true, NextToken: page.NextToken })).toHaveLength(3);
    ssm.LabelParameterVersion(world, { Name: '/morpheus/prod/app/release', Labels: ['live'] });
    const ParameterFilters = [{ Key: 'Label', Values: ['live'] }];
    expect(names('/', { Recursive: true, ParameterFilters })).toEqual(['/morpheus/prod/app/release']);
    expect(faultOf(() => names('morpheus')).code).toBe('ValidationException');
    expect(faultOf(() => names('/', { ParameterFilters: [{ Key: 'Name', Values: ['x'] }] })).code).toBe(
      'InvalidFilterKey',
    );
  });

  test('rule 8: a description shows no value', () => {
    const world = prod();
    put(world, { Tags: [{ Key: 'team', Value: 'ops' }] });
    const found = (Key: string, Option: string | undefined, ...Values: string[]) =>
      ssm.DescribeParameters(world, { ParameterFilters: [{ Key, Option, Values }] }).Parameters;
    expect(found('tag:team', undefined, 'ops')).toHaveLength(1);
    expect(found('tag:team', undefined, 'ops')[0]).not.toHaveProperty('Value');
    expect(found('Name', 'Contains', 'endpoint')).toHaveLength(4);
    expect(found('Path', 'Recursive', '/morpheus')).toHaveLength(8);
    expect(found('DataType', 'Equals', 'aws:ec2:image')).toHaveLength(1);
    expect(faultOf(() => found('Name', 'EndsWith', 'x')).code).toBe('InvalidFilterOption');
    expect(faultOf(() => found('Label', 'Equals', 'x')).code).toBe('InvalidFilterKey');
  });

  test('rule 9: a hundred versions are kept, unless the oldest has a label', () => {
    const world = prod();
    put(world);
    for (let count = 2; count <= 101; count += 1) overwrite(world, `value ${count}`);
    const history = () => ssm.GetParameterHistory(world, { Name, MaxResults: 50 });
    expect(history().Parameters[0]).toMatchObject({ Version: 2, Value: 'value 2', Name });
    ssm.LabelParameterVersion(world, { Name, ParameterVersion: 2, Labels: ['keep'] });
    expect(faultOf(() => overwrite(world, 'x')).code).toBe('ParameterMaxVersionLimitExceeded');
    expect(value(world)).toBe('value 101');
  });

  test('rule 10: a label moves, and bad ones are listed', () => {
    const world = prod();
    put(world);
    overwrite(world, 'two');
    const label = (ParameterVersion: number, ...Labels: string[]) =>
      ssm.LabelParameterVersion(world, { Name, ParameterVersion, Labels });
    expect(label(1, 'good', '1st', 'aws-x', 'a b')).toEqual({
      ParameterVersion: 1,
      InvalidLabels: ['1st', 'aws-x', 'a b'],
    });
    label(2, 'good');
    expect(value(world, `${Name}:good`)).toBe('two');
    const many = Array.from({ length: 10 }, (_none, index) => `l${index}`);
    expect(faultOf(() => label(2, ...many)).code).toBe('ParameterVersionLabelLimitExceeded');
    expect(faultOf(() => label(3, 'x')).code).toBe('ParameterVersionNotFound');
  });

  test('rule 11: parameters are deleted and tagged', () => {
    const world = prod();
    put(world);
    const on = { ResourceType: 'Parameter', ResourceId: Name } as const;
    ssm.AddTagsToResource(world, {
      ...on,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    ssm.RemoveTagsFromResource(world, { ...on, TagKeys: ['a'] });
    expect(ssm.ListTagsForResource(world, on).TagList).toEqual([{ Key: 'b', Value: '2' }]);
    expect(faultOf(() => ssm.ListTagsForResource(world, { ...on, ResourceId: '/nobody' })).code).toBe(
      'InvalidResourceId',
    );
    expect(ssm.DeleteParameters(world, { Names: [Name, '/nobody'] })).toEqual({
      DeletedParameters: [Name],
      InvalidParameters: ['/nobody'],
    });
    expect(faultOf(() => ssm.DeleteParameter(world, { Name })).code).toBe('ParameterNotFound');
  });
});
