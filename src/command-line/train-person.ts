import { Interrupted } from '../errors.ts';
import { factsSeen } from '../reports/facts-seen.ts';
import type { RunReport } from '../reports/run-report.ts';
import type { Clocks } from '../terminal/step-by-step.ts';
import type { Driven } from './drive-run.ts';
import { hasColour } from './runbook-command.ts';

/** Asked before each change unless `free`, free to look back, and not without time passing. */
export async function personInTraining(
  clocks: Clocks,
  free: boolean,
): Promise<NonNullable<Driven['person']>> {
  const [{ stepByStepOperator, thinkingTakesTime }, { terminalOperator }] = await Promise.all([
    import('../terminal/step-by-step.ts'),
    import('../terminal/prompts.ts'),
  ]);
  return (prompting, seen) => {
    const lookingBack = {
      ...prompting,
      facts: () => factsSeen(seen(), prompting.output.columns ?? 80),
    };
    return thinkingTakesTime((free ? terminalOperator : stepByStepOperator)(lookingBack), clocks);
  };
}

/** Ctrl-C and Ctrl-D at the question leave everything as it is. */
export async function afterInterruption(
  { changesInPlace, phase }: RunReport,
  { input, output }: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WriteStream },
  clocks: Clocks,
): Promise<'resume' | 'roll back' | 'leave'> {
  const [{ choose }, { takingTime }] = await Promise.all([
    import('../terminal/prompts.ts'),
    import('../terminal/step-by-step.ts'),
  ]);
  const mayRollBack = changesInPlace.length > 0 || phase === 'rolling-back';
  output.write('\n');
  try {
    return await takingTime(clocks, () =>
      choose(
        {
          message: 'The run is stopped. What now?',
          choices: [
            { value: 'leave', name: 'Leave it as it is: the exercise is over', short: 'leave' },
            { value: 'resume', name: 'Resume it where it stopped', short: 'resume' },
            ...(mayRollBack
              ? [
                  {
                    value: 'roll back',
                    name: 'Roll it back, the latest change first',
                    short: 'roll back',
                  } as const,
                ]
              : []),
          ],
        },
        { name: '', colour: hasColour(output), aside: (ask) => ask(), input, output },
        new AbortController().signal,
      ),
    );
  } catch (error) {
    if (error instanceof Interrupted) return 'leave';
    throw error;
  }
}
