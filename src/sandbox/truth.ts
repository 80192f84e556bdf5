import { watchOutages } from './application/outages.ts';
import { callerSession } from './services/iam/caller.ts';
import { accountOf, seenFrom, type World } from './world.ts';

/** What really happened in the account, whatever those saw of it who worked in it. */
export interface Truth {
  readonly now: Date;
  /** Oldest first; one without `to` is not over. */
  readonly outages: readonly {
    readonly application: string;
    readonly from: Date;
    readonly to?: Date | undefined;
    readonly what: 'unavailable' | 'requests-failing' | 'writes-failing';
  }[];
  readonly requests: number;
  readonly failedRequests: number;
  /** Of everybody, oldest first, as far back as they are kept. */
  readonly calls: readonly {
    readonly by: string;
    readonly service: string;
    readonly operation: string;
    readonly at: Date;
    readonly error?: string | undefined;
  }[];
}

/** @param since from when requests and calls count */
export function truthOf(world: World, since: Date): Truth {
  const account = accountOf(world);
  const regions = Object.keys(account.regions).map((region) => seenFrom(account, region));
  const counted = (metric: string): number =>
    regions.reduce((sum, region) => sum + countedIn(region, metric, since), 0);
  return {
    now: account.now,
    outages: regions.flatMap(outagesIn).toSorted((a, b) => a.from.getTime() - b.from.getTime()),
    requests: counted('RequestCount'),
    failedRequests: counted('HTTPCode_Target_5XX_Count') + counted('HTTPCode_ELB_5XX_Count'),
    calls: [...account.cloudTrail.writes, ...account.cloudTrail.reads]
      .filter(({ at }) => at >= since)
      .toSorted((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ session = callerSession, service, operation, at, error }) => ({
        by: session,
        service,
        operation,
        at,
        ...(error && { error: error.code }),
      })),
  };
}

/** What has changed since the last count is noted first. */
function outagesIn(world: World): Truth['outages'] {
  return world.applications.flatMap((application) => {
    watchOutages(world, application);
    return application.outages.map((outage) => ({ application: application.name, ...outage }));
  });
}

/** Of whole minutes, by all applications. */
const countedIn = ({ cloudWatch }: World, metric: string, since: Date): number =>
  Object.values(cloudWatch.series)
    .filter(({ Namespace, MetricName }) => Namespace === 'AWS/ApplicationELB' && MetricName === metric)
    .flatMap(({ first, samples }) => samples.slice(Math.max(0, Math.ceil(since.getTime() / 60_000) - first)))
    .reduce<number>((sum, sample) => sum + (typeof sample === 'number' ? sample : 0), 0);
