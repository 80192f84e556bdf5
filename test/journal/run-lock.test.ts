import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockRun, processAt } from '../../src/journal/run-lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder();
let locks = 0;
const newLock = () => join(folder, `lock-${++locks}`);
const filesOf = (lock: string) =>
  readdirSync(folder).filter(
    (name) => join(folder, name) === lock || join(folder, name).startsWith(`${lock}.`),
  );

const held = (file: string, pid: number, host = hostname()) =>
  writeFileSync(file, JSON.stringify({ pid, host }));

/** The id of a process that has ended. */
const { pid: deadPid } = spawnSync(process.execPath, ['-e', '']);

const lockedBy = (who: string, file: string) =>
  expect.objectContaining({
    name: 'Refusal',
    code: 'RUN_LOCKED',
    message: `Run a-run is being driven by ${who}: two at once would change things twice`,
    hint: `runbook runs show a-run (to watch it). If that process is surely gone: rm ${file}`,
  });

describe('the lock of a run', () => {
  test('names its holder, and nothing is left of it once it is given back', () => {
    const lock = newLock();
    const release = lockRun(lock, 'a-run');
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual({ pid: process.pid, host: hostname() });
    expect(filesOf(lock)).toHaveLength(1);
    release();
    expect(filesOf(lock)).toEqual([]);
    release();
  });

  test('is refused to a second holder, who is told of the first one', () => {
    const lock = newLock();
    const release = lockRun(lock, 'a-run');
    expect(() => lockRun(lock, 'a-run')).toThrow(lockedBy(`process ${process.pid} on ${hostname()}`, lock));
    expect(filesOf(lock)).toHaveLength(1);
    release();
    lockRun(lock, 'a-run')();
  });

  test('says which process of this machine holds it, and nobody where that one is gone or elsewhere', () => {
    const lock = newLock();
    expect(processAt(lock)).toBeUndefined();
    const release = lockRun(lock, 'a-run');
    expect(processAt(lock)).toBe(process.pid);
    release();
    held(lock, deadPid);
    expect(processAt(lock)).toBeUndefined();
    held(lock, process.pid, 'another-machine');
    expect(processAt(lock)).toBeUndefined();
  });

  test('is taken over from a process that is gone', () => {
    const lock = newLock();
    held(lock, deadPid);
    const release = lockRun(lock, 'a-run');
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid });
    expect(filesOf(lock)).toHaveLength(1);
    release();
    expect(existsSync(lock)).toBe(false);
  });

  test('is taken over where nobody can be made out as its holder', () => {
    for (const text of ['', 'not json', '{"pid":0}', '{"pid":-1,"host":"x"}']) {
      const lock = newLock();
      writeFileSync(lock, text);
      lockRun(lock, 'a-run')();
    }
  });

  test('of another machine is respected: nothing is known of its processes', () => {
    const lock = newLock();
    held(lock, deadPid, 'another-host');
    expect(() => lockRun(lock, 'a-run')).toThrow(lockedBy(`process ${deadPid} on another-host`, lock));
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual({ pid: deadPid, host: 'another-host' });
  });

  test('that somebody is just taking over is refused, and that one is named', () => {
    const lock = newLock();
    held(lock, deadPid);
    held(`${lock}.takeover`, process.pid);
    expect(() => lockRun(lock, 'a-run')).toThrow(
      lockedBy(`process ${process.pid} on ${hostname()}`, `${lock}.takeover`),
    );
    expect(filesOf(lock)).toHaveLength(2);
  });
});

describe('between processes', () => {
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    const outfile = join(folder, 'taker.mjs');
    await build({
      stdin: {
        contents: `
          import { lockRun, processAt } from './src/journal/run-lock.ts';
          process.on('message', (file) => {
            try { lockRun(file, 'a-run'); process.send('got it'); }
            catch (error) { process.send(error.code); }
          });
          process.send('ready');`,
        resolveDir: join(import.meta.dirname, '../..'),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
    });
    for (let count = 0; count < 4; count += 1) children.push(fork(outfile));
    await Promise.all(children.map((child) => once(child, 'message')));
  });

  afterAll(async () => {
    await Promise.all(
      children.map((child) => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        return gone;
      }),
    );
  });

  async function raceFor(lock: string): Promise<readonly unknown[]> {
    const answers = children.map((child) => once(child, 'message'));
    for (const child of children) child.send(lock);
    return (await Promise.all(answers)).map(([answer]) => answer);
  }

  test.each([
    ['a free lock', () => {}],
    ['the lock of a process that is gone', (lock: string) => held(lock, deadPid)],
  ])('of those that want %s at the same time, exactly one gets it', async (_, prepare) => {
    for (let round = 0; round < 200; round += 1) {
      const lock = newLock();
      prepare(lock);
      const answers = await raceFor(lock);
      expect(answers.toSorted()).toEqual(['RUN_LOCKED', 'RUN_LOCKED', 'RUN_LOCKED', 'got it']);
      const winner = children[answers.indexOf('got it')];
      expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: winner?.pid });
      expect(filesOf(lock)).toHaveLength(1);
    }
  });
});
