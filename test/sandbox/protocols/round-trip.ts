import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { type Answer, createEndpoint } from '../../../src/sandbox/protocols/endpoint.ts';
import type { WireSettings } from '../../../src/sandbox/protocols/service-model.ts';
import { catalogue } from '../../../src/sandbox/schemas/catalogue.ts';
import type { Service } from '../../../src/sandbox/service.ts';
import { handlerOf } from '../../../src/sandbox/transport.ts';
import { countedRequestIds } from './counted-request-ids.ts';
import { comparable, filledValue } from './filled-values.ts';
import {
  type ClientOptions,
  clientDefaults,
  commandOf,
  operationsOf,
  type SdkPackage,
} from './sdk-packages.ts';

const neverCalled = () => {
  throw new Error('the answer of the test stands in for the handlers');
};

/** A service that has every operation of the schemas, with one answer for all of them. */
export function serviceOf(name: string, schemas: object): Service {
  return {
    name,
    operations: Object.fromEntries(operationsOf(schemas).map(([, , operation]) => [operation, neverCalled])),
  };
}

export function clientOf(
  sdk: SdkPackage,
  schemas: object,
  answer: Answer,
  { settings = {}, ...options }: Partial<ClientOptions> & { settings?: Partial<WireSettings> } = {},
) {
  const own = catalogue[sdk.name];
  if (own === undefined) throw new Error(`${sdk.name} is not in the catalogue`);
  const endpoint = createEndpoint([serviceOf(sdk.name, schemas)], answer, {
    newRequestId: countedRequestIds(),
    catalogue: { [sdk.name]: { ...own, schemas: async () => schemas, ...settings } },
  });
  return sdk.client({ ...clientDefaults, maxAttempts: 1, ...options, requestHandler: handlerOf(endpoint) });
}

/** What did not arrive as it was sent, by operation, after every operation was called once with every member filled. */
export async function roundTripFailures(
  sdk: SdkPackage,
  schemas: object,
  options: Parameters<typeof clientOf>[3] = {},
): Promise<Record<string, string>> {
  let received: unknown;
  let output: unknown;
  const answer: Answer = async (_service, _operation, input) => {
    received = input;
    return output;
  };
  const client = clientOf(sdk, schemas, answer, options);
  const failures: Record<string, string> = {};
  for (const [, , operation, , inputSchema, outputSchema] of operationsOf(schemas)) {
    const input = filledValue(inputSchema);
    output = filledValue(outputSchema);
    received = undefined;
    try {
      const result = await collected(await client.send(commandOf(sdk.module, operation, input)));
      if (!isDeepStrictEqual(comparable(received), comparable(input))) failures[operation] = 'another input';
      else if (!isDeepStrictEqual(comparable(result), comparable(output)))
        failures[operation] = 'another output';
    } catch (error) {
      failures[operation] = String(error);
    }
  }
  return failures;
}

/** The SDK hands out some payloads as streams. */
async function collected(result: Record<string, unknown>): Promise<Record<string, unknown>> {
  const members = Object.entries(result).map(async ([member, value]) => [
    member,
    value instanceof Readable && 'transformToByteArray' in value
      ? await (value as unknown as { transformToByteArray(): Promise<Uint8Array> }).transformToByteArray()
      : value,
  ]);
  return Object.fromEntries(await Promise.all(members));
}
