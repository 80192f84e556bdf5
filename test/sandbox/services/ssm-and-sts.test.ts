import { expect, test } from 'vitest';
import { images } from '../../../src/sandbox/morpheus-prod.ts';
import { aws, faultOf, prod } from './stack.ts';

test('Systems Manager rule 1: a parameter is given by name, or is not found', () => {
  const world = prod();
  expect(aws.GetParameter(world, { Name: '/morpheus/prod/app/ami' }).Parameter).toMatchObject({
    Value: images.inUse,
    DataType: 'aws:ec2:image',
  });
  expect(faultOf(() => aws.GetParameter(world, { Name: '/nobody' })).code).toBe('ParameterNotFound');
});

test('Systems Manager rule 2: unknown names are listed as invalid', () => {
  const answer = aws.GetParameters(prod(), { Names: ['/morpheus/prod/files/id', '/nobody'] });
  expect(answer.Parameters.map(({ Name }) => Name)).toEqual(['/morpheus/prod/files/id']);
  expect(answer.InvalidParameters).toEqual(['/nobody']);
});

test('Security Token Service rule 1: the caller is a role in the account', () => {
  expect(aws.GetCallerIdentity(prod())).toMatchObject({
    Account: '111122223333',
    Arn: 'arn:aws:sts::111122223333:assumed-role/morpheus-operations/on-call',
  });
});
