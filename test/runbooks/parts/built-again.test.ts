import { describe, expect, test } from 'vitest';
import {
  automatedSnapshotFinding,
  automatedSnapshotsOf,
} from '../../../src/runbooks/parts/automated-snapshots.ts';
import { recoveryConfigurationFinding, revisionFinding } from '../../../src/runbooks/parts/broker-rebuild.ts';
import { versionFinding } from '../../../src/runbooks/parts/engine-version.ts';

describe('an engine version', () => {
  test.each<[version: string, verdict: string]>([
    ['3.13', 'pass'],
    ['3.13.7', 'pass'],
    ['3.12.13', 'pass'],
    ['3.1', 'fail'],
    ['3.12', 'fail'],
  ])('%s: %s', (version, verdict) => {
    const offered = ['3.13', '3.12.13'];
    const places = [{ region: 'us-east-1', offered }];
    expect(versionFinding('broker', version, places).verdict).toBe(verdict);
    const elsewhere = versionFinding('broker', '3.13', [
      ...places,
      { region: 'us-west-2', offered: ['3.12.13'] },
    ]);
    expect(elsewhere).toMatchObject({ verdict: 'fail', fact: expect.stringContaining('us-west-2') });
  });
});

describe('the configuration of a broker', () => {
  const current = { Current: { Id: 'c-1', Revision: 2 } };
  const found = (Revision: number) => ({ LatestRevision: { Revision } }) as never;
  const read = (Configurations: object, latest = 2, more: object = {}) =>
    revisionFinding({ BrokerId: 'b-1', Configurations, ...more } as never, found(latest)).verdict;

  test('is the newest and nothing waits, or somebody is warned', () => {
    expect(read(current)).toBe('pass');
    expect(read(current, 3)).toBe('warn');
    expect(read({ ...current, Pending: { Id: 'c-1', Revision: 3 } }, 3)).toBe('warn');
    expect(read(current, 2, { PendingEngineVersion: '3.13' })).toBe('warn');
    expect(read({})).toBe('warn');
  });

  test.each<[what: string, more: object, verdict: string]>([
    ['the same', {}, 'pass'],
    ['not there', { revision: undefined }, 'fail'],
    ['another text', { saysTheSame: false }, 'fail'],
    ['another version', { isForVersion: '3.13' }, 'fail'],
    ['another patch', { isForVersion: '3.10.25' }, 'pass'],
  ])('in the recovery Region: %s', (_what, more, verdict) => {
    const there = { region: 'us-west-2', id: 'c-2', revision: 1, isForVersion: '3.10.20', saysTheSame: true };
    expect(recoveryConfigurationFinding({ ...there, ...more }, { EngineVersion: '3.10.20' }).verdict).toBe(
      verdict,
    );
  });
});

describe('automated snapshots', () => {
  test.each<[version: string, hour: number | undefined, how: string]>([
    ['OpenSearch_2.5', 0, 'hourly, kept 14 days'],
    ['Elasticsearch_7.10', 4, 'hourly, kept 14 days'],
    ['Elasticsearch_5.3', 4, 'hourly, kept 14 days'],
    ['Elasticsearch_5.1', 4, 'daily in the hour after 4:00 UTC, 14 kept'],
    ['Elasticsearch_2.3', undefined, 'daily in the hour after 0:00 UTC, 14 kept'],
  ])('of %s', (version, hour, how) => {
    expect(automatedSnapshotsOf(version, hour)).toBe(how);
  });

  test('are known by one metric alone', () => {
    expect(automatedSnapshotFinding([0, 0], 'hourly').verdict).toBe('pass');
    expect(automatedSnapshotFinding([0, 1, 0], 'hourly').verdict).toBe('fail');
    expect(automatedSnapshotFinding([], 'hourly').verdict).toBe('warn');
  });
});
