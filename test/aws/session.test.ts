import { afterEach, describe, expect, it, vi } from 'vitest';
import { setDesiredCapacity } from '../../src/aws/auto-scaling.ts';
import { describeImage } from '../../src/aws/ec2.ts';
import { BlockedWrite } from '../../src/errors.ts';
import { cannedAws, ec2Answer, ec2Error, queryAnswer } from './canned-aws.ts';

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

describe('another Region of the account', () => {
  const asked = ({ headers }: { headers: Readonly<Record<string, string>> }) => headers['host'];

  it('is asked where a call names it, under the same grant', async () => {
    const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
    const here = aws.reading(describeImage);
    const there = here.in('us-west-2');
    await describeImage(here, 'ami-1');
    await describeImage(there, 'ami-1');
    await describeImage(there.in('eu-central-1'), 'ami-1');
    expect(aws.sent.map(asked)).toEqual([
      'ec2.eu-central-1.amazonaws.com',
      'ec2.us-west-2.amazonaws.com',
      'ec2.eu-central-1.amazonaws.com',
    ]);
    expect(there.region).toBe('us-west-2');
  });

  it('stands in the record of a call, and the own one does not', async () => {
    const aws = cannedAws(() => ec2Answer('DescribeImages', ''));
    const here = aws.reading(describeImage);
    await describeImage(here.in('us-west-2'), 'ami-1');
    await describeImage(here, 'ami-1');
    expect(aws.records.map(({ region }) => region)).toEqual(['us-west-2', undefined]);
  });

  it('lets nobody write who may only read, and nothing be called that was not declared', async () => {
    const aws = cannedAws(() => queryAnswer('SetDesiredCapacity', ''));
    const reading = aws.reading(setDesiredCapacity).in('us-west-2') as never;
    await expect(setDesiredCapacity(reading, 'app', 4)).rejects.toThrow(/may only read here/);
    const undeclared = aws.changing(describeImage).in('us-west-2');
    await expect(setDesiredCapacity(undeclared, 'app', 4)).rejects.toThrow(/does not declare it/);
    expect(aws.sent).toEqual([]);
    await setDesiredCapacity(aws.changing(setDesiredCapacity).in('us-west-2'), 'app', 4);
    expect(aws.sent).toHaveLength(1);
  });

  it('is named where the call fails', async () => {
    const aws = cannedAws(() => ec2Error('UnauthorizedOperation', 'no', 403));
    const failed = describeImage(aws.reading(describeImage).in('us-west-2'), 'ami-1');
    await expect(failed).rejects.toThrow(/us-west-2/);
  });

  it('gets no write in a rehearsal either', async () => {
    const aws = cannedAws(() => queryAnswer('SetDesiredCapacity', ''), { rehearsal: true });
    const blocked = setDesiredCapacity(aws.changing(setDesiredCapacity).in('us-west-2'), 'app', 4);
    await expect(blocked).rejects.toThrow(BlockedWrite);
    expect(aws.sent).toEqual([]);
  });
});
