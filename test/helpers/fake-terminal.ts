import { Writable } from 'node:stream';

const escapeCharacter = '\u001b';
const sequence = new RegExp(
  `${escapeCharacter}\\[(\\?25[lh]|\\d*[AGK]|[\\d;]*m)|\n|[^${escapeCharacter}\n]+|${escapeCharacter}`,
  'g',
);

/** A terminal's screen, without an end: enough of one to read what a program left on it. */
export class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly rows = 200;
  columns: number;
  isCursorShown = true;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns = 80) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    for (const [text, control] of String(chunk).matchAll(sequence)) this.#apply(text, control);
    done();
  }

  get screen(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** As what a view asks for: it uses no more of it than this class has. */
  get stream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }

  #apply(text: string, control: string | undefined): void {
    if (control?.startsWith('?25')) this.isCursorShown = control.endsWith('h');
    else if (control?.endsWith('A')) this.#row = Math.max(0, this.#row - Number(control.slice(0, -1) || 1));
    else if (control?.endsWith('G')) this.#column = 0;
    else if (control?.endsWith('K')) this.#lines[this.#row] = '';
    else if (text === '\n') this.#newLine();
    else if (control === undefined) this.#print(text);
  }

  #newLine(): void {
    this.#row += 1;
    this.#column = 0;
    this.#lines[this.#row] ??= '';
  }

  #print(text: string): void {
    const line = this.#lines[this.#row] ?? '';
    this.#lines[this.#row] =
      line.slice(0, this.#column).padEnd(this.#column) + text + line.slice(this.#column + text.length);
    this.#column += text.length;
  }
}
