import { fileURLToPath } from 'node:url';
import { flush } from '@oclif/core/flush';
import { handle } from '@oclif/core/handle';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';

// Plain and quick: no command of this tool runs from sources or reports how long oclif took.
settings.performanceEnabled = false;
settings.enableAutoTranspile = false;

await run(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)))
  .then(() => flush())
  .catch(async (error: Error) => {
    const unknown = /^command (\S+) not found/.exec(error.message)?.[1];
    if (unknown === undefined) return handle(error);
    const { tellUnknownCommand } = await import('./command-line/unknown-command.ts');
    tellUnknownCommand(unknown);
  });
