import { afterEach, expect, it, vi } from 'vitest';
import { describeImage } from '../../src/aws/ec2.ts';
import { cannedAws, ec2Answer } from './canned-aws.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('does not pass on the warning of the SDK about this version of Node', async () => {
  const warned = vi.spyOn(process, 'emitWarning');
  const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
  await describeImage(aws.reading(describeImage), 'ami-1');
  expect(aws.sent).toHaveLength(1);
  expect(warned).not.toHaveBeenCalled();
});

it('says in the user agent, and so in CloudTrail, who is calling', async () => {
  const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
  await describeImage(aws.reading(describeImage), 'ami-1');
  expect(aws.sent[0]?.headers['user-agent']).toContain('morpheus-runbooks');
});

it('lets AWS_ENDPOINT_URL lead to an emulator', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:4566');
  const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
  await describeImage(aws.reading(describeImage), 'ami-1');
  expect(aws.sent[0]?.headers['host']).toBe('127.0.0.1:4566');
});
