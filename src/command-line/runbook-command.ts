import { Command } from '@oclif/core/command';
import { boolean } from '@oclif/core/flags';
import { exitCodeOf, usageExitCode } from '../engine/outcome.ts';
import { Declined, Interrupted, OperatorError, Refusal, UsageError } from '../errors.ts';
import type { TextOptions } from '../reports/layout.ts';
import { wantsColour } from '../terminal/colour.ts';
import { ChangesInPlace } from './changes-in-place.ts';
import { errorText, isOclifError } from './error-text.ts';
import { outliveOutputErrors } from './output-errors.ts';

/** What every command has: `--json`, exit codes that mean something, and errors that say what to do. */
export abstract class RunbookCommand extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    'no-color': boolean({ description: 'No colours, as with NO_COLOR', default: false, helpGroup: 'GLOBAL' }),
  };

  /** How text goes to standard output. */
  protected get text(): TextOptions {
    return textOptions(process.stdout);
  }

  override async init(): Promise<void> {
    await super.init();
    outliveOutputErrors();
  }

  protected override async catch(error: Error): Promise<void> {
    process.exitCode = exitCodeFor(error);
    if (this.jsonEnabled()) this.logJson(this.toErrorJson(error));
    else process.stderr.write(errorText(error, this.id, textOptions(process.stderr)));
  }

  protected override toErrorJson(error: unknown): unknown {
    if (!(error instanceof OperatorError)) {
      const code = isOclifError(error) ? 'USAGE' : error instanceof Interrupted ? 'INTERRUPTED' : 'FAULT';
      return { error: { code, message: error instanceof Error ? error.message : String(error) } };
    }
    const { code, message, hint } = error;
    const problems = 'problems' in error ? { problems: error.problems } : {};
    return { error: { code, message, ...(hint !== undefined && { hint }), ...problems } };
  }
}

export const textOptions = (stream: NodeJS.WriteStream): TextOptions => ({
  width: Math.min(stream.columns ?? 100, 120),
  colour: hasColour(stream),
});

export const hasColour = (stream: NodeJS.WriteStream): boolean =>
  wantsColour({ stream, env: process.env, noColorFlag: process.argv.includes('--no-color') });

function exitCodeFor(error: Error): number {
  if (error instanceof UsageError || isOclifError(error)) return usageExitCode;
  if (error instanceof Declined) return exitCodeOf.declined;
  if (error instanceof Refusal) return exitCodeOf.refused;
  if (error instanceof ChangesInPlace) return exitCodeOf['failed-with-changes'];
  if (error instanceof OperatorError) return exitCodeOf.failed;
  if (error instanceof Interrupted) return exitCodeOf.interrupted;
  return exitCodeOf.fault;
}
