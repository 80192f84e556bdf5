import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const binary = fileURLToPath(new URL('../../bin/runbook.js', import.meta.url));

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly end: Promise<CliEnd>;
  /** Comes back once standard output holds the text. */
  printed(text: string): Promise<void>;
}

/** A user with an empty home, no AWS credentials and no terminal, in a folder of their own. */
export interface CliUser {
  readonly folder: string;
  readonly state: string;
  /** @param streams file descriptors that take the place of standard output (1) or error (2) */
  start(
    arguments_: readonly string[],
    environment?: Record<string, string>,
    streams?: { readonly 1?: number; readonly 2?: number },
  ): RunningCli;
  run(arguments_: readonly string[], environment?: Record<string, string>): Promise<CliEnd>;
}

/** @param atEnd takes what is to be done once nobody needs the user any more */
export function cliUser(atEnd: (cleanUp: () => void) => void = onTestFinished): CliUser {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-cli-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const state = join(folder, 'state');
  const start: CliUser['start'] = (arguments_, environment = {}, streams = {}) => {
    const child = spawn(process.execPath, [binary, ...arguments_], {
      cwd: folder,
      stdio: ['pipe', streams[1] ?? 'pipe', streams[2] ?? 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        XDG_STATE_HOME: state,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...environment,
      },
    });
    let stdout = '';
    let stderr = '';
    const listeners = new Set<() => void>();
    child.stdout?.on('data', (text) => {
      stdout += String(text);
      for (const listener of listeners) listener();
    });
    child.stderr?.on('data', (text) => {
      stderr += String(text);
    });
    const end = new Promise<CliEnd>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
    return {
      process: child,
      end,
      printed: (text) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (!stdout.includes(text)) return;
            listeners.delete(look);
            resolve();
          };
          listeners.add(look);
          look();
          void end.then(() => reject(new Error(`It ended without printing ${text}:\n${stdout}\n${stderr}`)));
        }),
    };
  };
  return { folder, state, start, run: (arguments_, environment) => start(arguments_, environment).end };
}
