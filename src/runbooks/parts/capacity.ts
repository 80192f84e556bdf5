/** Who replaces the nodes: Auto Scaling, or this tool. */
export type Strategy = 'instance-refresh' | 'node-by-node';

/** The numbers that decide how many nodes can be away at once. */
export interface CapacityRequest {
  readonly desired: number;
  readonly maxSize: number;
  /** Nodes per zone before the update. */
  readonly zones: ReadonlyMap<string, number>;
  /** Nodes replaced at once. */
  readonly batch: number;
  /** Percent of the desired capacity that must stay healthy. */
  readonly minHealthy: number;
  /** Auto Scaling launches first only where a whole batch has room; node by node fewer will do. */
  readonly strategy: Strategy;
}

export interface CapacityPlan {
  /** Nodes launched beyond the desired capacity before the first is taken away. */
  readonly surge: number;
  /** Fewest healthy nodes that these numbers allow at any moment. */
  readonly lowest: number;
  /** The same per zone: the surge may stand in any zone, so it counts in none. */
  readonly lowestPerZone: ReadonlyMap<string, number>;
  /** Fewest healthy nodes that `minHealthy` permits. */
  readonly floor: number;
  readonly holds: boolean;
  /** `MinHealthyPercentage` and `MaxHealthyPercentage` under which an instance refresh keeps to this plan. */
  readonly refresh: { readonly minHealthyPercentage: number; readonly maxHealthyPercentage: number };
}

/**
 * What the chosen numbers allow in the worst case. Where the maximum size leaves room, nodes are launched before others are
 * taken away, so the surge makes up for the batch.
 */
export function planCapacity({
  desired,
  maxSize,
  zones,
  minHealthy,
  strategy,
  ...request
}: CapacityRequest): CapacityPlan {
  const batch = Math.min(request.batch, desired);
  const room = Math.max(0, Math.min(batch, maxSize - desired));
  const surge = strategy === 'node-by-node' || room === batch ? room : 0;
  const lowest = desired - (batch - room);
  const floor = Math.ceil((desired * minHealthy) / 100);
  return {
    surge,
    lowest,
    lowestPerZone: new Map([...zones].map(([zone, count]) => [zone, Math.max(0, count - batch)])),
    floor,
    holds: lowest >= floor,
    // Auto Scaling launches first with 100 % and more than 100 %, and terminates first with less than 100 % and 100 %.
    refresh: {
      // Less than everything: the least percentage of which the count, which Auto Scaling rounds up, is not below the lowest.
      minHealthyPercentage:
        lowest === desired ? 100 : Math.max(0, Math.floor(((lowest - 1) * 100) / desired) + 1),
      maxHealthyPercentage: room === batch ? Math.ceil(((desired + surge) * 100) / desired) : 100,
    },
  };
}

/** Nodes in the order of replacement: the zone with most nodes left gives the next one, so a batch takes zones in turn. */
export function replacementOrder<Node extends { readonly id: string; readonly zone: string }>(
  nodes: readonly Node[],
): readonly Node[] {
  const left = [...nodes].sort((a, b) => a.id.localeCompare(b.id));
  const order: Node[] = [];
  while (left.length > 0) {
    const counts = new Map<string, number>();
    for (const { zone } of left) counts.set(zone, (counts.get(zone) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const last = order.at(-1)?.zone;
    const fullest = left.filter(({ zone }) => counts.get(zone) === most);
    const next = fullest.find(({ zone }) => zone !== last) ?? fullest[0];
    if (next === undefined) break;
    order.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return order;
}

/** The canary first, on its own; then the others, so many at a time. */
export function batchesOf<Node>(
  nodes: readonly Node[],
  canary: number,
  batch: number,
): readonly (readonly Node[])[] {
  const batches = canary > 0 ? [nodes.slice(0, canary)] : [];
  for (let from = canary; from < nodes.length; from += batch) batches.push(nodes.slice(from, from + batch));
  return batches.filter(({ length }) => length > 0);
}
