import { boolean, string } from '@oclif/core/flags';
import { UsageError } from '../errors.ts';

/** Of every command that drives a run. */
export const operatorFlags = {
  yes: boolean({
    description: 'Approve without asking; in a protected environment with --reason',
    default: false,
  }),
  reason: string({ description: 'Why, for the journal', helpValue: 'TEXT' }),
  'on-failure': string({
    description: 'What to do when a step fails, without asking: undo the changes, or leave them in place',
    options: ['undo', 'leave'],
  }),
  verbose: boolean({ description: 'Without a terminal: show every call to AWS too', default: false }),
  pace: string({
    description: 'Sandbox only: virtual seconds per real second; as fast as it can without it',
    helpValue: 'N',
  }),
};

/** @throws UsageError for anything that is no positive number */
export function paceOf({ pace }: { readonly pace?: string | undefined }): number | undefined {
  if (pace === undefined) return undefined;
  const number = Number(pace);
  if (Number.isFinite(number) && number > 0) return number;
  throw new UsageError({
    code: 'PACE_INVALID',
    message: `--pace ${pace} is no positive number`,
    hint: '--pace 60 shows a minute in a second',
  });
}
