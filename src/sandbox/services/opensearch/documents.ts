import type { World } from '../../world.ts';
import { endpointOf } from './known-domain.ts';
import type { Domain } from './state.ts';

const domainAt = (world: World, host: string): Domain | undefined =>
  world.openSearch.domains.find((domain) => endpointOf(domain) === host);

export interface Documents {
  readonly documents: number;
  /** Absent where there is none. */
  readonly newest?: Date;
}

/** What the indices of a domain hold: in one that is in use the newest document is as old as its last log line. */
export function documentsOf(world: World, host: string): Documents {
  const { indexed } = domainAt(world, host) ?? {};
  if (indexed === undefined) return { documents: 0 };
  return { documents: indexed.documents, newest: indexed.newest ?? world.now };
}

/** Documents that a snapshot of the stack holds. */
export const usualDocuments = 48_200_000;

/** Restores a snapshot that was taken then. https://docs.opensearch.org/docs/latest/tuning-your-cluster/availability-and-recovery/snapshots/snapshot-restore/ */
export function restoreSnapshot(world: World, host: string, takenAt: Date): void {
  const domain = domainAt(world, host);
  if (domain !== undefined) domain.indexed = { documents: usualDocuments, newest: takenAt };
}
