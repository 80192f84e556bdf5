import { expect, test } from 'vitest';
import { expectedText, notesIn, timesTaken } from '../../../src/runbooks/parts/failover-history.ts';

const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 0, 0, second));
const event = (second: number, Message: string) => ({ Date: at(second), Message });

/** As RDS words them: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html */
const events = [
  event(31, 'Completed failover to DB instance: b'),
  event(0, 'Started cross AZ failover to DB instance: b'),
  event(60, 'Started same AZ failover to DB instance: a.'),
  event(70, 'Promoting previous primary again: b'),
  event(80, 'Cluster failover failed, check the health of your cluster instances and try again'),
  event(90, 'DB instance restarted'),
];

test('what RDS says about failovers is read in the order of its own times', () => {
  expect(notesIn(events)).toEqual([
    { at: at(0), what: 'started', to: 'b' },
    { at: at(31), what: 'completed', to: 'b' },
    { at: at(60), what: 'started', to: 'a' },
    { at: at(80), what: 'failed' },
  ]);
});

test('only those that were completed took a time', () => {
  expect(timesTaken(notesIn(events))).toEqual([31_000]);
  expect(timesTaken(notesIn(events.slice(0, 1)))).toEqual([]);
});

test('what is to be expected follows from them', () => {
  expect(expectedText({ taken: [] })).toContain('no failover in 14 days');
  expect(expectedText({ taken: [31_000] })).toContain('31s for the last one');
  expect(expectedText({ taken: [31_000, 12_000] })).toContain('12s to 31s for the last 2');
});
