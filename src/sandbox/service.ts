import type { World } from './world.ts';

/** Who calls, and where: what a handler may know of the request besides its input. */
export interface Call {
  readonly region: string;
  /** UUID, as AWS gives one to every answer. */
  readonly requestId: string;
  /** What the client calls itself. */
  readonly userAgent?: string | undefined;
}

/** Changes the world and answers in the SDK's own shape, with `Date`s for timestamps. Throws `AwsFault` and nothing else. */
export type Handler<Input, Output> = (world: World, input: Input, call: Call) => Output;

/** An answer that is an error. `code` is the name of a modelled error shape, or any other code that AWS documents. */
export class AwsFault extends Error {
  readonly code: string;
  /** HTTP status, where the error's schema does not say: 400 is the sender's fault, 500 and 503 the service's. */
  readonly status: number | undefined;
  /** Further members of the modelled error shape. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.status = options.status;
    this.members = options.members ?? {};
  }
}

export interface Service {
  /** Name of the SDK's package without `@aws-sdk/client-`. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: each handler is typed in its own file; the wire only passes on what the schema read
  readonly operations: Readonly<Record<string, Handler<any, any>>>;
  /** Operations that change the world although they are called as if they only read. */
  readonly writes?: readonly string[];
}
