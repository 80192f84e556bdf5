import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { restoredName } from '../../../src/runbooks/parts/restored-name.ts';

/** As RDS takes them: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html */
const identifier = /^[a-z](?:-?[a-z0-9])*$/;
const longestOfRds = 63;

const runId = 'backup-verify-20260302-021000-abcd';
/** As runbook.yaml takes them. */
const component = fc.stringMatching(/^[a-z][a-z0-9-]{0,90}$/);

describe('the name of what is restored', () => {
  test('begins with the run and ends with the component, where that fits', () => {
    expect(restoredName(runId, 'database')).toBe('backup-verify-20260302-021000-abcd-database');
  });

  test('is one that RDS takes, also with the ending of its instance', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (run, name) => {
        const given = restoredName(run, name);
        expect(given).toMatch(identifier);
        expect(`${given}-1`.length).toBeLessThanOrEqual(longestOfRds);
      }),
    );
  });

  test('always holds the whole id of the run, without which it could be the name of something of production', () => {
    fc.assert(
      fc.property(component, (name) => {
        expect(restoredName(runId, name).startsWith(runId)).toBe(true);
        expect(restoredName(runId, name)).not.toBe(name);
      }),
    );
  });

  test('differs for different components of a run, however alike and long they are', () => {
    fc.assert(
      fc.property(component, component, fc.string({ maxLength: 3 }), (one, other, end) => {
        fc.pre(one !== other);
        expect(restoredName(runId, one)).not.toBe(restoredName(runId, other));
        if (end !== '') expect(restoredName(runId, one)).not.toBe(restoredName(runId, `${one}${end}`));
      }),
    );
    expect(restoredName(runId, 'a--b')).not.toBe(restoredName(runId, 'a-b'));
    expect(restoredName(runId, 'a-')).not.toBe(restoredName(runId, 'a'));
  });

  test('differs for different runs of a component', () => {
    fc.assert(
      fc.property(component, fc.stringMatching(/^[a-z2-9]{4}$/), (name, letters) => {
        fc.pre(letters !== 'abcd');
        expect(restoredName(`backup-verify-20260302-021000-${letters}`, name)).not.toBe(
          restoredName(runId, name),
        );
      }),
    );
  });
});
