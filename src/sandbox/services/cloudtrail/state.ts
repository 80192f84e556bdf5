import type { Trail } from '@aws-sdk/client-cloudtrail';
import type { Known } from '../../known.ts';

/** What is kept of a call: little, because a world is stored after every write. */
export interface RecordedCall {
  readonly at: Date;
  readonly region: string;
  /** Name of the SDK's package without `@aws-sdk/client-`. */
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
  /** Name and version of the client, as it says itself. */
  readonly userAgent?: string;
  /** As CloudTrail writes them, without secrets. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string; readonly message: string };
  /** Name of the role's session, where it is not the sandbox's caller who did it. */
  readonly session?: string;
}

export interface CloudTrailState {
  /** Oldest first. Reads are many and are kept for a shorter time. */
  writes: RecordedCall[];
  reads: RecordedCall[];
  trails: Known<Trail, 'Name' | 'TrailARN' | 'HomeRegion'>[];
  timings: {
    /** Seconds until a call is found by a look-up. */
    delivery: readonly [least: number, most: number];
  };
  /** How many look-ups are answered in a second: AWS allows two. Without it, any number. */
  lookupsPerSecond?: number;
  /** When the look-ups of the last second were. */
  lookups: Date[];
}

export const emptyCloudTrail = (): CloudTrailState => ({
  writes: [],
  reads: [],
  trails: [],
  timings: { delivery: [120, 420] },
  lookups: [],
});
