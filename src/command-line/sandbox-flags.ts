import { string } from '@oclif/core/flags';
import { UsageError } from '../errors.ts';
import { type SandboxServer, sandboxServer, usualPort } from '../sandbox-link/sandbox-server.ts';

export { usualPort };

/** Of every command that talks to a served sandbox. */
export const sandboxUrlFlag = {
  url: string({
    description: `Where the sandbox listens; without it AWS_ENDPOINT_URL, else http://127.0.0.1:${usualPort}`,
    helpValue: 'URL',
  }),
};

/** @throws UsageError for what is no address */
export function sandboxAt({ url }: { readonly url?: string | undefined }): SandboxServer {
  const address = url ?? (process.env['AWS_ENDPOINT_URL'] || `http://127.0.0.1:${usualPort}`);
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return sandboxServer(address);
  throw new UsageError({
    code: 'URL_INVALID',
    message: `${address} is no address of a sandbox`,
    hint: `--url http://127.0.0.1:${usualPort}`,
  });
}

/** @throws UsageError for anything but a whole number between the two */
export function wholeNumber(
  flag: string,
  text: string,
  { least, most }: { least: number; most: number },
): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError({
    code: 'FLAG_INVALID',
    message: `--${flag} ${text} is no whole number from ${least} to ${most}`,
  });
}

/** So fast that a month takes a minute; a machine cannot follow much further. */
const fastest = 50_000;

/** @throws UsageError for anything that is no speed */
export function speedOf(text: string): number {
  const speed = text.trim() === '' ? Number.NaN : Number(text);
  if (speed >= 0 && speed <= fastest) return speed;
  throw new UsageError({
    code: 'FLAG_INVALID',
    message: `--speed ${text} is no number from 0 to ${fastest}`,
    hint: '--speed 60 lets a minute pass in a second; with 0 time stands still',
  });
}
