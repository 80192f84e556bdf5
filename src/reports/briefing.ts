import { formatDuration } from '../duration.ts';
import type { Environment } from '../environment.ts';
import {
  emptyLine,
  type Paragraph,
  paragraph,
  quiet,
  strong,
  type TextOptions,
  table,
  textOf,
} from './layout.ts';

export interface Briefing {
  /** What the trainee is told. */
  readonly brief: string;
  readonly environment: Environment;
  readonly runbook: { readonly id: string; readonly title: string };
  readonly now: Date;
  /** Somebody is asked, step by step. */
  readonly isAsked: boolean;
  /** Virtual seconds per real second. */
  readonly pace?: number | undefined;
}

/** What a trainee reads before an exercise begins. The scenario's story and its title, which gives the story away, are no part of it. */
export function briefingText(briefing: Briefing, options: TextOptions): string {
  const { brief, environment, runbook, now } = briefing;
  const { name, account, region, alarms } = environment;
  const facts = [
    ['Environment', `${name} in a sandbox, account ${account}, ${region}`],
    ['Procedure', `${runbook.title} (${runbook.id})`],
    ['Objectives', objectivesOf(environment)],
    ['Stop alarms', alarms.stop.join(', ') || 'none'],
    ['It is', `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC, in virtual time`],
  ].map(([label = '', value = '']) => [quiet(label), value]);
  return textOf(
    [
      paragraph(0, strong(`Exercise: ${runbook.title}`)),
      emptyLine,
      unhung(brief),
      emptyLine,
      ...table(facts, 2, options.width),
      emptyLine,
      ...aids(briefing, options),
    ],
    options,
  );
}

function objectivesOf({ objectives: { rto, rpo, errorRate } }: Environment): string {
  const all = [
    ...(rto === undefined ? [] : [`back within ${formatDuration(rto)}`]),
    ...(rpo === undefined ? [] : [`at most ${formatDuration(rpo)} of data lost`]),
    ...(errorRate === undefined ? [] : [`at most ${errorRate} % of the requests failed`]),
  ];
  return all.join('; ') || 'none are set';
}

function aids({ runbook, isAsked, pace }: Briefing, { width }: TextOptions) {
  const commands = table(
    [
      [strong(`runbook show ${runbook.id}`), quiet('every step, and what it needs')],
      [
        strong('runbook runs show last'),
        quiet('in a second terminal: all that this run has seen and written'),
      ],
    ],
    2,
    width,
  );
  return [
    paragraph(0, strong('To look around')),
    ...commands,
    ...(isAsked
      ? [
          unhung(
            'At every choice you can look back at what the run has seen. Ctrl-C stops it: it can be resumed.',
          ),
          unhung(
            `While you think, the world goes on at your own speed${pace === undefined ? '' : `; while the run works, ${pace} times as fast`}.`,
          ),
        ]
      : [unhung('Nobody is asked: there is no terminal, so the flags answer.')]),
  ];
}

const unhung = (text: string): Paragraph => ({ content: [text], indent: 2, hang: 2 });
