import type { AwsFault } from '../service.ts';
import type { WireFault } from './fault.ts';
import type { Misfit } from './misfit.ts';
import type { Operation, WireSettings } from './service-model.ts';

/** One HTTP request, whatever brought it. Names of headers are in lower case. */
export interface WireRequest {
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** The server's side of one AWS protocol. It knows shapes, never a service. */
export interface Protocol {
  /** The operation that the request names, known or not; `undefined` where it is no request of this protocol to this service. */
  operationNamed(request: WireRequest, settings: WireSettings): string | undefined;
  /** Whatever this throws means that the body cannot be read. */
  readInput(request: WireRequest, operation: Operation): unknown;
  writeOutput(output: unknown, operation: Operation, settings: WireSettings, requestId: string): WireResponse;
  writeFault(fault: WireFault, settings: WireSettings, requestId: string): WireResponse;
  /** In the codes and words that AWS has for it in this protocol. */
  unknownOperation(message: string): AwsFault;
  unreadableBody(): AwsFault;
  unfitInput(misfit: Misfit): AwsFault;
}
