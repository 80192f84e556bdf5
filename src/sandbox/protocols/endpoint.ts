import { Bug } from '../../errors.ts';
import { catalogue as awsCatalogue } from '../schemas/catalogue.ts';
import { AwsFault, type Call, type Service } from '../service.ts';
import { destinationOf } from './destination.ts';
import { wireFault } from './fault.ts';
import { jsonRpc } from './json-rpc.ts';
import { findMisfit } from './misfit.ts';
import type { Protocol, WireRequest, WireResponse } from './protocol.ts';
import { awsQuery } from './query.ts';
import { modelOf, type ServiceModel, type WireSettings } from './service-model.ts';

/** Carries out one call. Throws `AwsFault` for an answer that is an error, `ConnectionLost` for no answer at all. */
export type Answer = (service: Service, operation: string, input: unknown, call: Call) => Promise<unknown>;

/** What happens to the caller's socket: `reset` closes it, `timeout` never answers. */
export class ConnectionLost extends Error {
  readonly kind: 'reset' | 'timeout';

  constructor(kind: 'reset' | 'timeout') {
    super(`The connection was lost: ${kind}`);
    this.name = 'ConnectionLost';
    this.kind = kind;
  }
}

export interface EndpointOptions {
  /** Gives every request an id, unlike any before it. */
  readonly newRequestId: () => string;
  readonly catalogue?: Readonly<Record<string, WireSettings>>;
}

/**
 * Answers requests as AWS would, whatever they hold.
 * @throws ConnectionLost where the answer to the call threw it
 * @throws Bug for any other exception of the answer, and for an output that does not fit the operation's schema
 */
export type Endpoint = (request: WireRequest) => Promise<WireResponse>;

export function createEndpoint(
  services: readonly Service[],
  answer: Answer,
  { newRequestId, catalogue = awsCatalogue }: EndpointOptions,
): Endpoint {
  const reachable = services.map((service) => reach(service, catalogue));

  return async (request) => {
    const { signingName, region } = destinationOf(request);
    const requestId = newRequestId();
    const addressed = reachable.filter(({ settings }) => isSignedAs(settings, signingName));
    if (region === undefined) return refuseRegion(request, addressed[0], requestId);
    const call: Call = { region, requestId, userAgent: request.headers['user-agent'] };
    const response =
      (await serveFirst(request, addressed, call, answer)) ??
      refuseUnrecognised(request, addressed[0], signingName, call);
    return request.method === 'HEAD' ? { ...response, body: new Uint8Array() } : response;
  };

  function refuseUnrecognised(
    request: WireRequest,
    addressed: Reachable | undefined,
    signingName: string | undefined,
    { requestId }: Call,
  ): WireResponse {
    const settings = addressed?.settings ?? nobody(request);
    const message = addressed
      ? `The request names no operation of ${addressed.service.name} in a protocol and version that the sandbox speaks.`
      : `The sandbox has no service ${signingName ?? 'for a request without a signature'}. It has ${services.map(({ name }) => name).join(', ')}.`;
    const [protocol] = settings.protocols;
    return protocol.writeFault(wireFault(protocol.unknownOperation(message), new Map()), settings, requestId);
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html#reference_sigv-troubleshooting-credential-scope */
function refuseRegion(
  request: WireRequest,
  addressed: Reachable | undefined,
  requestId: string,
): WireResponse {
  const settings = addressed?.settings ?? nobody(request);
  const isJson = request.headers['content-type']?.includes('json') ?? false;
  const fault = new AwsFault(
    isJson ? 'InvalidSignatureException' : 'SignatureDoesNotMatch',
    'Credential should be scoped to a valid region.',
    { status: 403 },
  );
  return settings.protocols[0].writeFault(wireFault(fault, new Map()), settings, requestId);
}

const isSignedAs = ({ signingName, alsoSignedAs = [] }: WireSettings, name: string | undefined): boolean =>
  name !== undefined && (signingName === name || alsoSignedAs.includes(name));

/** Several services may share a signing name, and a service may speak several protocols: the first that knows the request has it. */
async function serveFirst(
  received: WireRequest,
  addressed: readonly Reachable[],
  call: Call,
  answer: Answer,
): Promise<WireResponse | undefined> {
  for (const { service, settings, model } of addressed) {
    for (const protocol of settings.protocols) {
      const request = opened(received, protocol);
      if (request === undefined)
        return protocol.writeFault(wireFault(protocol.unreadableBody(), new Map()), settings, call.requestId);
      if (protocol.recognises(request, settings))
        return serve(request, { service, settings, model: await model(), protocol, call }, answer);
    }
  }
  return undefined;
}

function opened(request: WireRequest, protocol: Protocol): WireRequest | undefined {
  try {
    return protocol.open(request);
  } catch {
    return undefined;
  }
}

interface Reachable {
  readonly service: Service;
  readonly settings: WireSettings;
  /** Loads on the first call: EC2's schemas alone are most of a start. */
  model(): Promise<ServiceModel>;
}

function reach(service: Service, catalogue: Readonly<Record<string, WireSettings>>): Reachable {
  const settings = catalogue[service.name];
  if (settings === undefined) throw new Bug(`The sandbox's catalogue of services has no ${service.name}`);
  const load = async () => {
    const model = modelOf(await settings.schemas());
    const unknown = Object.keys(service.operations).filter((name) => !model.operations.has(name));
    if (unknown.length > 0)
      throw new Bug(
        `src/sandbox/schemas/${service.name}.ts does not export the schema of ${unknown.join(', ')}`,
      );
    return model;
  };
  let model: Promise<ServiceModel> | undefined;
  return {
    service,
    settings,
    model() {
      model ??= load();
      return model;
    },
  };
}

interface Exchange {
  readonly service: Service;
  readonly settings: WireSettings;
  readonly model: ServiceModel;
  readonly protocol: Protocol;
  readonly call: Call;
}

async function serve(request: WireRequest, exchange: Exchange, answer: Answer): Promise<WireResponse> {
  const { service, settings, model, protocol, call } = exchange;
  const refuse = (fault: AwsFault) =>
    protocol.writeFault(wireFault(fault, model.errors), settings, call.requestId);

  const named = protocol.operationNamed(request, settings, model.operations);
  const operation = named === undefined ? undefined : model.operations.get(named);
  if (operation === undefined || !Object.hasOwn(service.operations, operation.name))
    return refuse(
      protocol.unknownOperation(
        named === undefined
          ? `The sandbox's ${service.name} has no operation for ${request.method} ${request.path}.`
          : `The sandbox's ${service.name} does not have the operation ${named}.`,
      ),
    );

  let input: unknown;
  try {
    input = await protocol.readInput(request, operation);
  } catch (error) {
    return refuse(error instanceof AwsFault ? error : protocol.unreadableBody());
  }
  const unfitInput = findMisfit(operation.input, input, 'required');
  if (unfitInput) return refuse(protocol.unfitInput(unfitInput));

  const where = `The sandbox's ${service.name} failed in ${operation.name}`;
  let output: unknown;
  try {
    output = (await answer(service, operation.name, input, call)) ?? {};
  } catch (error) {
    if (error instanceof AwsFault) return refuse(error);
    if (error instanceof ConnectionLost) throw error;
    throw new Bug(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  // AWS leaves members out that its model requires, and so may a handler.
  const unfitOutput = findMisfit(operation.output, output, 'optional');
  if (unfitOutput) throw new Bug(`${where}: its output has the wrong type at ${unfitOutput.path.join('.')}`);
  return protocol.writeOutput(output, operation, settings, call.requestId);
}

/** Stands in for a service that is not there, so that the caller gets an error that it can read. */
function nobody({ headers }: WireRequest): WireSettings {
  const json = headers['content-type']?.startsWith('application/x-amz-json') ?? false;
  return {
    signingName: '',
    version: '',
    xmlNamespace: '',
    target: '',
    protocols: [json ? jsonRpc('1.1') : awsQuery],
    schemas: async () => ({}),
  };
}
