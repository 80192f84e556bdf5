import { expect, test } from 'vitest';
import { managedNodes } from '../../src/aws/ssm.ts';
import { cannedAws, jsonAnswer } from './canned-aws.ts';

test('nodes are asked for a hundred at a time, and none at all where there is none', async () => {
  const aws = cannedAws(() => jsonAnswer({ InstanceInformationList: [{ InstanceId: 'i-1' }] }));
  const ids = Array.from({ length: 101 }, (_none, index) => `i-${index}`);
  expect(await managedNodes(aws.reading(managedNodes), ids)).toHaveLength(2);
  expect(await managedNodes(aws.reading(managedNodes), [])).toEqual([]);
  expect(aws.sent).toHaveLength(2);
});
