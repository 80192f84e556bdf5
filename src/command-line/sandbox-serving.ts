import type { ServedPlace } from '../assemble.ts';
import { emptyLine, type Paragraph, paragraph, quiet, strong } from '../reports/layout.ts';

/** For whoever starts a sandbox: what is there, how to reach it, how to end it. */
export function servingLines(
  { url, now, scenario, environments, variables }: ServedPlace,
  {
    speed,
    kept,
    goesOn,
  }: { readonly speed: number; readonly kept: string | undefined; readonly goesOn: boolean },
): readonly Paragraph[] {
  return [
    paragraph(0, strong(`A simulated AWS account listens at ${url}`)),
    paragraph(2, quiet('Environments: '), environments.join(', ')),
    paragraph(2, quiet('Time: '), `${now.toISOString()}, ${pace(speed)}`),
    paragraph(2, quiet('Kept: '), kept ?? 'until this process ends; --state FILE keeps it longer'),
    emptyLine,
    paragraph(0, strong(`Scenario ${scenario.id}`)),
    // The brief speaks of the beginning, which this world has behind it.
    paragraph(2, goesOn ? `goes on from ${kept} at ${now.toISOString()}` : scenario.brief),
    emptyLine,
    paragraph(0, 'In another terminal:'),
    ...Object.entries(variables).map(([name, value]) => paragraph(2, `export ${name}=${value}`)),
    emptyLine,
    paragraph(0, 'Then for example:'),
    paragraph(2, 'aws autoscaling describe-auto-scaling-groups'),
    paragraph(2, 'runbook sandbox config > runbook.yaml && runbook run rolling-update --env prod'),
    emptyLine,
    paragraph(0, quiet('Ctrl-C ends it.')),
  ];
}

const pace = (speed: number): string =>
  speed === 0
    ? 'which stands still: runbook sandbox advance 10m'
    : `${speed} virtual seconds in a second; runbook sandbox advance 10m lets it jump`;

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Comes back at the first of the signals that end a server; a second one ends the process at once. */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of endings) process.off(signal, stop);
      resolve();
    };
    for (const signal of endings) process.on(signal, stop);
  });
}
