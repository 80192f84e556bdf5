import { drawBetween, type RandomStream } from '../../random.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
const kinds = {
  lowercase: 'abcdefghijklmnopqrstuvwxyz',
  uppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  numbers: '0123456789',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  space: ' ',
} as const;

interface Wish {
  readonly length?: number;
  readonly without?: readonly (keyof typeof kinds)[];
  readonly excluded?: string;
  readonly eachKind?: boolean;
}

const refused = (message: string) => new AwsFault('InvalidParameterException', message);

/** A password that is no one's secret yet: the stream says whether drawing it counts as something that happened. */
export function randomPassword(world: World, wish: Wish, stream: RandomStream): string {
  const { length = 32, without = ['space'], excluded = '', eachKind = true } = wish;
  const sets = Object.entries(kinds)
    .filter(([kind]) => !without.some((one) => one === kind))
    .map(([, characters]) => [...characters].filter((one) => !excluded.includes(one)));
  const usable = sets.filter((characters) => characters.length > 0);
  const all = usable.flat();
  if (all.length === 0) throw refused('Password must have at least one character.');
  if (eachKind && length < usable.length)
    throw refused('Password length is too short based on the required types.');
  const pick = (from: readonly string[]) => from[drawBetween(world, 0, from.length - 1, stream)] ?? '';
  const drawn = Array.from({ length }, (_none, index) => pick((eachKind && usable[index]) || all));
  for (let last = drawn.length - 1; last > 0; last -= 1) {
    const other = drawBetween(world, 0, last, stream);
    [drawn[last], drawn[other]] = [drawn[other] ?? '', drawn[last] ?? ''];
  }
  return drawn.join('');
}

export const randomPasswordOperations = {
  GetRandomPassword(world, input) {
    const { PasswordLength = 32 } = input;
    if (PasswordLength < 1 || PasswordLength > 4096)
      throw refused(
        `InvalidParameterValue: Password length must be between 1 and 4096, and was ${PasswordLength}.`,
      );
    const without = [
      input.ExcludeLowercase && ('lowercase' as const),
      input.ExcludeUppercase && ('uppercase' as const),
      input.ExcludeNumbers && ('numbers' as const),
      input.ExcludePunctuation && ('punctuation' as const),
      !input.IncludeSpace && ('space' as const),
    ].filter((kind) => typeof kind === 'string');
    const wish = {
      length: PasswordLength,
      without,
      excluded: input.ExcludeCharacters ?? '',
      eachKind: input.RequireEachIncludedType ?? true,
    };
    return { RandomPassword: randomPassword(world, wish, 'calls') };
  },
} satisfies Operations<typeof import('@aws-sdk/client-secrets-manager')>;
