import type { ReadClients } from '../../aws/clients.ts';
import { describeKey } from '../../aws/kms.ts';
import {
  brokerEngineVersions,
  configurationData,
  type DescribeBrokerResponse,
  describeBroker,
  describeConfiguration,
} from '../../aws/mq.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { gone } from './backed-up-resources.ts';
import { keyFinding } from './backup-surroundings.ts';
import { recoveryConfigurationFinding, revisionFinding } from './broker-rebuild.ts';
import { versionFinding } from './engine-version.ts';
import { findingsOfPart } from './findings-together.ts';
import { inspectSavedSeries, readsSavedObjects } from './inspect-saved-objects.ts';
import { keysSeen } from './keys-seen.ts';
import { type Inspected, recoveryRegionOf } from './protected-components.ts';

export const readsBroker = [
  describeBroker,
  describeConfiguration,
  configurationData,
  brokerEngineVersions,
  describeKey,
  ...readsSavedObjects,
];

/**
 * What a broker is built from again. Messages in its queues are in no backup at all. The definitions are not opened: an export of the whole
 * broker holds the hashes of its users' passwords, and nobody can tell before reading it.
 */
export async function inspectBroker(
  context: ReadContext,
  component: Inspected<'broker'>,
  days: number,
): Promise<readonly Finding[]> {
  const { aws, environment } = context;
  const { definitions, recoveryConfiguration } = component.backup;
  const broker = await describeBroker(aws, component.broker);
  if (broker === undefined) throw gone(component.broker, component.name);
  const { EngineType = 'RABBITMQ', EngineVersion = 'unknown', EncryptionOptions, Configurations } = broker;
  const configured = Configurations?.Current?.Id;
  const configuration = configured === undefined ? undefined : await describeConfiguration(aws, configured);
  const regions = [aws.region, environment.recoveryRegion].flatMap((region) => region ?? []);
  const places = [];
  for (const region of regions)
    places.push({ region, offered: await brokerEngineVersions(aws.in(region), EngineType) });
  const key = EncryptionOptions?.KmsKeyId;
  return [
    versionFinding('broker', EngineVersion, places),
    revisionFinding(broker, configuration),
    ...(recoveryConfiguration === undefined
      ? []
      : [await recoveryFinding(aws, broker, recoveryConfiguration, recoveryRegionOf(environment))]),
    ...(key === undefined ? [] : (await keysSeen(aws, [key])).map(keyFinding)),
    ...findingsOfPart('definitions', await inspectSavedSeries(context, definitions, { days })),
  ];
}

async function recoveryFinding(
  aws: ReadClients,
  broker: DescribeBrokerResponse,
  id: string,
  region: string,
): Promise<Finding> {
  const there = aws.in(region);
  const found = await describeConfiguration(there, id);
  const revision = found?.LatestRevision?.Revision;
  const { Id, Revision } = broker.Configurations?.Current ?? {};
  const here = Id === undefined || Revision === undefined ? undefined : { id: Id, revision: Revision };
  const saysTheSame =
    here !== undefined &&
    revision !== undefined &&
    (await configurationData(aws, here)) === (await configurationData(there, { id, revision }));
  return recoveryConfigurationFinding(
    { region, id, revision, isForVersion: found?.EngineVersion, saysTheSame },
    broker,
  );
}
