import { callerIdentity } from '../../aws/sts.ts';
import { actionsBelow } from '../../engine/actions.ts';
import { type Check, check, type ListEntry, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { callerIsInTheEnvironment } from './caller.ts';
import { configurationIsThere } from './recovery-evaluation-configuration.ts';
import { dataCanBeRestored } from './recovery-evaluation-data.ts';
import { usersCanComeIn } from './recovery-evaluation-entrance.ts';
import { nothingIsLeftOver } from './recovery-evaluation-leftovers.ts';
import { nodesCanBeLaunched } from './recovery-evaluation-nodes.ts';
import { callerMay } from './recovery-evaluation-permissions.ts';
import { placesAreThere } from './recovery-evaluation-places.ts';
import { quotasAreEnough } from './recovery-evaluation-quotas.ts';
import { type Evaluated, looksAt, pass } from './recovery-evaluation-step.ts';

/** Everything else is asked of it: where it does not answer, the run ends here with what AWS says. */
const regionAnswers = looksAt({
  id: 'region',
  title: 'The recovery Region answers',
  uses: [callerIdentity],
  async look({ there, outputOf }) {
    const { arn } = await callerIdentity(there);
    const { account } = outputOf(callerIsInTheEnvironment);
    return [pass(there.region, `it knows ${arn}`, `account ${account} may use it`)];
  },
});

/**
 * Whether the stack could be rebuilt now, area by area. Reads only, and nothing that is wrong keeps the rest from being seen.
 * @param recovering the steps that come after it, for the permissions that they need
 */
export const evaluation = (recovering: readonly ListEntry[]): readonly Check<Evaluated>[] => [
  regionAnswers,
  dataCanBeRestored,
  nodesCanBeLaunched,
  quotasAreEnough,
  placesAreThere,
  configurationIsThere,
  usersCanComeIn,
  callerMay(recovering.flatMap(actionsBelow)),
  nothingIsLeftOver,
];

/** Before anything is restored: what fails then costs an hour and proves nothing, unless it is done for practice. */
export const evaluationHolds = (
  areas: readonly StepReference<Evaluated>[],
  { forPractice }: { readonly forPractice: boolean },
): Check<void> =>
  check({
    id: 'evaluation-holds',
    title: forPractice
      ? 'What fails in the evaluation is known: this is for practice'
      : 'Nothing in the evaluation fails',
    async run({ outputOf, progress }) {
      const failed = areas.flatMap((area) =>
        outputOf(area).failed.map((subject) => `${subject} (${area.id})`),
      );
      if (failed.length === 0) return;
      if (forPractice) {
        progress(`going on with ${failed.length} that fail; the run ends with FINDINGS_FAIL`);
        return;
      }
      throw new OperatorError({
        code: 'EVALUATION_FAILS',
        message: `The stack could not be rebuilt as promised, and nothing was changed yet: ${failed.join(', ')}`,
        hint: 'The tables above say what to do about each. To go on all the same, for practice or because there is no time: --for-practice, which a failover takes as well',
      });
    },
  });
