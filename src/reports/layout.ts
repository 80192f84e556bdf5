import { styleText } from 'node:util';

export type Tone = 'good' | 'bad' | 'warning' | 'quiet' | 'strong';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

export type Content = string | Span;

/** A paragraph: wrapped to the width, its first line indented by `indent`, the others by `hang`. */
export interface Paragraph {
  readonly content: readonly Content[];
  readonly indent: number;
  readonly hang: number;
}

export interface TextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
}

const toned =
  (tone: Tone) =>
  (text: string): Span => ({ text, tone });

export const good = toned('good');
export const bad = toned('bad');
export const warning = toned('warning');
export const quiet = toned('quiet');
export const strong = toned('strong');

export const paragraph = (indent: number, ...content: readonly Content[]): Paragraph => ({
  content,
  indent,
  hang: indent + 2,
});

export const emptyLine: Paragraph = { content: [], indent: 0, hang: 0 };

/**
 * The only way from paragraphs to a terminal: what AWS or a file put into a text cannot move the cursor, change colours
 * or break the layout, because every text passes through `visible`.
 */
export function textOf(paragraphs: readonly Paragraph[], options: TextOptions): string {
  return paragraphs.flatMap((each) => linesOf(each, options)).join('\n');
}

const styles = { good: 'green', bad: 'red', warning: 'yellow', quiet: 'dim', strong: 'bold' } as const;

/** Line ends and tabs become spaces; other control, format and lone surrogate characters are shown by their number. */
export function visible(text: string): string {
  return text
    .replace(/[\t\r\n\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Columns that a text takes. Never too few: a joined emoji counts as all its parts. */
export const columnsOf = (text: string): number =>
  [...text].reduce((columns, character) => columns + columnsOfCharacter(character), 0);

/** East Asian wide and fullwidth ranges and emoji take two columns (Unicode Standard Annex 11), marks none. */
const wide =
  /[\u1100-\u115f\u231a-\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

function columnsOfCharacter(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  if (/\p{M}/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

interface Cell {
  readonly character: string;
  readonly columns: number;
  readonly tone: Tone | undefined;
}

/** However deep something stands, half of the line is left for it. */
const deepestMargin = (width: number): number => Math.floor(width / 2);

function linesOf({ content, indent, hang }: Paragraph, { width, colour }: TextOptions): readonly string[] {
  const deepest = deepestMargin(width);
  const margins = { first: Math.min(indent, deepest), next: Math.min(hang, deepest) };
  return wrapped(content.flatMap(cellsOf), width - margins.first, width - margins.next).map(
    (line, number) => {
      const text = paintedLine(line, colour);
      return text === '' ? '' : ' '.repeat(number === 0 ? margins.first : margins.next) + text;
    },
  );
}

function cellsOf(content: Content): readonly Cell[] {
  const span = typeof content === 'string' ? { text: content } : content;
  return [...visible(span.text)].map((character) => ({
    character,
    columns: columnsOfCharacter(character),
    tone: span.tone,
  }));
}

/** Breaks at the last space that fits, and within a word only where the word alone is too long. */
function wrapped(cells: readonly Cell[], firstRoom: number, nextRoom: number): readonly (readonly Cell[])[] {
  const lines: (readonly Cell[])[] = [];
  let rest = cells;
  for (;;) {
    const fitting = countFitting(rest, lines.length === 0 ? firstRoom : nextRoom);
    if (fitting === rest.length) return [...lines, rest];
    const space = rest.slice(0, fitting + 1).findLastIndex(({ character }) => character === ' ');
    const hasWordBefore = rest.slice(0, Math.max(space, 0)).some(({ character }) => character !== ' ');
    const end = hasWordBefore ? space : fitting;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end);
    while (rest[0]?.character === ' ') rest = rest.slice(1);
  }
}

/** At least one: a character wider than the room must not stop the wrapping. */
function countFitting(cells: readonly Cell[], room: number): number {
  let columns = 0;
  const over = cells.findIndex((cell) => {
    columns += cell.columns;
    return columns > room;
  });
  return over === -1 ? cells.length : Math.max(over, 1);
}

function paintedLine(line: readonly Cell[], colour: boolean): string {
  const end = line.findLastIndex(({ character }) => character !== ' ') + 1;
  let text = '';
  let run = '';
  for (let index = 0; index < end; index++) {
    const cell = line[index];
    if (cell === undefined) break;
    run += cell.character;
    if (index + 1 === end || line[index + 1]?.tone !== cell.tone) {
      text += painted(run, cell.tone, colour);
      run = '';
    }
  }
  return text;
}

const painted = (text: string, tone: Tone | undefined, colour: boolean): string =>
  colour && tone !== undefined ? styleText(styles[tone], text, { validateStream: false }) : text;

const gap = 2;

const columnsOfContent = (content: Content): number =>
  columnsOf(visible(typeof content === 'string' ? content : content.text));

type Row = readonly Content[];

/**
 * Aligned columns; where the terminal leaves them too little room, each row becomes a short list. So does a single row with a word that
 * would be broken in its column: a name or a record must still be one to copy.
 */
export function table(rows: readonly Row[], indent: number, width: number): readonly Paragraph[] {
  if (!isRoomFor(rows, indent, width)) return rows.flatMap((row) => stacked(row, indent));
  const room = width - startOfLast(widestOf(rows), indent);
  return aligned(rows, indent).flatMap((line, index) => {
    const row = rows[index] ?? [];
    return longestWord(row.at(-1) ?? '') > room ? stacked(row, indent) : [line];
  });
}

const longestWord = (content: Content): number =>
  Math.max(
    ...visible(typeof content === 'string' ? content : content.text)
      .split(' ')
      .map(columnsOf),
  );

/** The last column wraps, but not into a strip of a few characters, nor where its further lines could not begin below it. */
export function isRoomFor(rows: readonly Row[], indent: number, width: number): boolean {
  const widest = widestOf(rows);
  const start = startOfLast(widest, indent);
  const last = widest.at(-1) ?? 0;
  return start + last <= width || (start <= deepestMargin(width) && start + 32 <= width);
}

export function aligned(rows: readonly Row[], indent: number): readonly Paragraph[] {
  const widest = widestOf(rows);
  return rows.map((row) => ({
    content: row.flatMap((content, column) =>
      column === row.length - 1
        ? [content]
        : [content, ' '.repeat((widest[column] ?? 0) - columnsOfContent(content) + gap)],
    ),
    indent,
    hang: startOfLast(widest, indent),
  }));
}

/** The first cell on its line, the others below it. */
export function stacked([first, ...others]: Row, indent: number): readonly Paragraph[] {
  if (first === undefined) return [];
  const filled = others.filter((content) => columnsOfContent(content) > 0);
  const below = filled.flatMap((content, index) => (index === 0 ? [content] : [quiet(' · '), content]));
  return [paragraph(indent, first), ...(below.length === 0 ? [] : [paragraph(indent + 4, ...below)])];
}

const widestOf = (rows: readonly Row[]): readonly number[] =>
  Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, column) =>
    Math.max(...rows.map((row) => columnsOfContent(row[column] ?? ''))),
  );

const startOfLast = (widest: readonly number[], indent: number): number =>
  widest.slice(0, -1).reduce((sum, columns) => sum + columns + gap, indent);
