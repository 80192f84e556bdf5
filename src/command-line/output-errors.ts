import { exitCodeOf } from '../engine/outcome.ts';

/**
 * A full disk or a closed pipe under the output must never end a run half-way, so errors of both streams are only noted.
 * oclif's own listener throws, so it goes. The exit code of a run stays that of its outcome.
 */
export function outliveOutputErrors(): void {
  let lost: NodeJS.ErrnoException | undefined;
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error');
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader had enough (`| head`): nothing is lost that anybody wanted.
      if (error.code !== 'EPIPE') lost ??= error;
    });
  }
  process.once('exit', () => {
    if (lost === undefined) return;
    process.exitCode ??= exitCodeOf.fault;
    process.stderr.write(
      `Output was lost: ${lost.message}. The journal has everything: runbook runs show last\n`,
    );
  });
}
