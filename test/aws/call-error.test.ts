import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  cancelInstanceRefresh,
  rollbackInstanceRefresh,
  startInstanceRefresh,
} from '../../src/aws/auto-scaling.ts';
import {
  createLaunchTemplateVersion,
  describeImage,
  describeLaunchTemplateVersions,
} from '../../src/aws/ec2.ts';
import { describeTargetGroupAttributes } from '../../src/aws/elastic-load-balancing-v2.ts';
import { getParameter } from '../../src/aws/ssm.ts';
import { callerIdentity } from '../../src/aws/sts.ts';
import { AwsCallError, Bug, OperatorError } from '../../src/errors.ts';
import { type CannedAnswer, cannedAws, ec2Error, jsonError, queryError, requestId } from './canned-aws.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const system = (code: string, message: string) => Object.assign(new Error(message), { code });

async function failureOf(call: Promise<unknown>): Promise<AwsCallError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AwsCallError);
  return error as AwsCallError;
}

const describing = (answer: CannedAnswer, options: Parameters<typeof cannedAws>[1] = {}) => {
  const aws = cannedAws(() => answer, { maxAttempts: 1, ...options });
  return failureOf(
    describeLaunchTemplateVersions(aws.reading(describeLaunchTemplateVersions), { id: 'lt-0abc' }),
  );
};

type Wire = ReturnType<typeof cannedAws>;

interface Case {
  readonly answer: CannedAnswer;
  readonly code: string;
  readonly awsCode: string;
  readonly transient: boolean;
  readonly says: RegExp;
  readonly hints: RegExp;
}

const cases: Readonly<Record<string, Case>> = {
  'a missing permission': {
    answer: ec2Error(
      'UnauthorizedOperation',
      'You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/oncall/ann is not authorized to perform: ec2:DescribeLaunchTemplateVersions because no identity-based policy allows the ec2:DescribeLaunchTemplateVersions action. Encoded authorization failure message: AbCdEf_-123',
      403,
    ),
    code: 'AWS_ACCESS_DENIED',
    awsCode: 'UnauthorizedOperation',
    transient: false,
    says: /does not allow ec2:DescribeLaunchTemplateVersions \(LaunchTemplateId lt-0abc\) in eu-central-1/,
    hints:
      /^Allow ec2:DescribeLaunchTemplateVersions to arn:aws:sts::111122223333:assumed-role\/oncall\/ann, .*`runbook resume`/,
  },
  'an expired session': {
    answer: ec2Error('ExpiredToken', 'The security token included in the request is expired', 400),
    code: 'AWS_CREDENTIALS_REFUSED',
    awsCode: 'ExpiredToken',
    transient: false,
    says: /does not accept the credentials/,
    hints: /`aws sso login --profile ops`.*`aws sts get-caller-identity --profile ops`.*`runbook resume`/,
  },
  'a wrong key': {
    answer: ec2Error('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
    code: 'AWS_CREDENTIALS_REFUSED',
    awsCode: 'AuthFailure',
    transient: false,
    says: /not able to validate/,
    hints: /aws sso login/,
  },
  'a wrong clock': {
    answer: ec2Error('RequestExpired', 'Request has expired.', 400),
    code: 'AWS_CLOCK_SKEW',
    awsCode: 'RequestExpired',
    transient: false,
    says: /does not accept the signature/,
    hints: /clock/,
  },
  'a Region that the account has not enabled': {
    answer: ec2Error('OptInRequired', 'You are not subscribed to this service.', 401),
    code: 'AWS_REGION_CLOSED',
    awsCode: 'OptInRequired',
    transient: false,
    says: /may not use/,
    hints: /`region: eu-central-1` in runbook.yaml/,
  },
  throttling: {
    answer: ec2Error('RequestLimitExceeded', 'Request limit exceeded.', 503),
    code: 'AWS_THROTTLED',
    awsCode: 'RequestLimitExceeded',
    transient: true,
    says: /throttles ec2:DescribeLaunchTemplateVersions/,
    hints: /wait a few minutes/,
  },
  'a fault of AWS': {
    answer: ec2Error('InternalError', 'An internal error has occurred', 500),
    code: 'AWS_SERVICE_FAULT',
    awsCode: 'InternalError',
    transient: true,
    says: /AWS failed at ec2:DescribeLaunchTemplateVersions/,
    hints: /health\.aws\.amazon\.com/,
  },
  'something that is not there': {
    answer: ec2Error('InvalidLaunchTemplateId.NotFound', 'The launch template lt-0abc does not exist'),
    code: 'AWS_NOT_FOUND',
    awsCode: 'InvalidLaunchTemplateId.NotFound',
    transient: false,
    says: /does not find what ec2:DescribeLaunchTemplateVersions \(LaunchTemplateId lt-0abc\)/,
    hints: /Check the name/,
  },
  'any other refusal': {
    answer: ec2Error('InvalidParameterValue', 'Value (x) for parameter y is invalid.'),
    code: 'AWS_CALL_FAILED',
    awsCode: 'InvalidParameterValue',
    transient: false,
    says: /AWS refused ec2:DescribeLaunchTemplateVersions .*Value \(x\) for parameter y is invalid/,
    hints: /DescribeLaunchTemplateVersions/,
  },
  'a host name that does not resolve': {
    answer: system('ENOTFOUND', 'getaddrinfo ENOTFOUND ec2.eu-central-1.amazonaws.com'),
    code: 'AWS_UNREACHABLE',
    awsCode: 'ENOTFOUND',
    transient: true,
    says: /No answer to ec2:DescribeLaunchTemplateVersions .*ec2\.eu-central-1\.amazonaws\.com/,
    hints: /network.*`region: eu-central-1`.*AWS_ENDPOINT_URL/,
  },
  'a connection that is cut off': {
    answer: system('ECONNRESET', 'socket hang up'),
    code: 'AWS_UNREACHABLE',
    awsCode: 'ECONNRESET',
    transient: true,
    says: /No answer/,
    hints: /VPN/,
  },
  'no answer in time': {
    answer: Object.assign(new Error('Socket timed out'), { name: 'TimeoutError' }),
    code: 'AWS_UNREACHABLE',
    awsCode: 'TimeoutError',
    transient: true,
    says: /Socket timed out/,
    hints: /`runbook resume`/,
  },
  'a proxy with a certificate of its own': {
    answer: system('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
    code: 'AWS_CERTIFICATE',
    awsCode: 'SELF_SIGNED_CERT_IN_CHAIN',
    transient: false,
    says: /certificate is not trusted/,
    hints: /NODE_EXTRA_CA_CERTS/,
  },
  "a login page instead of AWS's answer": {
    answer: { status: 200, body: '<html><body><p>Log in<br></body></html>' },
    code: 'AWS_UNREADABLE',
    awsCode: 'Error',
    transient: true,
    says: /not one of AWS's/,
    hints: /proxy/,
  },
};

describe('what an operator is told of', () => {
  it.each(Object.entries(cases))('%s', async (_what, { answer, code, awsCode, transient, says, hints }) => {
    const error = await describing(answer, { profile: 'ops' });
    expect(error).toMatchObject({
      code,
      awsCode,
      transient,
      service: 'ec2',
      operation: 'DescribeLaunchTemplateVersions',
    });
    expect(error.message).toMatch(says);
    expect(error.hint).toMatch(hints);
    expect(error.message.length).toBeLessThan(900);
  });

  it('a refused launch template: the permissions that AWS does not name', async () => {
    const aws = cannedAws(() =>
      queryError('AccessDenied', 'You are not authorized to use launch template: lt-1', 403),
    );
    const input = { AutoScalingGroupName: 'app' };
    const error = await failureOf(startInstanceRefresh(aws.changing(startInstanceRefresh), input));
    expect(error.hint).toMatch(/ec2:RunInstances, iam:PassRole .*ec2:CreateTags/);
  });

  it('a write whose answer is lost: it may be done, which a read never is', async () => {
    const lost = system('ECONNRESET', 'socket hang up');
    const aws = cannedAws(() => lost, { maxAttempts: 1 });
    const error = await failureOf(rollbackInstanceRefresh(aws.changing(rollbackInstanceRefresh), 'app'));
    expect(error.message).toContain('AWS may have done it all the same');
    expect((await describing(lost)).message).not.toContain('may have done');
  });

  it('credentials that are nowhere: not a bug, and nothing was sent', async () => {
    for (const name of [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
    ]) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent/credentials');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    const aws = cannedAws(() => ({}), { credentials: undefined });
    const error = await failureOf(callerIdentity(aws.reading(callerIdentity)));
    expect(error).toMatchObject({ code: 'AWS_CREDENTIALS_MISSING', transient: false });
    expect(error.hint).toMatch(/aws sso login --profile <profile>.*AWS_PROFILE/);
    expect([aws.sent, aws.records]).toEqual([[], [expect.objectContaining({ attempts: 0 })]]);
  });

  it('an endpoint that is no URL', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'localhost');
    const error = await describing({});
    expect(error).toMatchObject({ code: 'AWS_ENDPOINT', hint: expect.stringContaining('AWS_ENDPOINT_URL') });
  });
});

describe('credentials that AWS or a proxy repeats', () => {
  const sessionToken = 'FwoGZXIvYXdzEXAMPLETOKEN//////////wEaDCanary+Canary=';
  const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey, sessionToken };
  const sent = `POST\n/\n\nhost:ec2.eu-central-1.amazonaws.com\nx-amz-date:20260301T030000Z\nx-amz-security-token:${sessionToken}\n\nhost;x-amz-date;x-amz-security-token\ne3b0c44298fc1c14`;
  const mismatch =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';

  it.each<[string, CannedAnswer]>([
    [
      'with the canonical string',
      ec2Error(
        'SignatureDoesNotMatch',
        `${mismatch}\n\nThe Canonical String for this request should have been\n'${sent}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256'`,
        403,
      ),
    ],
    ['with headers of the request', ec2Error('SignatureDoesNotMatch', `${mismatch} ${sent}`, 403)],
    ['without a name', ec2Error('InvalidClientTokenId', `${sessionToken} and ${secretAccessKey} differ`)],
    ['in a fault on the way', system('ECONNRESET', `proxy: cannot forward ${sent}`)],
    ['in a fault of ours', new TypeError(`Invalid header value ${sessionToken}`)],
  ])('are in nothing that is shown or kept: %s', async (_what, answer) => {
    const aws = cannedAws(() => answer, { credentials, maxAttempts: 1 });
    const error: unknown = await describeImage(aws.reading(describeImage), 'ami-1').catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    const kept = inspect([error, aws.records], { depth: null, showHidden: true, maxStringLength: null });
    expect(kept).toContain('DescribeImages');
    for (const secret of [sessionToken, secretAccessKey, 'Canary']) expect(kept).not.toContain(secret);
  });

  it('leave what AWS says of them', async () => {
    const error = await describing(
      ec2Error('SignatureDoesNotMatch', `${mismatch}\n\nThe Canonical String for this request ...`, 403),
      { credentials },
    );
    expect(error.message).toContain(`SignatureDoesNotMatch: ${mismatch} (request ${requestId})`);
  });
});

describe('an answer that can be read, and is not one of AWS all the same', () => {
  const reads = {
    'sts:GetCallerIdentity': (aws: Wire) => callerIdentity(aws.reading(callerIdentity)),
  };
  const writes = {
    'ec2:CreateLaunchTemplateVersion': (aws: Wire) =>
      createLaunchTemplateVersion(aws.changing(createLaunchTemplateVersion), {
        id: 'lt-1',
        sourceVersion: '7',
        imageId: 'ami-2',
        description: 'by runbook',
        clientToken: 'run-1/new-version',
      }),
    'autoscaling:StartInstanceRefresh': (aws: Wire) =>
      startInstanceRefresh(aws.changing(startInstanceRefresh), { AutoScalingGroupName: 'app' }),
    'autoscaling:RollbackInstanceRefresh': (aws: Wire) =>
      rollbackInstanceRefresh(aws.changing(rollbackInstanceRefresh), 'app'),
    'autoscaling:CancelInstanceRefresh': (aws: Wire) =>
      cancelInstanceRefresh(aws.changing(cancelInstanceRefresh), 'app'),
  };
  const bodies = { 'an empty one': '', 'a page': '<html><body><p>Log in</p></body></html>' };

  it.each(
    Object.entries({ ...reads, ...writes }).flatMap(([action, call]) =>
      Object.entries(bodies).map(([what, body]) => [action, what, call, body] as const),
    ),
  )('is what a proxy says to %s: %s', async (action, _what, call, body) => {
    const error = await failureOf(call(cannedAws(() => ({ body }))));
    expect(error).toMatchObject({
      code: 'AWS_UNREADABLE',
      hint: expect.stringContaining('AWS_ENDPOINT_URL'),
    });
    expect(`${error.service}:${error.operation}`).toBe(action);
    expect(error.message).toContain(`The answer to ${action} in eu-central-1 is not one of AWS's.`);
    expect([error.message.includes('may have done it'), error.transient]).toEqual([action in writes, true]);
  });
});

describe("AWS's code", () => {
  it('is the one of the API reference, where the SDK names its class otherwise', async () => {
    const aws = cannedAws(({ operation }) =>
      operation === 'RollbackInstanceRefresh'
        ? queryError('ActiveInstanceRefreshNotFound', 'No in progress or pending Instance Refresh found')
        : queryError('TargetGroupNotFound', 'One or more target groups not found'),
    );
    await expect(rollbackInstanceRefresh(aws.changing(rollbackInstanceRefresh), 'app')).rejects.toMatchObject(
      {
        awsCode: 'ActiveInstanceRefreshNotFound',
        requestId,
      },
    );
    await expect(
      describeTargetGroupAttributes(
        aws.reading(describeTargetGroupAttributes),
        'arn:aws:elasticloadbalancing:x',
      ),
    ).rejects.toMatchObject({ awsCode: 'TargetGroupNotFound' });
  });

  it('comes out of JSON as well', async () => {
    const aws = cannedAws(() => jsonError('AccessDeniedException', 'no', 400));
    const error = await failureOf(getParameter(aws.reading(getParameter), '/morpheus/endpoint'));
    expect(error).toMatchObject({ awsCode: 'AccessDeniedException', code: 'AWS_ACCESS_DENIED', requestId });
    expect(error.message).toContain('Name /morpheus/endpoint');
  });
});

it('takes an error that nobody outside made for a bug', async () => {
  const aws = cannedAws(() => new TypeError('x is not a function'));
  const call = describeImage(aws.reading(describeImage), 'ami-1');
  await expect(call).rejects.toThrow(Bug);
  await expect(call).rejects.not.toBeInstanceOf(OperatorError);
});
