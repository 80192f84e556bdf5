import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembers } from '../../src/sandbox/protocols/misfit.ts';

/** Draws numbers from 0 to 1, the same for the same seed. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', '/constructor'];

const texts = [
  ...inherited,
  '',
  '*',
  '*a*a*a*a*a*a*a*a*b',
  '(a+)+$',
  '%a*a*a*b%',
  '../..',
  '-1',
  '0',
  '1.5',
  '1e400',
  'abc',
  'true',
  '$Latest',
  '{"Statement":[null]}',
  '{"Statement":{"Effect":5,"Action":[{}]}}',
  'arn:aws:rds:__proto__:111122223333:cluster:constructor',
  'cron(0 0 31 2 ? *)',
  'mon:00:00-mon:00:00',
  'SUM(METRICS())',
  '((((1',
  'us-west-2',
  'a'.repeat(300),
];

const numbers = [0, 1, -1, 2, 3, 7, 30, 60, 100, 1000, 36_500, 86_400, 1.5, 2 ** 31 - 1, 1e15, -1e15, 1e308];
const times = [0, 1, -1, 8.64e15, -8.64e15, Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 2, 3), Date.UTC(9999, 0)];

/** What a world holds by the name of the member that holds it: names that a request may well give. */
export class KnownTexts {
  readonly #byMember = new Map<string, Set<string>>();

  note(value: unknown, member = ''): void {
    if (typeof value === 'string') {
      if (value.length > 200) return;
      const known = this.#byMember.get(bare(member)) ?? new Set();
      this.#byMember.set(bare(member), known);
      if (known.size < 100) known.add(value);
    } else if (Array.isArray(value)) for (const item of value) this.note(item, member);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
      for (const [key, inner] of Object.entries(value)) this.note(inner, key);
  }

  for(member: string): readonly string[] {
    return [...(this.#byMember.get(bare(member)) ?? [])];
  }
}

const bare = (member: string): string => member.toLowerCase().replace(/s$|^(?:source|target|new)/g, '');

/** An input for an operation: sometimes as a client would send it, sometimes as none would. */
export function anyInput(schema: NormalizedSchema, known: KnownTexts, draw: () => number): unknown {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(draw() * items.length)] as Item;
  const [hostility, fullness] = [pick([0.05, 0.3, 0.7]), pick([0.05, 0.3, 0.6])];

  function text(member: string): string {
    const plausible = known.for(member);
    if (plausible.length > 0 && draw() > hostility) return pick(plausible);
    return draw() < 0.5 ? pick(inherited) : pick(texts);
  }

  function value(of: NormalizedSchema, member: string, depth: number): unknown {
    if (of.isStructSchema()) {
      if (depth > 5) return undefined;
      const members = [...of.structIterator()];
      const required = requiredMembers(of).length;
      const chosen = of.isUnionSchema()
        ? [pick(members)]
        : members.filter((_, index) => index < required || draw() < fullness);
      return Object.fromEntries(
        chosen
          .map(([name, inner]) => [name, value(inner, name, depth + 1)])
          .filter(([, inner]) => inner !== undefined),
      );
    }
    if (of.isListSchema()) {
      const items = Array.from({ length: pick([0, 1, 1, 2, 3]) }, () =>
        value(of.getValueSchema(), member, depth + 1),
      );
      return items.filter((item) => item !== undefined);
    }
    if (of.isMapSchema()) {
      const entries = Array.from({ length: pick([0, 1, 2]) }, () => [
        text(member),
        value(of.getValueSchema(), member, depth + 1),
      ]);
      return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
    }
    if (of.isStringSchema()) return text(member);
    if (of.isBooleanSchema()) return draw() < 0.5;
    if (of.isNumericSchema()) return pick(numbers);
    if (of.isTimestampSchema()) return new Date(pick(times));
    if (of.isBlobSchema()) return pick([new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(5000)]);
    if (of.isDocumentSchema()) return pick([{}, { a: 1 }, [], 'x', 5]);
    return undefined;
  }

  return schema.isUnitSchema() ? {} : value(schema, '', 0);
}
