import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { describe, expect, it } from 'vitest';
import { awsQuery } from '../../../src/sandbox/protocols/query.ts';
import { rpcV2Cbor } from '../../../src/sandbox/protocols/rpc-v2-cbor.ts';
import { catalogue } from '../../../src/sandbox/schemas/catalogue.ts';
import { roundTripFailures } from './round-trip.ts';
import { operationsOf, sdkPackages } from './sdk-packages.ts';

const cloudwatch = sdkPackages.filter(({ name }) => name === 'cloudwatch');

/** They answer in events over an open connection, and so need more than one answer to a request. Nothing else is left out. */
const eventStreams: Readonly<Record<string, readonly string[]>> = {
  'cloudwatch-logs': ['GetLogObject', 'StartLiveTail'],
  s3: ['SelectObjectContent'],
};

describe('every operation whose schema the sandbox has', () => {
  it.each(sdkPackages)('of $name arrives and comes back as it was sent', async (sdk) => {
    const schemas = (await catalogue[sdk.name]?.schemas()) ?? {};
    expect(operationsOf(schemas)).not.toHaveLength(0);
    expect(await roundTripFailures(sdk, schemas)).toEqual({});
  });
});

/** The gate for a new version of the SDK: its schemas are exported, but their form is not promised. */
describe('every operation of the whole SDK package', { timeout: 60_000 }, () => {
  it.each(sdkPackages)('$name', async (sdk) => {
    const left = eventStreams[sdk.name] ?? [];
    const operations = operationsOf(sdk.module).filter(([, , name]) => !left.includes(name));
    const failures = await roundTripFailures(sdk, operations);
    process.stdout.write(
      `${sdk.name}: ${operations.length - Object.keys(failures).length} of ${operations.length} operations pass\n`,
    );
    expect(failures).toEqual({});
  });

  it.each(cloudwatch)('$name over query, as older clients speak to it', async (sdk) => {
    const options = { protocol: AwsQueryProtocol, settings: { protocols: [awsQuery] } } as const;
    expect(await roundTripFailures(sdk, sdk.module, options)).toEqual({});
  });

  it.each(cloudwatch)('$name over CBOR, as newer clients speak to it', async (sdk) => {
    const options = { protocol: AwsSmithyRpcV2CborProtocol, settings: { protocols: [rpcV2Cbor] } } as const;
    expect(await roundTripFailures(sdk, sdk.module, options)).toEqual({});
  });

  it('but those with event streams', () => {
    const streams = ([, , , , ...sides]: ReturnType<typeof operationsOf>[number]) =>
      sides.some((side) => {
        const schema = NormalizedSchema.of(side);
        return schema.isStructSchema() && schema.getEventStreamMember() !== '';
      });
    const found = sdkPackages.map(({ name, module }) => [
      name,
      operationsOf(module)
        .filter(streams)
        .map(([, , operation]) => operation),
    ]);
    expect(Object.fromEntries(found.filter(([, operations]) => operations?.length))).toEqual(eventStreams);
  });
});
