import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRunStore, type RunStore } from '../../src/journal/run-directory.ts';
import { succeededRun, Tape } from '../helpers/run-events.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
let stores = 0;
const newRoot = () => join(folder, 'state', `runs-${++stores}`);

const { events } = succeededRun();
const [first, second] = events;
if (first === undefined || second === undefined) throw new Error('A run has events');

function addRun(store: RunStore, runId: string): void {
  const journal = store.create(runId).openJournal();
  for (const event of events) journal.append(event);
  journal.close();
}

const ids = [
  'rolling-update-20260301-030000-aaaa',
  'failover-drill-20260302-030000-abbb',
  'rolling-update-20260302-040000-cccc',
];

function storeOfThree(): RunStore {
  const store = openRunStore(newRoot());
  for (const id of ids.toReversed()) addRun(store, id);
  return store;
}

describe('the folder of a run', () => {
  test('and all that is in it belong to their owner alone', () => {
    const root = newRoot();
    const run = openRunStore(root).create('a-run');
    run.openJournal().close();
    run.storeWorld('{}');
    const release = run.lock();
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(root)).toBe('700');
    expect(modeOf(run.path)).toBe('700');
    const files = readdirSync(run.path).sort();
    expect(files).toEqual(['journal.jsonl', 'lock', 'sandbox-world.json']);
    expect(files.map((file) => modeOf(join(run.path, file)))).toEqual(['600', '600', '600']);
    release();
  });

  test('takes up its journal after the last whole event', () => {
    const run = openRunStore(newRoot()).create('a-run');
    const journal = run.openJournal();
    journal.append(first);
    journal.close();
    appendFileSync(join(run.path, 'journal.jsonl'), '{"torn');
    expect(run.read()).toMatchObject({ events: [first], torn: true });
    const again = run.openJournal();
    again.append(second);
    again.close();
    expect(run.read()).toMatchObject({ events: [first, second], torn: false });
  });

  test('keeps the latest world of the sandbox', () => {
    const run = openRunStore(newRoot()).create('a-run');
    run.storeWorld('one');
    run.storeWorld('two');
    expect(run.loadWorld()).toBe('two');
    expect(readdirSync(run.path)).toEqual(['sandbox-world.json']);
  });

  test('says so where there is no world', () => {
    const run = openRunStore(newRoot()).create('a-run');
    expect(() => run.loadWorld()).toThrow(
      expect.objectContaining({
        name: 'OperatorError',
        code: 'SANDBOX_WORLD_LOST',
        message: expect.stringContaining('a-run'),
      }),
    );
  });

  test('can be driven by one process at a time', () => {
    const store = openRunStore(newRoot());
    const release = store.create('a-run').lock();
    expect(() => store.create('a-run').lock()).toThrow(
      expect.objectContaining({ name: 'Refusal', code: 'RUN_LOCKED' }),
    );
    store.create('another-run').lock()();
    release();
    store.create('a-run').lock()();
  });
});

describe('a state folder that cannot be written', () => {
  test('is said before a run begins', () => {
    const root = newRoot();
    mkdirSync(dirname(root), { recursive: true });
    writeFileSync(root, 'a file where the folder should be');
    expect(() => openRunStore(root).create('a-run')).toThrow(
      expect.objectContaining({
        name: 'OperatorError',
        code: 'STATE_NOT_WRITABLE',
        message: expect.stringContaining(join(root, 'a-run')),
        hint: expect.stringContaining('XDG_STATE_HOME'),
      }),
    );
  });

  test.skipIf(!existsSync('/dev/full'))('is said by the run under way', () => {
    const root = newRoot();
    const run = openRunStore(root).create('a-run');
    symlinkSync('/dev/full', join(run.path, 'sandbox-world.json.new'));
    const notWritable = expect.objectContaining({
      name: 'OperatorError',
      code: 'STATE_NOT_WRITABLE',
      message: expect.stringContaining('ENOSPC'),
      hint: expect.stringContaining('runbook resume a-run'),
    });
    expect(() => run.storeWorld('{}')).toThrow(notWritable);
  });
});

describe('finding a run', () => {
  test.each([
    ['by its id', 'failover-drill-20260302-030000-abbb', 1],
    ['by its last letters', 'cccc', 2],
    ['by a part in the middle', '20260301', 0],
    ['that is the last', 'last', 2],
  ])('%s', (_, name, index) => {
    const run = storeOfThree().find(name);
    expect(run.runId).toBe(ids[index]);
    expect(run.read().events).toEqual(events);
  });

  test.each(['20260303', 'bcccd', 'no-such-run'])('that is not there: %s', (name) => {
    expect(() => storeOfThree().find(name)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        code: 'RUN_UNKNOWN',
        message: `There is no run ${name}`,
        hint: 'runbook runs',
      }),
    );
  });

  test.each(['', ' '])('by a blank name, which is no part of any: "%s"', (name) => {
    const store = openRunStore(newRoot());
    addRun(store, 'drill-20260301-030000-aaaa');
    expect(() => store.find(name)).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'RUN_NAME_BLANK' }),
    );
  });

  test('the last one, where there is none', () => {
    expect(() => openRunStore(newRoot()).find('last')).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'RUN_UNKNOWN' }),
    );
  });

  test('by a part that several have: the message names them', () => {
    expect(() => storeOfThree().find('rolling-update')).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        code: 'RUN_AMBIGUOUS',
        message: `2 runs have rolling-update in their id: ${ids[0]}, ${ids[2]}`,
        hint: 'runbook runs',
      }),
    );
  });

  test('by an id that is a part of another id', () => {
    const store = openRunStore(newRoot());
    addRun(store, 'drill-20260301-030000-aaaa');
    addRun(store, 'drill-20260301-030000-aaaa-20260302-030000-bbbb');
    expect(store.find('drill-20260301-030000-aaaa').runId).toBe('drill-20260301-030000-aaaa');
  });
});

describe('the list of runs', () => {
  test('is in the order in which they began, whatever their runbooks', () => {
    expect(storeOfThree().list()).toEqual(ids.map((runId) => ({ runId, events })));
  });

  test('is empty before the first run', () => {
    expect(openRunStore(newRoot()).list()).toEqual([]);
  });

  test('has runs whose journal cannot be read, with the reason', () => {
    const root = newRoot();
    const store = openRunStore(root);
    addRun(store, 'drill-20260301-030000-aaaa');
    for (const [id, text] of [
      ['drill-20260302-030000-bbbb', ''],
      ['drill-20260303-030000-cccc', 'not json\n'],
      ['drill-20260304-030000-dddd', '{"type":"run-started","version":9}\n'],
    ] as const) {
      mkdirSync(join(root, id));
      writeFileSync(join(root, id, 'journal.jsonl'), text);
    }
    expect(store.list().map(({ runId, problem }) => [runId, problem?.code])).toEqual([
      ['drill-20260301-030000-aaaa', undefined],
      ['drill-20260302-030000-bbbb', 'JOURNAL_EMPTY'],
      ['drill-20260303-030000-cccc', 'JOURNAL_DAMAGED'],
      ['drill-20260304-030000-dddd', 'JOURNAL_VERSION_UNKNOWN'],
    ]);
  });

  test('has runs whose journal the system does not give, or from which lines are gone', () => {
    const root = newRoot();
    const store = openRunStore(root);
    const [unreadable, gappy] = ['drill-20260301-030000-aaaa', 'drill-20260302-030000-bbbb'];
    mkdirSync(join(root, unreadable, 'journal.jsonl'), { recursive: true });
    const journal = store.create(gappy).openJournal();
    for (const event of events.filter(({ type }) => type !== 'step-started')) journal.append(event);
    journal.close();
    expect(store.list().map(({ runId, problem }) => [runId, problem?.code])).toEqual([
      [unreadable, 'JOURNAL_UNREADABLE'],
      [gappy, 'JOURNAL_DAMAGED'],
    ]);
  });

  test('leaves out what is no run', () => {
    const root = newRoot();
    const store = openRunStore(root);
    store.create('drill-20260301-030000-aaaa');
    writeFileSync(join(root, 'notes.txt'), 'mine');
    expect(store.list()).toEqual([]);
  });
});

describe('runs of a kind that have ended', () => {
  const kind = { runbook: 'rolling-update', environment: 'morpheus-prod', mode: 'live' } as const;
  const types = ['run-started', 'step-started', 'step-succeeded'] as const;
  const idAt = (second: number, runbook = 'rolling-update') =>
    `${runbook}-20260301-0300${String(second).padStart(2, '0')}-aaaa`;

  function add(store: RunStore, runId: string, tape: Tape): void {
    const journal = store.create(runId).openJournal();
    for (const event of tape.events) journal.append(event);
    journal.close();
  }
  const tapeOf = (parameters: number, more: ConstructorParameters<typeof Tape>[0] = {}) =>
    new Tape({ parameters: { n: parameters }, ...more });
  const found = (store: RunStore) =>
    store.ended(kind, types).map(([start]) => start?.type === 'run-started' && start.parameters['n']);

  test('are the latest ten, with the events that were asked for', () => {
    const store = openRunStore(newRoot());
    for (let n = 0; n < 12; n += 1) add(store, idAt(n), tapeOf(n).check('a', 'A').finish('failed'));
    expect(found(store)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    expect(store.ended(kind, types)[0]?.map(({ type }) => type)).toEqual([
      'run-started',
      'step-started',
      'step-succeeded',
    ]);
  });

  test('are of the same runbook, environment and mode, and have an end', () => {
    const store = openRunStore(newRoot());
    const elsewhere = tapeOf(1);
    const [start] = elsewhere.events;
    if (start?.type !== 'run-started') throw new Error();
    const environment = { ...start.environment, name: 'other' };
    add(store, idAt(1), tapeOf(1, { environment }).finish('succeeded'));
    add(store, idAt(2), tapeOf(2, { mode: 'sandbox' }).finish('succeeded'));
    add(store, idAt(3), tapeOf(3).add({ type: 'run-interrupted' }));
    add(store, idAt(4), tapeOf(4).check('a', 'A'));
    add(store, idAt(5, 'rolling'), tapeOf(5, { runbook: 'rolling' }).finish('succeeded'));
    add(
      store,
      idAt(6, 'rolling-update-all'),
      tapeOf(6, { runbook: 'rolling-update-all' }).finish('succeeded'),
    );
    add(store, idAt(7), tapeOf(7).finish('succeeded'));
    expect(found(store)).toEqual([7]);
  });

  test('are without those that cannot be read: nobody asked for them', () => {
    const store = openRunStore(newRoot());
    add(store, idAt(1), tapeOf(1).finish('succeeded'));
    add(store, idAt(2), tapeOf(2).finish('succeeded'));
    add(store, idAt(3), tapeOf(3).check('a', 'A').finish('succeeded'));
    writeFileSync(join(store.create(idAt(2)).path, 'journal.jsonl'), 'no journal\n');
    const damaged = join(store.create(idAt(3)).path, 'journal.jsonl');
    writeFileSync(damaged, readFileSync(damaged, 'utf8').replace('"kind":"check"', '"kind":"cheque"'));
    expect(found(store)).toEqual([1]);
  });

  test('are looked for among the latest thirty of their runbook, so that a run begins at once', () => {
    const store = openRunStore(newRoot());
    add(store, idAt(1), tapeOf(1).finish('succeeded'));
    for (let n = 2; n < 32; n += 1) add(store, idAt(n), tapeOf(n, { mode: 'sandbox' }).finish('succeeded'));
    expect(found(store)).toEqual([]);
    const other = openRunStore(newRoot());
    add(other, idAt(1), tapeOf(1).finish('succeeded'));
    for (let n = 2; n < 32; n += 1) add(other, idAt(n, 'rolling-update-all'), tapeOf(n).finish('succeeded'));
    expect(found(other)).toEqual([1]);
  });
});
