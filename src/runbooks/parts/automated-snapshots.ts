import { hours, type Milliseconds } from '../../duration.ts';
import type { Finding } from '../../engine/finding.ts';

/** How far back CloudWatch is asked: the metric itself speaks of the 36 hours before each of its values. */
export const snapshotMetricSpan: Milliseconds = hours(3);

/**
 * Elasticsearch before 5.3 has daily snapshots, everything since hourly ones. Both go down with the domain.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html
 */
export function automatedSnapshotsOf(engineVersion: string, startHour: number | undefined): string {
  const [engine = '', version = ''] = engineVersion.split('_');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = engine === 'Elasticsearch' && (major < 5 || (major === 5 && minor < 3));
  return isOld ? `daily in the hour after ${startHour ?? 0}:00 UTC, 14 kept` : 'hourly, kept 14 days';
}

/**
 * No operation lists AWS's own snapshots. What can be seen from outside is a metric that is above 0 while there was none for 36 hours.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html
 */
export function automatedSnapshotFinding(values: readonly number[], how: string): Finding {
  const subject = 'automated snapshots';
  const rule = `AWS makes them (${how}), and AutomatedSnapshotFailure is 0; nothing else of them shows outside the domain`;
  if (values.length === 0)
    return {
      verdict: 'warn',
      subject,
      fact: 'CloudWatch has no AutomatedSnapshotFailure of the last hours: nobody can tell',
      rule,
      toDo: 'See that the domain is there and reports; ask it from inside its network: GET _cat/snapshots/cs-automated-enc',
    };
  return Math.max(...values) === 0
    ? { verdict: 'pass', subject, fact: 'AWS reports no failure of the last 36 hours', rule }
    : {
        verdict: 'fail',
        subject,
        fact: 'AWS reports that there was none for 36 hours',
        rule,
        toDo: 'None is made while the cluster is red: aws opensearch describe-domain-health. After 14 days the last one is gone',
      };
}
