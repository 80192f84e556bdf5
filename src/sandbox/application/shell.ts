/** What a command on a node did, as the agent of Systems Manager reports it. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How long it took, in seconds. */
  readonly seconds: number;
  /** What it prints is known only when it ends: the watch that knows. */
  readonly watch?: string;
  /** The script is over. */
  readonly exits?: true;
}

export const ok = (stdout = '', seconds = 0): CommandResult => ({ exitCode: 0, stdout, stderr: '', seconds });

export const failed = (exitCode: number, stderr: string, seconds = 0): CommandResult => ({
  exitCode,
  stdout: '',
  stderr,
  seconds,
});

interface Part {
  /** What stands before it. */
  readonly joint: ';' | '&&' | '||';
  readonly words: readonly string[];
}

/** Words, quoted ones whole, up to each `;`, `&&` and `||`. A comment ends the line. */
export function partsOf(line: string): Part[] {
  const parts: Part[] = [];
  let words: string[] = [];
  let joint: Part['joint'] = ';';
  for (const [, sign, double, single, word] of line.matchAll(
    /(;|&&|\|\|)|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;"'&|]+)/g,
  )) {
    const text = double ?? single ?? word;
    if (sign === undefined && text !== undefined) {
      if (word?.startsWith('#')) break;
      words.push(text);
    } else {
      parts.push({ joint, words });
      words = [];
      joint = sign as Part['joint'];
    }
  }
  parts.push({ joint, words });
  return parts.filter((part) => part.words.length > 0);
}

/** Runs one line as a shell would, a part after the other. */
export function runLine(line: string, run: (words: readonly string[]) => CommandResult): CommandResult {
  let whole = ok();
  for (const { joint, words } of partsOf(line)) {
    if (joint === '&&' && whole.exitCode !== 0) continue;
    if (joint === '||' && whole.exitCode === 0) continue;
    const { exitCode, stdout, stderr, seconds, watch = whole.watch, exits } = run(words);
    whole = {
      exitCode,
      stdout: whole.stdout + (stdout && `${stdout}\n`),
      stderr: whole.stderr + (stderr && `${stderr}\n`),
      seconds: whole.seconds + seconds,
      ...(watch !== undefined && { watch }),
      ...(exits && { exits }),
    };
    if (exits) break;
  }
  return { ...whole, stdout: whole.stdout.trimEnd(), stderr: whole.stderr.trimEnd() };
}
