import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticErrorSchema } from '@smithy/types';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/sandbox/schemas/catalogue.ts';
import { AwsFault } from '../../../src/sandbox/service.ts';
import { comparable, filledValue } from './filled-values.ts';
import { clientOf } from './round-trip.ts';
import { commandOf, errorsOf, operationsOf, type SdkPackage, sdkPackages } from './sdk-packages.ts';

const packageNamed = (name: string) => {
  const found = sdkPackages.find((sdk) => sdk.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

/** The error that the client throws for a fault, whatever the operation. */
async function thrownFor(
  sdk: SdkPackage,
  fault: AwsFault,
  options?: Parameters<typeof clientOf>[3],
): Promise<Record<string, unknown>> {
  const answer = async () => {
    throw fault;
  };
  const client = clientOf(sdk, sdk.module, answer, options);
  const [operation] = operationsOf(sdk.module);
  if (operation === undefined) throw new Error(`${sdk.name} has no operations`);
  return client.send(commandOf(sdk.module, operation[2], filledValue(operation[4]))).then(
    () => ({ thrown: 'nothing' }),
    (error) => error,
  );
}

const isMessage = (member: string) => member.toLowerCase() === 'message';

async function faultFailure(
  sdk: SdkPackage,
  schema: StaticErrorSchema,
  options?: Parameters<typeof clientOf>[3],
): Promise<string | undefined> {
  const [, , shape] = schema;
  const filled = Object.entries(filledValue(schema) as object).filter(([member]) => !isMessage(member));
  const members = Object.fromEntries(filled);
  const thrown = await thrownFor(sdk, new AwsFault(shape, 'It is <so> & "so".', { members }), options);
  const ErrorClass = Reflect.get(sdk.module, shape);
  const came = Object.fromEntries(filled.map(([member]) => [member, thrown[member]]));
  const traits = NormalizedSchema.of(schema).getMergedTraits() as {
    httpError?: number;
    awsQueryError?: [string, number];
    error?: string;
  };
  const status = traits.httpError ?? traits.awsQueryError?.[1] ?? (traits.error === 'server' ? 500 : 400);
  const metadata = thrown['$metadata'] as { httpStatusCode?: number; requestId?: string } | undefined;
  if (!(thrown instanceof ErrorClass)) return `came as ${String(thrown)}`;
  if (thrown['message'] !== 'It is <so> & "so".') return `message ${String(thrown['message'])}`;
  if (JSON.stringify(comparable(came)) !== JSON.stringify(comparable(members))) return 'other members';
  if (metadata?.httpStatusCode !== status) return `status ${metadata?.httpStatusCode} and not ${status}`;
  if (metadata.requestId !== '00000000-0000-4000-8000-000000000001')
    return `request id ${metadata.requestId}`;
  return undefined;
}

async function faultFailures(
  sdk: SdkPackage,
  options?: Parameters<typeof clientOf>[3],
): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  for (const schema of errorsOf(sdk.module)) {
    const failure = await faultFailure(sdk, schema, options);
    if (failure) failures[schema[2]] = failure;
  }
  return failures;
}

/** The SDK, not the sandbox, mixes these up. */
const namedExceptions: Record<string, Record<string, string>> = {
  cloudwatch: {
    // Its code in query is `ResourceNotFound`, by which the client finds the other shape of that name.
    DashboardNotFoundError: 'came as ResourceNotFound: It is <so> & "so".',
  },
};

describe('every modelled error', { timeout: 60_000 }, () => {
  it.each(sdkPackages)(
    'of $name comes back as its own class, with its members, status and request id',
    async (sdk) => {
      const schemas = errorsOf(sdk.module);
      const failures = await faultFailures(sdk);
      process.stdout.write(
        `${sdk.name}: ${schemas.length - Object.keys(failures).length} of ${schemas.length} errors pass\n`,
      );
      expect(failures).toEqual(namedExceptions[sdk.name] ?? {});
    },
  );

  it.each([
    ['query', AwsQueryProtocol],
    ['CBOR', AwsSmithyRpcV2CborProtocol],
  ])('of CloudWatch does so over %s, for older and newer clients', async (_name, protocol) => {
    expect(await faultFailures(packageNamed('cloudwatch'), { protocol })).toEqual(
      namedExceptions['cloudwatch'],
    );
  });

  it.each(sdkPackages)(
    'that the SDK documents for an operation of $name stands in our schemas',
    async ({ name }) => {
      const schemas = (await catalogue[name]?.schemas()) ?? {};
      const documented = new Set(
        operationsOf(schemas).flatMap(([, , operation]) => documentedErrors(name, operation)),
      );
      const exported = errorsOf(schemas).map(([, , shape]) => shape);
      expect(exported.sort()).toEqual([...documented].sort());
    },
  );

  it('is found by its code on the wire as well as by the name of its shape', async () => {
    const autoScaling = packageNamed('auto-scaling');
    for (const code of ['InstanceRefreshInProgress', 'InstanceRefreshInProgressFault'])
      expect(await thrownFor(autoScaling, new AwsFault(code, 'One is under way.'))).toMatchObject({
        name: 'InstanceRefreshInProgressFault',
        Code: 'InstanceRefreshInProgress',
      });
  });
});

describe('a code that no shape models', () => {
  it.each(sdkPackages)('goes out of $name as it is, with the status that the fault gives', async (sdk) => {
    expect(await thrownFor(sdk, new AwsFault('ServiceUnavailable', 'Later.', { status: 503 }))).toMatchObject(
      {
        name: 'ServiceUnavailable',
        message: 'Later.',
        $fault: 'server',
        $metadata: { httpStatusCode: 503 },
      },
    );
    expect(await thrownFor(sdk, new AwsFault('Some.Odd-Code', 'Yours.'))).toMatchObject({
      name: 'Some.Odd-Code',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
  });
});

const installed = createRequire(import.meta.url);

/** The model ties errors to operations; of that the SDK keeps only the `@throws` lines of its commands. */
function documentedErrors(name: string, operation: string): string[] {
  const root = dirname(installed.resolve(`@aws-sdk/client-${name}/package.json`));
  const text = readFileSync(join(root, 'dist-types', 'commands', `${operation}Command.d.ts`), 'utf8');
  return [...text.matchAll(/@throws \{@link (\w+)\}/g)]
    .map(([, shape]) => shape ?? '')
    .filter((shape) => !shape.endsWith('ServiceException'));
}
