import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import * as z from 'zod';
import type { Journal } from '../engine/context.ts';
import { journalVersion, type RunEvent, runEventSchema } from '../engine/run-event.ts';
import { OperatorError } from '../errors.ts';
import { reading } from './file-errors.ts';

/** What a journal file holds, and how much of it is whole. */
export interface JournalContents {
  readonly events: readonly RunEvent[];
  /** Bytes up to the end of the last whole event. What comes after was torn off while it was written. */
  readonly wholeBytes: number;
  readonly torn: boolean;
}

/** Losing one of these to a power cut costs nothing: the next event that matters takes them to the disk too. */
const mayLag = new Set<RunEvent['type']>(['progress', 'waiting', 'sampled']);
const isDurable = (event: RunEvent): boolean =>
  !mayLag.has(event.type) && !(event.type === 'aws-called' && !event.write);

/**
 * Opens a journal for appending, cutting off a torn last line first: its event never took effect, since `append` did not return.
 * One JSON object a line, readable by its owner only.
 */
export function openJournal(file: string, wholeBytes: number): Journal & { close(): void } {
  const descriptor = openSync(file, wholeBytes === 0 ? 'a' : 'r+', 0o600);
  ftruncateSync(descriptor, wholeBytes);
  let end = wholeBytes;
  let failure: unknown;
  return {
    append(event) {
      // After a line that was lost, no later one may tell a story without it.
      if (failure !== undefined) throw failure;
      const line = Buffer.from(`${JSON.stringify(z.encode(runEventSchema, event))}\n`);
      try {
        let written = 0;
        while (written < line.length)
          written += writeSync(descriptor, line, written, line.length - written, end + written);
        end += line.length;
        if (isDurable(event)) fsyncSync(descriptor);
      } catch (error) {
        failure = error;
        throw error;
      }
    },
    close() {
      if (failure === undefined) fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}

/** @throws OperatorError where the journal cannot be read, is empty, of an unknown version, or damaged before its last line */
export function readJournal(file: string): JournalContents {
  const { lines, wholeBytes, torn } = readLines(file);
  return { events: lines.map((line, index) => readLine(line, index + 1, file)), wholeBytes, torn };
}

/**
 * Those events alone, at a small part of the cost: what is not looked for is not parsed.
 * @param wanted decides by the first and the last event whether the others are read at all
 * @throws as `readJournal`
 */
export function readEvents(
  file: string,
  types: readonly RunEvent['type'][],
  wanted: (first: RunEvent, last: RunEvent) => boolean,
): readonly RunEvent[] | undefined {
  const { lines } = readLines(file);
  const read = (index: number) => readLine(lines[index] ?? '', index + 1, file);
  if (!wanted(read(0), read(lines.length - 1))) return undefined;
  const beginnings = types.map((type) => `{"type":"${type}"`);
  return lines.flatMap((line, index) =>
    beginnings.some((beginning) => line.startsWith(beginning)) ? [read(index)] : [],
  );
}

function readLines(file: string): { readonly lines: readonly string[] } & Omit<JournalContents, 'events'> {
  const bytes = reading(file, () => readFileSync(file));
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  if (lines.length === 0) {
    throw new OperatorError({
      code: 'JOURNAL_EMPTY',
      message: `${file} holds no event: its run was cut off before it did anything`,
      hint: 'Start the runbook again',
    });
  }
  return { lines, wholeBytes, torn: wholeBytes < bytes.length };
}

const versionSchema = z.object({ version: z.number() });

function readLine(line: string, number: number, file: string): RunEvent {
  const json = parseJson(line);
  const version = number === 1 ? versionSchema.safeParse(json).data?.version : undefined;
  if (version !== undefined && version !== journalVersion) {
    throw new OperatorError({
      code: 'JOURNAL_VERSION_UNKNOWN',
      message: `${file} is a journal of version ${version}; this runbook reads version ${journalVersion}`,
      hint: 'Use the version of runbook that wrote it: its toolVersion stands in the first line',
    });
  }
  const event = runEventSchema.safeParse(json);
  if (event.success) return event.data;
  const why = json === undefined ? 'not JSON' : z.prettifyError(event.error).replaceAll('\n', ' ');
  throw damaged(`${file}, line ${number} is no event of a journal: ${why}`);
}

export const damaged = (message: string): OperatorError =>
  new OperatorError({
    code: 'JOURNAL_DAMAGED',
    message,
    hint: 'Nothing was changed. Look at the environment by hand before you run anything against it',
  });

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
