import type { Clock } from '../clock.ts';
import type { NextChange, Operator } from '../engine/operator.ts';
import { paragraph, quiet, strong, table, visible } from '../reports/layout.ts';
import { choose, type Prompting, show, terminalOperator } from './prompts.ts';

/** As at any terminal, and asked before each change. */
export const stepByStepOperator = (prompting: Prompting): Operator => ({
  ...terminalOperator(prompting),
  goOn: goOnOnTerminal(prompting),
});

const goOnOnTerminal =
  (prompting: Prompting): NonNullable<Operator['goOn']> =>
  (next, signal) =>
    prompting.aside(() => mayGoOn(next, prompting, signal));

async function mayGoOn(
  { path, title, wayBack, changesInPlace }: NextChange,
  prompting: Prompting,
  signal: AbortSignal,
): Promise<boolean> {
  const rows = [
    [quiet('Next change'), title],
    [quiet('Step'), path],
    [quiet('Way back'), wayBack],
    [quiet('In place'), changesInPlace.length === 0 ? 'no change yet' : changesInPlace.join('; ')],
  ];
  show(
    [paragraph(0, strong('Before the change')), ...table(rows, 2, prompting.output.columns ?? 80)],
    prompting,
  );
  const choice = await choose(
    {
      message: `${visible(title)}?`,
      choices: [
        // Enter typed too early must not change anything.
        { value: 'stop', name: 'Stop here: then resume, roll back or leave it', short: 'stop' },
        { value: 'go', name: 'Go on: make this change', short: 'go on' },
      ],
    },
    prompting,
    signal,
  );
  return choice === 'go';
}

export interface Clocks {
  readonly real: Clock;
  /** Of the run. */
  readonly world: Clock;
}

/** While a person thinks the world goes on: as much of its time passes as the answer took, also where it is Ctrl-C. */
export async function takingTime<Answer>(
  { real, world }: Clocks,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const asked = real.now().getTime();
  try {
    return await ask();
  } finally {
    await world.sleep(real.now().getTime() - asked);
  }
}

export function thinkingTakesTime(operator: Operator, clocks: Clocks): Operator {
  const { name, approve, decide, goOn } = operator;
  return {
    name,
    approve: (request, signal) => takingTime(clocks, () => approve(request, signal)),
    decide: (failure, signal) => takingTime(clocks, () => decide(failure, signal)),
    ...(goOn && { goOn: (next, signal) => takingTime(clocks, () => goOn(next, signal)) }),
  };
}
