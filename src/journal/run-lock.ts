import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { Refusal } from '../errors.ts';

const holderSchema = z.object({ pid: z.int().positive(), host: z.string() });

export type Holder = z.output<typeof holderSchema>;

/** How a lock that is held is refused: by whom, and the file to remove where that process is surely gone. */
type HeldBy = (holder: Holder | undefined, file: string) => Refusal;

/**
 * Takes the lock of one run, so that two processes never drive it at once. A lock whose process is gone is taken over.
 * @returns gives the lock back
 * @throws Refusal where another process holds it
 */
export const lockRun = (file: string, runId: string): (() => void) =>
  takeLock(file, (holder, lock) => runIsHeldBy(holder, lock, runId));

/** The process on this machine that holds the lock; nobody where that process is gone, or is on another machine. */
export function processAt(file: string): number | undefined {
  const holder = holderOf(file);
  return holder !== undefined && holder.host === hostname() && isAlive(holder) ? holder.pid : undefined;
}

/** As `lockRun`, for whatever else only one process may have. */
export function takeLock(file: string, heldBy: HeldBy): () => void {
  // Written aside and linked: the lock is never seen half written, and the link fails where a lock stands.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, host: hostname() }), { mode: 0o600 });
  try {
    if (!tryLink(own, file)) takeOver(own, file, heldBy);
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    if (isOwn(holderOf(file))) rmSync(file, { force: true });
  };
}

/** Under a lock of its own: between two that both found the holder gone, the slower would remove the quicker one's new lock. */
function takeOver(own: string, file: string, heldBy: HeldBy): void {
  const turn = `${file}.takeover`;
  if (!tryLink(own, turn)) throw heldBy(holderOf(turn), turn);
  try {
    const holder = holderOf(file);
    if (holder !== undefined && isAlive(holder)) throw heldBy(holder, file);
    rmSync(file, { force: true });
    if (!tryLink(own, file)) throw heldBy(holderOf(file), file);
  } finally {
    rmSync(turn, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function holderOf(file: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Somebody may have removed our lock by hand, and another process taken its own. */
const isOwn = (holder: Holder | undefined): boolean =>
  holder?.pid === process.pid && holder.host === hostname();

/** Of a process on another machine (a shared home folder) nothing is known: it counts as alive. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

export const holderText = (holder: Holder | undefined): string =>
  holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;

function runIsHeldBy(holder: Holder | undefined, file: string, runId: string): Refusal {
  return new Refusal({
    code: 'RUN_LOCKED',
    message: `Run ${runId} is being driven by ${holderText(holder)}: two at once would change things twice`,
    hint: `runbook runs show ${runId} (to watch it). If that process is surely gone: rm ${file}`,
  });
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
