import type { Finding } from '../../engine/finding.ts';

export const minorOf = (version = ''): string => version.split('.').slice(0, 2).join('.');

/** `3.13` is offered where a broker of it calls itself `3.13.2`: Amazon MQ chooses the patch since 3.13. */
const isOffered = (version: string, offered: readonly string[]): boolean =>
  offered.some((name) => version === name || version.startsWith(`${name}.`));

export interface VersionsOffered {
  readonly region: string;
  readonly offered: readonly string[];
}

/** A version that is not offered any more can be neither made again nor, soon, kept. */
export function versionFinding(what: string, version: string, places: readonly VersionsOffered[]): Finding {
  const subject = 'engine version';
  const rule = `a ${what} of this version can be made in ${places.map(({ region }) => region).join(' and ')}`;
  const without = places.filter(({ offered }) => !isOffered(version, offered)).map(({ region }) => region);
  return without.length === 0
    ? { verdict: 'pass', subject, fact: `${version} is offered`, rule }
    : {
        verdict: 'fail',
        subject,
        fact: `${version} is not offered in ${without.join(' and ')}: its support is over, or was never there`,
        rule,
        toDo: 'Upgrade to a version that is offered wherever it may have to be made, while what runs still runs; its end of support stands in the developer guide',
      };
}
