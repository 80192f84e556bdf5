import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RunEvent, runEventSchema } from '../../src/engine/run-event.ts';
import { openJournal, readJournal } from '../../src/journal/journal-file.ts';
import { succeededRun } from '../helpers/run-events.ts';
import { anyEvent, anyEventOf, anyRunStarted } from './any-event.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;
const newFile = () => join(folder, `${++files}.jsonl`);

function written(events: readonly RunEvent[], file = newFile()): string {
  const journal = openJournal(file, 0);
  for (const event of events) journal.append(event);
  journal.close();
  return file;
}

const { events } = succeededRun();
const [first, second, third] = events;
if (first === undefined || second === undefined || third === undefined) throw new Error('A run has events');

const thrownBy = (file: string) => {
  try {
    readJournal(file);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a journal on disk', () => {
  test('every type of event has an arbitrary here', () => {
    const types = runEventSchema.options.map(({ shape }) => shape.type.value);
    expect([...anyEventOf.keys()].sort()).toEqual(types.toSorted());
  });

  test('gives back what was appended, whatever stands in the texts', () => {
    fc.assert(
      fc.property(anyRunStarted, fc.array(anyEvent, { maxLength: 10 }), (start, rest) => {
        const file = written([start, ...rest]);
        expect(readJournal(file)).toEqual({
          events: [start, ...rest],
          wholeBytes: statSync(file).size,
          torn: false,
        });
      }),
      { numRuns: 200 },
    );
  });

  test.each([...anyEventOf])('gives back any %s', (_, anyOfType) => {
    fc.assert(
      fc.property(anyOfType, (event) => {
        expect(readJournal(written([event])).events).toEqual([event]);
      }),
      { numRuns: 20 },
    );
  });

  test('is one JSON object a line, each with its type and time first', () => {
    const lines = readFileSync(written(events), 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(events.length);
    for (const line of lines)
      expect(line).toMatch(/^\{"type":"[a-z-]+","at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/);
  });

  test('can be read while it is being written: each event is in the file when append returns', () => {
    const file = newFile();
    const journal = openJournal(file, 0);
    for (const [index, event] of events.entries()) {
      journal.append(event);
      expect(readJournal(file).events).toEqual(events.slice(0, index + 1));
    }
    journal.close();
  });

  test('is readable and writable by its owner only', () => {
    expect(statSync(written(events)).mode & 0o777).toBe(0o600);
  });
});

describe('a torn last line', () => {
  test('cut off at any byte: the whole events before it are read, what is torn is reported', () => {
    const file = written([first, second, third]);
    const bytes = readFileSync(file);
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([index]) => index + 1);
    const [endOfFirst = 0] = ends;
    for (let length = endOfFirst; length <= bytes.length; length += 1) {
      const torn = newFile();
      writeFileSync(torn, bytes.subarray(0, length));
      const whole = ends.filter((end) => end <= length);
      expect(readJournal(torn)).toEqual({
        events: [first, second, third].slice(0, whole.length),
        wholeBytes: whole.at(-1),
        torn: whole.at(-1) !== length,
      });
    }
  });

  test('cut off in a wide character, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), fc.nat(), (line, cut) => {
        const file = written([first, { type: 'progress', at: first.at, step: 'a', line }]);
        const from = readFileSync(file).indexOf(0x0a) + 1;
        const length = statSync(file).size;
        truncateSync(file, from + (cut % (length - from)));
        expect(readJournal(file).events).toEqual([first]);
      }),
      { numRuns: 50 },
    );
  });

  test('is gone from the file once the run goes on', () => {
    const file = written([first, second]);
    appendFileSync(file, '{"type":"step-succe');
    const { wholeBytes, torn } = readJournal(file);
    expect(torn).toBe(true);
    const journal = openJournal(file, wholeBytes);
    journal.append(third);
    journal.close();
    expect(readJournal(file)).toMatchObject({ events: [first, second, third], torn: false });
  });

  test('that is longer than what is written next leaves nothing behind', () => {
    const file = written([first]);
    appendFileSync(file, 'x'.repeat(10_000));
    const journal = openJournal(file, readJournal(file).wholeBytes);
    journal.append(second);
    journal.close();
    expect(readJournal(file)).toMatchObject({ events: [first, second], torn: false });
  });
});

describe('a journal that cannot be read', () => {
  test.each([
    ['nothing', ''],
    ['a torn first line', '{"type":"run-st'],
  ])('holds %s', (_, text) => {
    const file = newFile();
    writeFileSync(file, text);
    expect(thrownBy(file)).toMatchObject({
      name: 'OperatorError',
      code: 'JOURNAL_EMPTY',
      message: expect.stringContaining(file),
    });
  });

  test.each([
    ['no JSON', 'not json'],
    ['an empty line', ''],
    ['no event', '{"type":"no-such-event","at":"2026-01-01T00:00:00Z"}'],
    ['an event without a member', '{"type":"waiting","at":"2026-01-01T00:00:00Z","step":"a"}'],
    ['zeros, as after a power cut', '\0\0\0\0'],
  ])('is damaged in the middle: %s. The message names file and line', (_, line) => {
    const file = written([first, second, third]);
    const lines = readFileSync(file, 'utf8').split('\n');
    lines[1] = line;
    writeFileSync(file, lines.join('\n'));
    expect(thrownBy(file)).toMatchObject({
      name: 'OperatorError',
      code: 'JOURNAL_DAMAGED',
      message: expect.stringContaining(`${file}, line 2 `),
      hint: expect.any(String),
    });
  });

  test('is damaged in its last line, which is whole', () => {
    const file = written([first]);
    appendFileSync(file, '{"type":"run-st\n');
    expect(thrownBy(file)).toMatchObject({ code: 'JOURNAL_DAMAGED' });
  });

  test.each([0, 2, 99])('is of version %d: the message says so and which version this is', (version) => {
    const file = written([first, second]);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"version":1', `"version":${version}`));
    expect(thrownBy(file)).toMatchObject({
      name: 'OperatorError',
      code: 'JOURNAL_VERSION_UNKNOWN',
      message: `${file} is a journal of version ${version}; this runbook reads version 1`,
      hint: expect.stringContaining('toolVersion'),
    });
  });

  test('of another version may have events that this one does not know', () => {
    const file = newFile();
    writeFileSync(file, '{"type":"run-begun","version":2}\n{"type":"what"}\n');
    expect(thrownBy(file)).toMatchObject({ code: 'JOURNAL_VERSION_UNKNOWN' });
  });

  test('is left as it is', () => {
    const file = newFile();
    writeFileSync(file, 'not json\n{"type":"run-st');
    thrownBy(file);
    expect(existsSync(file) && readFileSync(file, 'utf8')).toBe('not json\n{"type":"run-st');
  });
});
