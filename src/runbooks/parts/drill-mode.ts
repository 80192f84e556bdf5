import type { Milliseconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Environment } from '../../environment.ts';
import type { DrillMode as Mode } from './drill-marker.ts';
import { recoveryOf } from './recovered-components.ts';
import { temporaryTags } from './restore-point.ts';

export interface BringUp {
  readonly mode: Mode;
  readonly restoreTimeout: Milliseconds;
}

/** Where the nodes that are brought up look for parameters: those of a drill never where a failover's would look. */
export function parameterPrefix(environment: Environment, mode: Mode, runId: string): string {
  const { source, drill } = recoveryOf(environment).parameters;
  return mode === 'drill' ? `${drill}/${runId}` : source;
}

export const purposeOf = (mode: Mode): string =>
  mode === 'drill' ? 'disaster recovery drill' : 'disaster recovery failover';

/** When a drill must be over at the latest. */
export const expiryOf = ({
  environment,
  runStartedAt,
}: Pick<ReadContext, 'environment' | 'runStartedAt'>): Date =>
  new Date(runStartedAt.getTime() + recoveryOf(environment).longest);

/** What stays has no expiry. */
export const tagsFor =
  (mode: Mode) =>
  ({
    runId,
    ...context
  }: Pick<ReadContext, 'runId' | 'runStartedAt' | 'environment'>): Readonly<Record<string, string>> => {
    const { 'runbook:expires': expires = '', ...tags } = temporaryTags(
      runId,
      expiryOf(context),
      purposeOf(mode),
    );
    return mode === 'drill' ? { ...tags, 'runbook:expires': expires } : tags;
  };

export type { DrillMode as Mode } from './drill-marker.ts';
