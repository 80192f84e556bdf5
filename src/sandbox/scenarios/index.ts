import { UsageError } from '../../errors.ts';
import { badAmi } from './bad-ami.ts';
import { calm } from './calm.ts';
import { noCapacity } from './no-capacity.ts';
import type { Scenario } from './scenario.ts';
import { stopAlarm } from './stop-alarm.ts';
import { stuckNode } from './stuck-node.ts';
import { throttling } from './throttling.ts';

export const scenarios: readonly Scenario[] = [calm, badAmi, stopAlarm, throttling, noCapacity, stuckNode];

/** @throws UsageError for an unknown id */
export function scenarioNamed(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'UNKNOWN_SCENARIO',
    message: `The sandbox has no scenario '${id}'.`,
    hint: `Choose one of: ${scenarios.map((scenario) => scenario.id).join(', ')}.`,
  });
}
