import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hours } from '../../../src/duration.ts';
import {
  asOldAsSource,
  copyingByName,
  expiryIn,
  savedPoints,
} from '../../../src/runbooks/parts/saved-points.ts';

const now = new Date('2026-03-02T02:10:00Z');
const object = (key: string, hoursAgo = 1, bytes = 10) => ({
  key,
  lastModified: new Date(now.getTime() - hours(hoursAgo)),
  bytes,
});
const place = { bucket: 'b', prefix: 'search/' };

describe('what was saved', () => {
  test('is a file, or a folder with all that is in it, as old as the newest of it', () => {
    const points = savedPoints(
      [
        object('search/', 9, 0),
        object('search/one.json', 5),
        object('search/two/', 9, 0),
        object('search/two/index-0', 3, 20),
        object('search/two/indices/0', 2, 30),
      ],
      place,
    );
    expect(points).toMatchObject([
      { name: 'one.json', arn: 's3://b/search/one.json', bytes: 10, status: 'COMPLETED' },
      { name: 'two', bytes: 50, object: 'search/two/indices/0', created: object('', 2).lastModified },
    ]);
  });

  test('that holds nothing is not complete', () => {
    expect(savedPoints([object('search/empty.json', 1, 0)], place)).toMatchObject([
      { status: 'PARTIAL', message: 'empty.json holds nothing' },
    ]);
  });

  test('holds all bytes, whatever the keys', () => {
    const key = fc.array(fc.constantFrom('a', 'b', '/', '.'), { minLength: 1 }).map((part) => part.join(''));
    fc.assert(
      fc.property(fc.uniqueArray(key), (keys) => {
        const points = savedPoints(
          keys.map((each) => object(`search/${each}`)),
          place,
        );
        expect(points.reduce((sum, { bytes = 0 }) => sum + bytes, 0)).toBe(10 * keys.length);
        expect(new Set(points.map(({ name }) => name)).size).toBe(points.length);
      }),
    );
  });
});

describe('a copy', () => {
  const points = savedPoints([object('snap-one', 30), object('snap-two', 6)], {
    bucket: 'b',
    prefix: 'snap-',
  });
  const copies = savedPoints([object('snap-one', 1)], { bucket: 'c', prefix: 'snap-' });

  test('belongs to what has its name, also behind a prefix without a slash', () => {
    const { copyOf } = copyingByName(points, copies, now);
    expect(points.map((point) => copyOf(point)?.arn)).toEqual(['s3://c/snap-one', undefined]);
  });

  test('is as old as its source, whenever it was made', () => {
    expect(asOldAsSource(copies, points)[0]?.created).toEqual(points[0]?.created);
    expect(asOldAsSource(copies, [])[0]?.created).toEqual(copies[0]?.created);
  });

  test('may still come for a while', () => {
    const { mayStillCome } = copyingByName(points, copies, now);
    expect(points.map(mayStillCome)).toEqual([false, false]);
    expect(savedPoints([object('snap-new', 1)], place).map(mayStillCome)).toEqual([true]);
  });
});

test('when the bucket deletes it', () => {
  expect(expiryIn('expiry-date="Fri, 06 Mar 2026 00:00:00 GMT", rule-id="old"')).toEqual(
    new Date('2026-03-06T00:00:00Z'),
  );
  expect(expiryIn(undefined)).toBeUndefined();
  expect(expiryIn('ongoing-request="false"')).toBeUndefined();
});
