import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bug } from '../../../src/errors.ts';
import { type Answer, createEndpoint } from '../../../src/sandbox/protocols/endpoint.ts';
import type { WireRequest } from '../../../src/sandbox/protocols/protocol.ts';
import type { WireSettings } from '../../../src/sandbox/protocols/service-model.ts';
import { catalogue } from '../../../src/sandbox/schemas/catalogue.ts';
import type { Service } from '../../../src/sandbox/service.ts';
import { countedRequestIds } from './counted-request-ids.ts';

const handler = () => ({});
const services: readonly Service[] = [
  { name: 'auto-scaling', operations: { DescribeAutoScalingGroups: handler, SetDesiredCapacity: handler } },
  { name: 'ec2', operations: { DescribeInstances: handler, CreateLaunchTemplateVersion: handler } },
  { name: 'cloudwatch', operations: { DescribeAlarms: handler, GetMetricData: handler } },
  { name: 'ssm', operations: { GetParameter: handler, GetParameters: handler } },
  { name: 'sts', operations: { GetCallerIdentity: handler } },
  { name: 'efs', operations: { DescribeFileSystems: handler, DescribeLifecycleConfiguration: handler } },
  { name: 'route-53', operations: { GetHostedZone: handler, ListHostedZonesByName: handler } },
  { name: 's3', operations: { GetObject: handler, PutObject: handler, ListBuckets: handler } },
];

const echo: Answer = async () => ({});

const endpointWith = (answer: Answer, options: { catalogue?: Record<string, WireSettings> } = {}) =>
  createEndpoint(services, answer, { newRequestId: countedRequestIds(), ...options });

const signedFor = (signingName: string, region = 'eu-west-1') =>
  `AWS4-HMAC-SHA256 Credential=AKID/20260302/${region}/${signingName}/aws4_request, SignedHeaders=host, Signature=00`;

function form(signingName: string, text: string): WireRequest {
  return {
    method: 'POST',
    host: 'localhost',
    path: '/',
    query: [],
    headers: { authorization: signedFor(signingName), 'content-type': 'application/x-www-form-urlencoded' },
    body: new TextEncoder().encode(text),
  };
}

function json(target: string, text: string, contentType = 'application/x-amz-json-1.1'): WireRequest {
  return {
    method: 'POST',
    host: 'localhost',
    path: '/',
    query: [],
    headers: { authorization: signedFor('ssm'), 'content-type': contentType, 'x-amz-target': target },
    body: new TextEncoder().encode(text),
  };
}

const rest = (signingName: string, method: string, path: string, more: Partial<WireRequest> = {}) => ({
  ...form(signingName, ''),
  method,
  path,
  headers: { authorization: signedFor(signingName) },
  ...more,
});

const cbor = (path: string, bytes: readonly number[]): WireRequest => ({
  ...form('monitoring', ''),
  path,
  headers: {
    authorization: signedFor('monitoring'),
    'content-type': 'application/cbor',
    'smithy-protocol': 'rpc-v2-cbor',
  },
  body: Uint8Array.from(bytes),
});

const gzipped = (request: WireRequest, body = request.body): WireRequest => ({
  ...request,
  headers: { ...request.headers, 'content-encoding': 'gzip' },
  body,
});

/** Status and body as text; fails where the request reached a handler. */
async function refusalOf(request: WireRequest): Promise<{ status: number; text: string }> {
  const { statusCode, body } = await endpointWith(async () => {
    throw new Error('a hostile request reached a handler');
  })(request);
  return { status: statusCode, text: new TextDecoder().decode(body) };
}

const autoScaling = (rest: string) => form('autoscaling', `Action=${rest}&Version=2011-01-01`);
const ec2 = (rest: string) => form('ec2', `Action=${rest}&Version=2016-11-15`);

describe('a request that cannot be served is refused in the words of its protocol', () => {
  const query = (code: string) =>
    new RegExp(
      `^<ErrorResponse(?: xmlns="[^"]+")?><Error><Type>Sender</Type><Code>${code}</Code><Message>.+</Message></Error><RequestId>.+</RequestId></ErrorResponse>$`,
    );
  const ec2Error = (code: string) =>
    new RegExp(
      `^<Response><Errors><Error><Code>${code}</Code><Message>.+</Message></Error></Errors><RequestID>.+</RequestID></Response>$`,
    );
  const jsonError = (code: string) => new RegExp(`^\\{"__type":"${code}","message":".+"\\}$`);

  const s3Error = (code: string) =>
    new RegExp(
      `^<\\?xml.+\\?>\n<Error><Code>${code}</Code><Message>.+</Message><RequestId>.+</RequestId><HostId>.+</HostId></Error>$`,
    );
  const restXmlError = (code: string) => new RegExp(`^<\\?xml.+\\?>\n${query(code).source.slice(1)}`);
  const restJsonError = (message: string) =>
    new RegExp(`^\\{(?:"ErrorCode":"BadRequest",)?"(?:message|Message)":".*${message}.*"\\}$`);
  const efs = '/2015-02-01/file-systems';

  const cases: readonly [string, WireRequest, RegExp, status?: number][] = [
    ['an operation that does not exist', autoScaling('Fly'), query('InvalidAction')],
    ['an operation without a handler', autoScaling('EnterStandby'), query('InvalidAction')],
    ['an operation named like a member of every object', autoScaling('constructor'), query('InvalidAction')],
    ['no operation', form('autoscaling', 'Version=2011-01-01'), query('InvalidAction')],
    [
      'another version',
      form('autoscaling', 'Action=DescribeAutoScalingGroups&Version=2009-05-15'),
      query('InvalidAction'),
    ],
    ['an empty form', form('autoscaling', ''), query('InvalidAction')],
    ['a missing parameter', autoScaling('SetDesiredCapacity&DesiredCapacity=3'), query('ValidationError')],
    [
      'words for a number',
      autoScaling('SetDesiredCapacity&AutoScalingGroupName=a&DesiredCapacity=three'),
      query('ValidationError'),
    ],
    ['an unknown EC2 operation', ec2('Fly'), ec2Error('InvalidAction')],
    ['a missing EC2 parameter', ec2('CreateLaunchTemplateVersion'), ec2Error('MissingParameter')],
    [
      'words for a number in EC2',
      ec2('DescribeInstances&MaxResults=many'),
      ec2Error('InvalidParameterValue'),
    ],
    [
      'a body that is no JSON',
      json('AmazonSSM.GetParameter', '{"Name":'),
      jsonError('SerializationException'),
    ],
    ['a JSON list', json('AmazonSSM.GetParameter', '["Name"]'), jsonError('ValidationException')],
    ['a JSON string', json('AmazonSSM.GetParameter', '"Name"'), jsonError('SerializationException')],
    ['JSON null', json('AmazonSSM.GetParameter', 'null'), jsonError('SerializationException')],
    [
      'text where a list belongs',
      json('AmazonSSM.GetParameters', '{"Names":"a"}'),
      jsonError('SerializationException'),
    ],
    [
      'null in a list',
      json('AmazonSSM.GetParameters', '{"Names":[null]}'),
      jsonError('SerializationException'),
    ],
    ['a missing member', json('AmazonSSM.GetParameter', '{}'), jsonError('ValidationException')],
    ['an empty JSON body', json('AmazonSSM.GetParameter', ''), jsonError('ValidationException')],
    ['an unknown JSON operation', json('AmazonSSM.Fly', '{}'), jsonError('UnknownOperationException')],
    [
      "another service's target",
      json('AmazonEC2.GetParameter', '{}'),
      jsonError('UnknownOperationException'),
    ],
    [
      'another content type',
      json('AmazonSSM.GetParameter', '{"Name":"a"}', 'text/plain'),
      jsonError('UnknownOperationException'),
    ],
    ['a service that is not there', form('dynamodb', 'Action=ListTables'), query('InvalidAction')],
    ['no signature', { ...autoScaling('DescribeAutoScalingGroups'), headers: {} }, query('InvalidAction')],
    [
      'a body that is not gzip as it says',
      gzipped(autoScaling('DescribeAutoScalingGroups')),
      query('ValidationError'),
    ],
    [
      'a path that no operation has',
      rest('elasticfilesystem', 'GET', '/nowhere'),
      restJsonError('no operation for GET /nowhere'),
      404,
    ],
    ['a method that no operation has', rest('elasticfilesystem', 'PATCH', efs), restJsonError('PATCH'), 404],
    [
      'a REST operation without a handler',
      rest('elasticfilesystem', 'GET', '/2015-02-01/mount-targets'),
      restJsonError('DescribeMountTargets'),
      404,
    ],
    [
      'words for a number in the URL',
      rest('elasticfilesystem', 'GET', efs, { query: [['MaxItems', 'many']] }),
      restJsonError('maxItems'),
    ],
    [
      'an escape that cannot be decoded',
      rest('elasticfilesystem', 'GET', `${efs}/%E0%A4%A/lifecycle-configuration`),
      restJsonError('cannot be read'),
    ],
    [
      'an unknown path in Route 53',
      rest('route53', 'GET', '/'),
      restXmlError('UnknownOperationException'),
      404,
    ],
    [
      'words for a number in Route 53',
      rest('route53', 'GET', '/2013-04-01/hostedzonesbyname', { query: [['maxitems', 'many']] }),
      restXmlError('InvalidInput'),
    ],
    [
      'an operation that S3 does not have here',
      rest('s3', 'DELETE', '/bucket/key'),
      s3Error('NotImplemented'),
      501,
    ],
    [
      'words for a number in S3',
      rest('s3', 'GET', '/bucket/key', { query: [['partNumber', 'many']] }),
      s3Error('InvalidRequest'),
    ],
    [
      'chunks that end too early',
      rest('s3', 'PUT', '/bucket/key', {
        headers: { authorization: signedFor('s3'), 'content-encoding': 'aws-chunked' },
        body: new TextEncoder().encode('ff\r\nshort'),
      }),
      s3Error('MalformedXML'),
    ],
    [
      'an unknown CBOR operation',
      cbor('/service/GraniteServiceVersion20100801/operation/Fly', []),
      /UnknownOperationException/,
      404,
    ],
    [
      'a body that is no CBOR',
      cbor('/service/GraniteServiceVersion20100801/operation/DescribeAlarms', [0xa1]),
      /SerializationException/,
    ],
    [
      'a missing CBOR member',
      cbor('/service/GraniteServiceVersion20100801/operation/GetMetricData', [0xa0]),
      /ValidationException/,
    ],
    [
      "another service's CBOR",
      cbor('/service/Other/operation/DescribeAlarms', [0xa0]),
      jsonError('UnknownOperationException'),
    ],
  ];

  it.each(cases)('%s', async (_what, request, expected, expectedStatus = 400) => {
    const { status, text } = await refusalOf(request);
    expect(text).toMatch(expected);
    expect(status).toBe(expectedStatus);
  });

  it('without a body where the method is HEAD', async () => {
    expect(await refusalOf(rest('s3', 'HEAD', '/bucket/key'))).toEqual({ status: 501, text: '' });
  });

  it('names the member that is missing, or wrong, by its path', async () => {
    expect((await refusalOf(json('AmazonSSM.GetParameters', '{"Names":["a",2]}'))).text).toContain(
      'names.2.member',
    );
    expect((await refusalOf(autoScaling('SetDesiredCapacity&AutoScalingGroupName=a'))).text).toContain(
      'desiredCapacity',
    );
  });

  it('whatever the headers and the body are', async () => {
    const signingNames = [
      'autoscaling',
      'ec2',
      'monitoring',
      'ssm',
      'sts',
      's3',
      'route53',
      'elasticfilesystem',
      '',
    ];
    const contentTypes = [
      'application/x-www-form-urlencoded',
      'application/x-amz-json-1.0',
      'application/x-amz-json-1.1',
      '',
    ];
    const operations = [
      'AmazonSSM.GetParameter',
      'GraniteServiceVersion20100801.GetMetricData',
      'AmazonSSM.__proto__',
      '.',
    ];
    const paths = [
      '/service/GraniteServiceVersion20100801/operation/GetMetricData',
      '/2015-02-01/file-systems',
      '/2013-04-01/hostedzone/%E0%A4%A',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .constantFrom(
          'Action=SetDesiredCapacity&Version=2011-01-01&',
          'Action=DescribeInstances&Version=2016-11-15&',
        )
        .chain((start) =>
          fc
            .array(
              fc.tuple(fc.stringMatching(/^(Filter|InstanceId|__proto__|\.|\d|%|Value){1,5}$/), fc.string()),
            )
            .map((pairs) => start + pairs.map(([key, value]) => `${key}=${value}`).join('&')),
        ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD'),
          path: fc.oneof(fc.webPath(), fc.string(), fc.constantFrom(...paths)),
          query: fc.array(fc.tuple(fc.string(), fc.string())),
          host: fc.oneof(fc.domain(), fc.string()),
          headers: fc.record({
            authorization: fc.oneof(
              fc.constantFrom(...signingNames).map((name) => signedFor(name)),
              fc.string(),
            ),
            'content-type': fc.constantFrom(...contentTypes),
            'x-amz-target': fc.oneof(fc.constantFrom(...operations), fc.string()),
            'content-encoding': fc.constantFrom('', '', 'gzip', 'aws-chunked'),
            'smithy-protocol': fc.constantFrom('', 'rpc-v2-cbor'),
          }),
          body: text.map((written) => new TextEncoder().encode(written)),
        }),
        async (request) => {
          const { statusCode, body } = await endpointWith(echo)(request);
          expect([200, 400, 404, 501]).toContain(statusCode);
          expect(body.byteLength > 0 || statusCode === 200 || request.method === 'HEAD').toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the service, the Region and the request id of a call', () => {
  async function callOf(request: WireRequest) {
    const seen: unknown[] = [];
    await endpointWith(async (service, operation, _input, call) => {
      seen.push(service.name, operation, call);
      return {};
    })(request);
    return seen;
  }
  const identity = form('sts', 'Action=GetCallerIdentity&Version=2011-06-15');
  const unsigned = (host: string): WireRequest => ({
    ...identity,
    host,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  });

  it('come from the signature', async () => {
    expect(await callOf({ ...identity, host: 'ec2.us-east-2.amazonaws.com' })).toEqual([
      'sts',
      'GetCallerIdentity',
      { region: 'eu-west-1', requestId: '00000000-0000-4000-8000-000000000001' },
    ]);
  });

  it('come from the host where there is no signature', async () => {
    expect(await callOf(unsigned('sts.ap-south-1.amazonaws.com'))).toMatchObject([
      'sts',
      'GetCallerIdentity',
      { region: 'ap-south-1' },
    ]);
    expect(await callOf(unsigned('sts.amazonaws.com'))).toMatchObject([
      'sts',
      'GetCallerIdentity',
      { region: 'us-east-1' },
    ]);
  });
});

describe('a form', () => {
  async function inputOf(request: WireRequest): Promise<unknown> {
    let received: unknown;
    const response = await endpointWith(async (_service, operation, input) => {
      received = { operation, input };
      return {};
    })(request);
    expect(response.statusCode).toBe(200);
    return received;
  }
  const asked = {
    operation: 'SetDesiredCapacity',
    input: { AutoScalingGroupName: 'app', DesiredCapacity: 4 },
  };
  const parameters = 'SetDesiredCapacity&AutoScalingGroupName=app&DesiredCapacity=4';

  it('is read from the URL of a GET', async () => {
    const query = [...new URLSearchParams(`Action=${parameters}&Version=2011-01-01`)];
    expect(await inputOf(rest('autoscaling', 'GET', '/', { query }))).toEqual(asked);
  });

  it('is read where it comes gzipped', async () => {
    const request = autoScaling(parameters);
    expect(await inputOf(gzipped(request, gzipSync(request.body)))).toEqual(asked);
  });
});

describe('a JSON target', () => {
  it('may have the name of a package before it, as botocore writes it for CloudTrail', async () => {
    const seen: string[] = [];
    const answered = endpointWith(async (_service, operation) => {
      seen.push(operation);
      return {};
    });
    await answered(json('AmazonSSM.GetParameter', '{"Name":"a"}'));
    await answered(json('com.amazonaws.ssm.AmazonSSM.GetParameter', '{"Name":"a"}'));
    await answered(json('NotAmazonSSM.GetParameter', '{"Name":"a"}'));
    expect(seen).toEqual(['GetParameter', 'GetParameter']);
  });
});

describe('services that share a signing name', () => {
  const classic = { ...catalogue['auto-scaling'], version: '2009-05-15' } as WireSettings;
  const shared = [
    { name: 'classic', operations: { DescribeAutoScalingGroups: handler } },
    ...services.slice(0, 1),
  ];
  const seen: string[] = [];
  const answered = createEndpoint(
    shared,
    async ({ name }) => {
      seen.push(name);
      return {};
    },
    { newRequestId: countedRequestIds(), catalogue: { ...catalogue, classic } },
  );

  it('are told apart by the version of a form', async () => {
    await answered(autoScaling('DescribeAutoScalingGroups'));
    await answered(form('autoscaling', 'Action=DescribeAutoScalingGroups&Version=2009-05-15'));
    expect(seen).toEqual(['auto-scaling', 'classic']);
  });
});

describe('the schemas of a service', () => {
  const loaded: string[] = [];
  const counting = Object.fromEntries(
    Object.entries(catalogue).map(([name, settings]) => [
      name,
      {
        ...settings,
        schemas: () => {
          loaded.push(name);
          return settings.schemas();
        },
      },
    ]),
  );

  it('are loaded once, when the service is first called', async () => {
    const answered = endpointWith(echo, { catalogue: counting });
    expect(loaded).toEqual([]);
    await Promise.all([answered(autoScaling('DescribeAutoScalingGroups')), answered(autoScaling('Fly'))]);
    await answered(ec2('DescribeInstances'));
    await answered(ec2('DescribeInstances'));
    expect(loaded).toEqual(['auto-scaling', 'ec2']);
  });

  it('must hold every operation that has a handler', async () => {
    const withTypo = [{ name: 'sts', operations: { GetCallerIdentitty: handler } }];
    const answered = createEndpoint(withTypo, echo, { newRequestId: countedRequestIds() });
    await expect(answered(form('sts', 'Action=GetCallerIdentity&Version=2011-06-15'))).rejects.toThrow(
      new Bug('src/sandbox/schemas/sts.ts does not export the schema of GetCallerIdentitty'),
    );
  });

  it('must be in the catalogue', () => {
    const unlisted = [{ name: 'quantum', operations: {} }];
    expect(() => createEndpoint(unlisted, echo, { newRequestId: countedRequestIds() })).toThrow(Bug);
  });
});
