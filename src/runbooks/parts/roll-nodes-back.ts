import { type FleetNode, type FleetView, isLeaving, servingNodes } from './fleet-view.ts';

export interface RollBackGoal {
  readonly version: string;
  readonly desired: number;
}

export type RollBackTurn =
  | { readonly do: 'terminate'; readonly node: FleetNode }
  | { readonly do: 'set-desired'; readonly desired: number }
  | { readonly do: 'wait' | 'nothing' };

/**
 * The next single thing to do to bring a fleet back to a version, from what is seen now alone: first one node more, where the
 * maximum size allows, then one node away at a time while as many serve as should, and the capacity as it was at the end.
 */
export function nextRollBackTurn(view: FleetView, goal: RollBackGoal): RollBackTurn {
  const staying = view.nodes.filter((node) => !isLeaving(node));
  const wrong = staying.filter(({ version }) => version !== goal.version);
  const [next] = wrong;
  if (next === undefined) {
    if (view.desired !== goal.desired) return { do: 'set-desired', desired: goal.desired };
    // A node on its way out needs nobody to wait for it: its lifecycle hook alone may take hours.
    const isWhole = staying.length === goal.desired && servingNodes(view).length >= goal.desired;
    return { do: isWhole ? 'nothing' : 'wait' };
  }
  const broken = wrong.find(({ serves, lifecycleState }) => !serves && lifecycleState === 'InService');
  if (broken !== undefined) return { do: 'terminate', node: broken };
  if (servingNodes(view).length < view.desired || staying.length < view.desired) return { do: 'wait' };
  if (view.desired === goal.desired && view.maxSize > view.desired)
    return { do: 'set-desired', desired: goal.desired + 1 };
  return { do: 'terminate', node: next };
}
