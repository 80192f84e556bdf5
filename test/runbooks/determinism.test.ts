import { expect, test } from 'vitest';
import { rollingUpdate } from '../../src/runbooks/rolling-update.ts';
import { runIn } from '../helpers/sandbox-run.ts';

/** Same seed, same scenario, same choices: the same journal, here even the same ids. */
test.each(['calm', 'bad-ami', 'throttling', 'lost-answers', 'zone-outage'])(
  'a run in %s is the same every time',
  async (scenario) => {
    const run = () => runIn({ runbook: rollingUpdate, parameters: {}, scenario });
    const [one, other] = [await run(), await run()];
    expect(one.events.length).toBeGreaterThan(20);
    expect(other.events).toEqual(one.events);
    expect(other.world).toBe(one.world);
  },
);
