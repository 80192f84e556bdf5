import { string } from '@oclif/core/args';

/** Which run, of every command about one. */
export const runArgument = {
  run: string({
    description: 'Id of the run, a part of it that no other run has, or: last',
    required: true,
    // oclif would wait for a missing argument on standard input.
    ignoreStdin: true,
  }),
};
