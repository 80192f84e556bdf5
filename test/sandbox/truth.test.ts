import { describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { calm, type GivenFault } from '../../src/sandbox/scenario.ts';

const minute = 60_000;
const opened = (faults: readonly GivenFault[] = []): Promise<Sandbox> =>
  openSandbox({ environment: 'prod', scenario: { ...calm, faults } });

describe('the truth about a sandbox', () => {
  test('is quiet where nothing goes wrong, and counts what users asked for', async () => {
    const sandbox = await opened();
    expect(sandbox.truth()).toMatchObject({ outages: [], requests: 0, failedRequests: 0, calls: [] });
    await sandbox.clock.sleep(10 * minute);
    const { now, outages, requests, failedRequests } = sandbox.truth();
    expect(now).toEqual(sandbox.clock.now());
    expect(outages).toEqual([]);
    expect(requests).toBeGreaterThan(10_000);
    expect(failedRequests).toBeLessThan(requests / 100);
  });

  test('knows outages that are over and those that are not', async () => {
    const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
    const sandbox = await opened(
      zones.map((zone) => ({ what: 'zone-outage', zone, from: 2 * minute, lasts: 20 * minute }) as const),
    );
    await sandbox.clock.sleep(12 * minute);
    expect(sandbox.truth().outages.at(-1)).toMatchObject({ application: 'morpheus', what: 'unavailable' });
    expect(sandbox.truth().outages.at(-1)?.to).toBeUndefined();
    expect(sandbox.truth().failedRequests).toBeGreaterThan(1000);
  });

  test('names who called what, and how it ended', async () => {
    const sandbox = await openSandbox({
      environment: 'prod',
      scenario: {
        ...calm,
        during: [
          {
            at: minute,
            by: 'a-colleague',
            service: 'auto-scaling',
            operation: 'SetDesiredCapacity',
            input: { AutoScalingGroupName: 'morpheus-prod-app', DesiredCapacity: 99 },
          },
        ],
      },
    });
    await sandbox.clock.sleep(2 * minute);
    expect(sandbox.truth().calls).toMatchObject([
      {
        by: 'a-colleague',
        service: 'auto-scaling',
        operation: 'SetDesiredCapacity',
        error: 'ValidationError',
      },
    ]);
  });
});
