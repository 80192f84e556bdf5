import { describe, expect, test } from 'vitest';
import type { Member } from '../../../src/runbooks/parts/aurora-cluster.ts';
import { chooseTarget } from '../../../src/runbooks/parts/failover-target.ts';

const member = (id: string, zone: string, more: Partial<Member> = {}): Member => ({
  id,
  writes: false,
  status: 'available',
  zone,
  tier: 1,
  pending: [],
  ...more,
});
const writer = member('w', 'a', { writes: true });
const chosen = (members: readonly Member[], wanted?: string) => {
  const choice = chooseTarget(members, wanted);
  return 'roles' in choice ? choice.roles.target : choice.refusal.code;
};

describe('without a wish', () => {
  test('the reader in another zone with the lowest tier', () => {
    const members = [
      writer,
      member('near', 'a', { tier: 0 }),
      member('b', 'b', { tier: 2 }),
      member('c', 'c'),
    ];
    expect(chosen(members)).toBe('c');
  });

  test('nobody, where none stands in another zone or none of these is available', () => {
    expect(chosen([writer, member('near', 'a')])).toBe('NO_READER_ELSEWHERE');
    expect(chosen([writer, member('b', 'b', { status: 'rebooting' })])).toBe('NO_READER_ELSEWHERE');
    expect(chosen([member('b', 'b')])).toBe('NO_READER_ELSEWHERE');
  });
});

describe('with a wish', () => {
  const members = [writer, member('near', 'a'), member('b', 'b'), member('c', 'c', { status: 'modifying' })];

  test('it is followed, into the zone of the writer too', () => {
    expect(chosen(members, 'b')).toBe('b');
    expect(chosen(members, 'near')).toBe('near');
  });

  test.each(['w', 'c', 'unknown'])('%s is refused', (wanted) => {
    expect(chosen(members, wanted)).toBe('TARGET_NOT_PROMOTABLE');
  });
});
