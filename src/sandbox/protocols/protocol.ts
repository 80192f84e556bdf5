import type { AwsFault } from '../service.ts';
import type { WireFault } from './fault.ts';
import type { Misfit } from './misfit.ts';
import type { Operation, ServiceModel, WireSettings } from './service-model.ts';

/** One HTTP request, whatever brought it. Names of headers are in lower case. */
export interface WireRequest {
  readonly method: string;
  /** As the `Host` header has it, with or without a port. */
  readonly host: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** Decoded and in order; a key may come again, and `?acl` is `['acl', '']`. */
  readonly query: readonly (readonly [key: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  /** Clients take this body as a stream. */
  readonly streamed?: boolean;
}

/** The server's side of one AWS protocol. It knows shapes, never a service. */
export interface Protocol {
  /** The request as the rest of the protocol reads it, for example unzipped. Whatever this throws means that the body cannot be read. */
  open(request: WireRequest): WireRequest;
  /** Whether it is a request of this protocol to this service. Needs no schema, so that none is loaded for another service. */
  recognises(request: WireRequest, settings: WireSettings): boolean;
  /** The operation that a recognised request names, known or not; `undefined` where it names none. */
  operationNamed(
    request: WireRequest,
    settings: WireSettings,
    operations: ServiceModel['operations'],
  ): string | undefined;
  /** Whatever this throws besides an `AwsFault` means that the body cannot be read. */
  readInput(request: WireRequest, operation: Operation): unknown;
  writeOutput(output: unknown, operation: Operation, settings: WireSettings, requestId: string): WireResponse;
  writeFault(fault: WireFault, settings: WireSettings, requestId: string): WireResponse;
  /** In the codes and words that AWS has for it in this protocol. */
  unknownOperation(message: string): AwsFault;
  unreadableBody(): AwsFault;
  unfitInput(misfit: Misfit): AwsFault;
}
