import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { unseal } from '../../src/sandbox/sealed.ts';
import { accountOf } from '../../src/sandbox/world.ts';

/** Every secret value that a stored account holds, old and new, in clear, and in the forms in which it could turn up somewhere else. */
export async function secretsIn(stored: string): Promise<readonly string[]> {
  const { world } = await openSandbox({ stored });
  const sealed = [...JSON.stringify(accountOf(world)).matchAll(/"sealed":"([^"]+)"/g)].map(
    ([, it = '']) => it,
  );
  const texts = [...new Set(sealed)].map((it) => unseal(world, { sealed: it }));
  const passwords = texts
    .flatMap((text) => [text, ...passwordsIn(text)])
    .filter(({ length }) => length >= 12);
  return [...new Set(passwords.flatMap(formsOf))];
}

function passwordsIn(text: string): readonly string[] {
  if (!text.startsWith('{')) return [];
  const { password } = JSON.parse(text) as { password?: unknown };
  return typeof password === 'string' ? [password] : [];
}

const formsOf = (text: string): readonly string[] => [
  text,
  JSON.stringify(text).slice(1, -1),
  encodeURIComponent(text),
  new URLSearchParams({ text }).toString().slice('text='.length),
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  Buffer.from(text).toString('base64'),
  Buffer.from(text).toString('hex'),
];

/** Where any of the secrets stands in any of the texts; only the names of the places, since whoever reads the failure should not see one either. */
export const placesWith = (
  secrets: readonly string[],
  texts: Readonly<Record<string, string>>,
): readonly string[] =>
  Object.entries(texts).flatMap(([place, text]) => {
    const found = secrets.filter((secret) => text.includes(secret)).length;
    return found === 0 ? [] : [`${place} has ${found} of them`];
  });
