import { systemClock } from '../clock.ts';
import { type Milliseconds, seconds } from '../duration.ts';
import { OperatorError, UsageError } from '../errors.ts';

/** Where `runbook sandbox serve` listens if nothing else is said. */
export const usualPort = 4599;

/** A sandbox that another process serves, on this machine. */
export interface SandboxServer {
  readonly url: string;
  /**
   * @throws UsageError where nobody listens, or what listens is no sandbox, or it says that the request is wrong
   * @throws OperatorError where the sandbox failed
   */
  get<Answer>(route: string, query?: Readonly<Record<string, string>>, options?: AskOptions): Promise<Answer>;
  /** @throws as `get` */
  post<Answer>(route: string, body: object, options?: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Real time to wait for the whole answer. */
  readonly patience?: Milliseconds;
}

export interface ClockAnswer {
  readonly now: string;
  /** Virtual seconds per real second. */
  readonly speed: number;
}

export function sandboxServer(url: string): SandboxServer {
  const base = new URL(url).origin;

  async function ask<Answer>(route: string, init: RequestInit, options: AskOptions = {}): Promise<Answer> {
    const { status, text } = await within(options, async (signal) => {
      const response = await fetch(`${base}/_sandbox/${route}`, { ...init, redirect: 'manual', signal });
      return { status: response.status, text: await response.text() };
    }).catch((cause: unknown) => {
      throw notRunning(base, cause);
    });
    const content = jsonObjectIn(text);
    if (content === undefined) throw noSandbox(base);
    if (status === 200) return content as Answer;
    throw refusalIn(content, status) ?? noSandbox(base);
  }

  return {
    url: base,
    get: (route, query = {}, options) => {
      const search = new URLSearchParams(query).toString();
      return ask(search === '' ? route : `${route}?${search}`, { method: 'GET' }, options);
    },
    post: (route, body, options) =>
      ask(
        route,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-runbook-sandbox': '1' },
          body: JSON.stringify(body),
        },
        options,
      ),
  };
}

/** @returns the sandbox that listens at `url`, or `undefined` where none does */
export async function sandboxListeningAt(url: string): Promise<SandboxServer | undefined> {
  const server = sandboxServer(url);
  try {
    const { now, speed } = await server.get<Partial<ClockAnswer>>('clock', {}, { patience: seconds(5) });
    return typeof now === 'string' && typeof speed === 'number' ? server : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an address leads to this machine. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (
    protocol === 'http:' && /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
  );
}

/** @throws whatever `work` throws, or an error where the signal or the time ended it */
async function within<Result>(
  { signal, patience = seconds(60) }: AskOptions,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const stop = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const tooLong = systemClock.sleep(patience, stop).then(() => {
    throw new Error(`no answer within ${patience / 1000} s`);
  });
  try {
    return await Promise.race([work(stop), tooLong]);
  } finally {
    over.abort();
    await tooLong.catch(() => {});
  }
}

const start = 'runbook sandbox serve';

const notRunning = (url: string, cause: unknown): UsageError =>
  new UsageError({
    code: 'SANDBOX_NOT_RUNNING',
    message: `No sandbox answers at ${url}`,
    hint: `${start} starts one; --url names another address`,
    cause,
  });

const noSandbox = (url: string): UsageError =>
  new UsageError({
    code: 'NOT_A_SANDBOX',
    message: `What answers at ${url} is no sandbox of runbook`,
    hint: `${start} starts one; --url names another address`,
  });

function refusalIn(content: Readonly<Record<string, unknown>>, status: number): OperatorError | undefined {
  const error: unknown = content['error'];
  if (!isRecord(error) || typeof error['code'] !== 'string' || typeof error['message'] !== 'string')
    return undefined;
  const { code, message, hint } = error;
  const details = { code, message, ...(typeof hint === 'string' && { hint }) };
  return status < 500 ? new UsageError(details) : new OperatorError(details);
}

function jsonObjectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return isRecord(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
