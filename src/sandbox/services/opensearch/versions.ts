import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { knownDomain } from './known-domain.ts';

/** Newest first, as the service lists them. */
export const engineVersions = [
  'OpenSearch_2.19',
  'OpenSearch_2.17',
  'OpenSearch_2.15',
  'OpenSearch_2.13',
  'OpenSearch_2.11',
  'OpenSearch_2.9',
  'OpenSearch_2.7',
  'OpenSearch_2.5',
  'OpenSearch_2.3',
  'OpenSearch_1.3',
  'OpenSearch_1.2',
  'OpenSearch_1.1',
  'OpenSearch_1.0',
];

const numberOf = (version: string): readonly [major: number, minor: number] => {
  const [major = 0, minor = 0] = version.replace('OpenSearch_', '').split('.').map(Number);
  return [major, minor];
};

/** To a later minor version; from 1.3 to 2.x: developerguide/version-migration */
export function targetsOf(source: string): string[] {
  const [major, minor] = numberOf(source);
  return engineVersions
    .filter((version) => {
      const [toMajor, toMinor] = numberOf(version);
      return toMajor === major ? toMinor > minor : major === 1 && minor === 3 && toMajor === 2;
    })
    .reverse();
}

export const versionOperations = {
  ListVersions(_world, { MaxResults, NextToken }) {
    const page = pageOf(engineVersions, MaxResults ?? 100, NextToken, 'ValidationException');
    return { Versions: page.items, NextToken: page.next };
  },

  GetCompatibleVersions(world, { DomainName }) {
    const sources =
      DomainName === undefined ? engineVersions : [knownDomain(world, DomainName).described.EngineVersion];
    return {
      CompatibleVersions: sources.map((SourceVersion) => ({
        SourceVersion,
        TargetVersions: targetsOf(SourceVersion),
      })),
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-opensearch')>;
