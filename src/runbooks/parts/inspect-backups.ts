import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { type Check, check } from '../../engine/step.ts';
import { inspectBroker, readsBroker } from './inspect-broker.ts';
import { inspectRecoveryPoints, readsRecoveryPoints } from './inspect-recovery-points.ts';
import { inspectSearch, readsSearch } from './inspect-search.ts';
import { type Inspected, inspectedComponents } from './protected-components.ts';

/** One row for each thing that was looked at: nothing that is wrong keeps the rest from being seen. */
export const inspectComponent = (name: string, days: number): Check<void> =>
  check({
    id: 'inspect',
    title: 'What its backup policy asks for was looked at',
    uses: [...new Set([...readsRecoveryPoints, ...readsBroker, ...readsSearch])],
    async run(context) {
      const [component] = inspectedComponents(context.environment, name);
      if (component !== undefined) context.found(await inspect(context, component, days));
    },
  });

function inspect(context: ReadContext, component: Inspected, days: number): Promise<readonly Finding[]> {
  switch (component.type) {
    case 'aurora-cluster':
    case 'file-system':
    case 'rds-instance':
    case 'ebs-volumes':
      return inspectRecoveryPoints(context, component, days);
    case 'broker':
      return inspectBroker(context, component, days);
    case 'search-domain':
      return inspectSearch(context, component, days);
    default:
      return component satisfies never;
  }
}
