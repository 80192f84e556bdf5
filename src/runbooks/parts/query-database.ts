import { describeGroup } from '../../aws/auto-scaling.ts';
import type { StepReference } from '../../engine/step.ts';
import type { DatabaseQuery } from '../../environment/restore-test.ts';
import type { Environment } from '../../environment.ts';
import { OperatorError } from '../../errors.ts';
import { askNode, healthyNode } from './ask-node.ts';
import type { Launched } from './probe-instance.ts';
import { protectedComponent } from './protected-components.ts';
import type { Serving } from './restored-instance.ts';

/** Asks from a node of the fleet, or from the probe where there is one. */
export const queryDatabase = (
  name: string,
  serving: StepReference<Serving>,
  probe: StepReference<Launched> | undefined,
) =>
  askNode({
    asked: {
      id: 'query',
      title: `Ask the restored database, from ${probe === undefined ? 'a node of the application' : 'the probe'}`,
    },
    answered: { id: 'answer', title: 'The restored database has answered' },
    mark: name,
    uses: probe === undefined ? [describeGroup] : [],
    region: ({ outputOf, environment }) =>
      probe === undefined ? environment.region : outputOf(probe).region,
    async node({ aws, environment, outputOf }) {
      if (probe !== undefined) return outputOf(probe).instance;
      return healthyNode(aws, environment, queryOf(environment, name).fleet);
    },
    line({ environment, outputOf }) {
      const { endpoint, port } = outputOf(serving);
      return queryOf(environment, name)
        .command.replaceAll('{endpoint}', endpoint)
        .replaceAll('{port}', String(port));
    },
    expected: (environment) => queryOf(environment, name).expect,
    lasts: (environment) => queryOf(environment, name).timeout,
    undoing: { undoneBy: { id: 'restore' } },
  });

function queryOf(environment: Environment, name: string): DatabaseQuery {
  const query = protectedComponent(environment, name, 'aurora-cluster').backup.restoreTest?.query;
  if (query !== undefined) return query;
  throw new OperatorError({
    code: 'QUERY_MISSING',
    message: `components.${name}.backup.restoreTest.query is gone`,
    hint: 'Put it back into runbook.yaml, then: runbook resume. Or delete what was restored: runbook rollback',
  });
}
