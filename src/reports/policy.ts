import type { Resources, Runbook } from '../engine/runbook.ts';
import type { Environment } from '../environment.ts';
import { permissionsOf } from './runbook-page.ts';

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/**
 * What a role must be allowed for a runbook in one environment. The actions are those of its steps; what they touch is what the runbook says,
 * else `*`. An action whose list is empty is not needed here.
 */
export function policyOf(runbook: Runbook, environment: Environment): Policy {
  const resources = runbook.resources?.(environment) ?? {};
  const byResource = new Map<string, { readonly on: readonly string[]; readonly actions: string[] }>();
  for (const action of permissionsOf(runbook)) {
    const on = [...new Set(touchedBy(action, resources))].toSorted();
    if (on.length === 0) continue;
    const statement = byResource.get(on.join()) ?? { on, actions: [] };
    statement.actions.push(action);
    byResource.set(on.join(), statement);
  }
  return {
    Version: '2012-10-17',
    Statement: [...byResource.values()].map(({ on, actions }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: on,
    })),
  };
}

const touchedBy = (action: string, resources: Resources): readonly string[] =>
  resources[action] ?? resources[action.split(':')[0] ?? ''] ?? ['*'];
