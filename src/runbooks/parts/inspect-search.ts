import { metricData } from '../../aws/cloudwatch.ts';
import { describeKey } from '../../aws/kms.ts';
import { describeDomain, domainEngineVersions, lastDomainChange } from '../../aws/opensearch.ts';
import { minutes } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { automatedSnapshotFinding, automatedSnapshotsOf, snapshotMetricSpan } from './automated-snapshots.ts';
import { gone } from './backed-up-resources.ts';
import { keyFinding } from './backup-surroundings.ts';
import { versionFinding } from './engine-version.ts';
import { findingsOfPart } from './findings-together.ts';
import { inspectSavedConfiguration, inspectSavedSeries, readsSavedObjects } from './inspect-saved-objects.ts';
import { keysSeen } from './keys-seen.ts';
import type { Inspected } from './protected-components.ts';

export const readsSearch = [
  describeDomain,
  lastDomainChange,
  domainEngineVersions,
  metricData,
  describeKey,
  ...readsSavedObjects,
];

/** AWS's own snapshots as far as they show, those that somebody keeps in a bucket, and what the domain is built from again. */
export async function inspectSearch(
  context: ReadContext,
  component: Inspected<'search-domain'>,
  days: number,
): Promise<readonly Finding[]> {
  const { aws, environment } = context;
  const { snapshots, configuration } = component.backup;
  const domain = await describeDomain(aws, component.domain);
  if (domain === undefined) throw gone(component.domain, component.name);
  const { EngineVersion = 'unknown', SnapshotOptions, EncryptionAtRestOptions } = domain;
  const regions = [aws.region, environment.recoveryRegion].flatMap((region) => region ?? []);
  const places = [];
  for (const region of regions) places.push({ region, offered: await domainEngineVersions(aws.in(region)) });
  const key = EncryptionAtRestOptions?.KmsKeyId;
  const promised = environment.objectives.rpo;
  return [
    automatedSnapshotFinding(
      await snapshotFailures(context, component.domain),
      automatedSnapshotsOf(EngineVersion, SnapshotOptions?.AutomatedSnapshotStartHour),
    ),
    versionFinding('domain', EngineVersion, places),
    ...(key === undefined ? [] : (await keysSeen(aws, [key])).map(keyFinding)),
    ...findingsOfPart('snapshots', await inspectSavedSeries(context, snapshots, { days, promised })),
    ...(configuration === undefined
      ? []
      : findingsOfPart(
          'configuration',
          await inspectSavedConfiguration(
            context,
            configuration,
            await lastDomainChange(aws, component.domain),
          ),
        )),
  ];
}

const period = minutes(5);

async function snapshotFailures(
  { aws, clock, environment }: ReadContext,
  domain: string,
): Promise<readonly number[]> {
  const to = new Date(Math.floor(clock.now().getTime() / period) * period);
  const query = {
    Id: 'failures',
    MetricStat: {
      Metric: {
        Namespace: 'AWS/ES',
        MetricName: 'AutomatedSnapshotFailure',
        Dimensions: [
          { Name: 'ClientId', Value: environment.account },
          { Name: 'DomainName', Value: domain },
        ],
      },
      Period: period / 1000,
      Stat: 'Maximum',
    },
  };
  const from = new Date(to.getTime() - snapshotMetricSpan);
  const [result] = await metricData(aws, [query], from, to);
  return result?.Values ?? [];
}
