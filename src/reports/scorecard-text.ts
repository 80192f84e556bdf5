import {
  bad,
  emptyLine,
  good,
  type Paragraph,
  paragraph,
  quiet,
  type Span,
  strong,
  type TextOptions,
  textOf,
  warning,
} from './layout.ts';
import type { Scorecard, ScoreLine, Verdict } from './scorecard.ts';
import { timeOfDay } from './times.ts';

/** What a trainee reads at the end: what really happened, how it was met, and what a good operator does. */
export function scorecardText(card: Scorecard, options: TextOptions): string {
  return textOf(
    [
      paragraph(0, strong('What really happened')),
      paragraph(2, strong(card.title)),
      { content: [card.story], indent: 2, hang: 2 },
      emptyLine,
      paragraph(0, strong('Scorecard'), quiet(` of ${card.scenario}, until ${timeOfDay(card.until)} UTC`)),
      ...card.lines.flatMap(lineParagraphs),
      emptyLine,
      paragraph(0, strong('Result: '), said(card.result), quiet(' — as good as the worst line above')),
      ...adviceParagraphs(card),
    ],
    options,
  );
}

const signs: Readonly<Record<Verdict, string>> = { good: '✔', 'could be better': '!', wrong: '✖' };
const tones = { good, 'could be better': warning, wrong: bad } as const;

const said = (verdict: Verdict): Span => tones[verdict](verdict);
const signOf = (verdict: Verdict): Span => tones[verdict](signs[verdict]);

const lineParagraphs = ({ title, verdict, fact, sentence, details }: ScoreLine): readonly Paragraph[] => [
  paragraph(
    2,
    signOf(verdict),
    ' ',
    strong(title),
    `: ${fact}`,
    ...(verdict === 'good' ? [] : [quiet(' — '), said(verdict)]),
  ),
  { content: [quiet(sentence)], indent: 4, hang: 4 },
  ...details.map((detail) => paragraph(6, detail)),
];

const adviceParagraphs = ({ advice }: Scorecard): readonly Paragraph[] =>
  advice.length === 0
    ? []
    : [
        emptyLine,
        paragraph(0, strong('What a good operator does here')),
        ...advice.map((each) => paragraph(2, '• ', each)),
      ];
