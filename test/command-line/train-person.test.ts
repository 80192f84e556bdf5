import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { afterInterruption } from '../../src/command-line/train-person.ts';
import { reportOf } from '../../src/reports/run-report.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { interruptedRun } from '../helpers/run-events.ts';

const enter = '\r';
const down = '\u001b[B';
const home = '\u001b[H';

/** Asks what now, and types the keys once the question is there. */
async function answering(keys: string): Promise<{ choice: string; screen: string }> {
  const input = new PassThrough();
  let screen = '';
  let isTyped = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      screen += chunk.toString();
      if (!isTyped && screen.includes('What now?')) {
        isTyped = true;
        // inquirer begins to listen after it has drawn.
        setImmediate(() => (keys === '' ? input.end() : input.write(keys)));
      }
      done();
    },
  });
  // A prompt ends every output but the process's own.
  output.end = () => output;
  const terminal = { input, output: output as unknown as NodeJS.WriteStream };
  const clocks = { real: fakeClock(), world: fakeClock() };
  const choice = await afterInterruption(reportOf(interruptedRun().events), terminal, clocks);
  return { choice, screen };
}

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
  ['the end of the input', ''],
  ['Enter alone', enter],
  ['Enter after Escape', down + home + enter],
])('%s leaves an interrupted exercise as it is', async (_, keys) => {
  expect((await answering(keys)).choice).toBe('leave');
});

test('it can be resumed', async () => {
  const { choice, screen } = await answering(down + enter);
  expect(choice).toBe('resume');
  expect(screen).toMatch(/Leave it[\s\S]*Resume it[\s\S]*Roll it back/);
});
