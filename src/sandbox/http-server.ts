import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { systemClock } from '../clock.ts';
import { type Milliseconds, minutes, seconds } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { answerControl, controlPath, type ServedSandbox } from './control.ts';
import { bodyWithin, headersOf, type Reply, refuse, send, targetOf } from './http-server/exchange.ts';
import { type Pacing, startPacing } from './http-server/pacing.ts';
import { internalFailure, rawAnswer, refusalOf, tooLarge, unparsable } from './http-server/refusal.ts';
import { mostBodyBytes } from './protocols/content-encoding.ts';
import { ConnectionLost } from './protocols/endpoint.ts';

export interface HttpServerOptions {
  readonly sandbox: ServedSandbox;
  /** Virtual seconds per real second; with 0 time stands still until somebody lets it jump. */
  readonly speed: number;
  /** 0 for any that is free. */
  readonly port: number;
  readonly limits?: Partial<Limits>;
  /** A fault of the sandbox itself, which its client cannot do anything about. */
  report(fault: unknown): void;
}

interface Limits {
  readonly bodyBytes: number;
  /** Real time within which a whole request must have arrived. */
  readonly arrival: Milliseconds;
  /** Real time for which an answer that never comes is waited for. */
  readonly silence: Milliseconds;
}

const usualLimits: Limits = { bodyBytes: mostBodyBytes, arrival: minutes(1), silence: minutes(5) };

export interface HttpServer {
  readonly port: number;
  readonly url: string;
  /** Cuts what is under way. */
  close(): Promise<void>;
}

const loopback = '127.0.0.1';

/**
 * Serves a sandbox to every AWS client on this machine, and to nobody else. Whatever is sent gets an answer in AWS's own
 * shape and ends nothing but its own connection.
 * @throws UsageError where the port is not to be had
 */
export async function serveOverHttp(options: HttpServerOptions): Promise<HttpServer> {
  const { sandbox, speed, report } = options;
  const limits = { ...usualLimits, ...options.limits };
  const closing = new AbortController();
  const pacing = startPacing({ world: sandbox, speed, report });
  const serving: Serving = { sandbox, pacing, limits, report, closing: closing.signal };
  const server = createServer({
    requestTimeout: limits.arrival,
    headersTimeout: limits.arrival,
    // Node's 5 s end connections just when a client that waits in between uses them again: a reset that nobody injected.
    keepAliveTimeout: minutes(5),
    connectionsCheckingInterval: Math.min(seconds(5), limits.arrival),
    // Refused below, in AWS's shape.
    requireHostHeader: false,
  });
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, serving).catch((fault: unknown) => {
      report(fault);
      response.destroy();
    });
  };
  server.on('request', serve);
  server.on('checkContinue', (request, response) => {
    if (!(Number(request.headers['content-length']) > limits.bodyBytes)) response.writeContinue();
    else response.setHeader('connection', 'close');
    serve(request, response);
  });
  server.on('checkExpectation', (request, response) =>
    refuse(request, response, {
      status: 417,
      code: 'ExpectationFailed',
      message: 'The sandbox knows no other expectation than 100-continue.',
    }),
  );
  answerTheUnparsable(server);

  await listening(server, options.port);
  void pacing.run(closing.signal).catch(report);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    port,
    url: `http://${loopback}:${port}`,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        new UsageError({
          code: taken ? 'PORT_TAKEN' : 'PORT_UNAVAILABLE',
          message: taken
            ? `Port ${port} of ${loopback} is taken: by another sandbox, or by another program`
            : `Port ${port} of ${loopback} cannot be used: ${cause.message}`,
          hint: `runbook sandbox serve --port ${port < 65_535 ? Math.max(port + 1, 1024) : 4600}`,
          cause,
        }),
      );
    });
    server.listen(port, loopback, resolve);
  });
}

interface Serving extends Pick<HttpServerOptions, 'sandbox' | 'report'> {
  readonly pacing: Pacing;
  readonly limits: Limits;
  readonly closing: AbortSignal;
}

async function answer(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { sandbox, pacing, limits, report } = serving;
  const refusal = refusalOf(request.headers);
  if (refusal !== undefined) return refuse(request, response, refusal);
  let body: Uint8Array | undefined;
  try {
    body =
      Number(request.headers['content-length']) > limits.bodyBytes && request.headers.expect !== undefined
        ? undefined
        : await bodyWithin(limits.bodyBytes, request);
  } catch {
    // The client went away: there is nobody to tell.
    return;
  }
  if (body === undefined) return refuse(request, response, tooLarge(limits.bodyBytes));
  try {
    pacing.catchUp();
    const { path, query } = targetOf(request.url ?? '/');
    const asked = { method: request.method ?? 'GET', path, query, headers: headersOf(request), body };
    const reply: Reply = path.startsWith(controlPath)
      ? await answerControl(asked, { sandbox, pacing })
      : await sandbox.endpoint({ ...asked, host: asked.headers['host'] ?? loopback });
    const headers = { ...reply.headers, 'x-runbook-sandbox-now': sandbox.clock.now().toISOString() };
    send(response, { ...reply, headers });
  } catch (error) {
    if (error instanceof ConnectionLost) return lose(request, response, { kind: error.kind, serving });
    report(error);
    refuse(request, response, internalFailure);
  }
}

/** What a network does to a caller, done to its socket. */
async function lose(
  request: IncomingMessage,
  response: ServerResponse,
  { kind, serving }: { kind: ConnectionLost['kind']; serving: Serving },
): Promise<void> {
  if (kind === 'timeout') {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const given = AbortSignal.any([gone.signal, serving.closing]);
    if (!response.destroyed) await systemClock.sleep(serving.limits.silence, given).catch(() => {});
  }
  request.socket.resetAndDestroy();
}

/** Answers before that on the same connection go first: their requests were whole. */
function answerTheUnparsable(server: Server): void {
  const underWay = new WeakMap<Duplex, Set<ServerResponse>>();
  const note = (request: IncomingMessage, response: ServerResponse): void => {
    const responses = underWay.get(request.socket) ?? new Set();
    underWay.set(request.socket, responses.add(response));
    response.once('close', () => responses.delete(response));
  };
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.prependListener(event, note);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const whole = [...(underWay.get(socket) ?? [])].filter(({ req }) => req.complete);
    const answers = whole.map((response) => new Promise((resolve) => response.once('close', resolve)));
    void Promise.all(answers).then(() => {
      if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else socket.end(rawAnswer(unparsable(error)), () => socket.destroy());
    });
  });
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    const message = 'The sandbox is no proxy.';
    socket.end(rawAnswer({ status: 405, code: 'MethodNotAllowed', message }));
  });
}
