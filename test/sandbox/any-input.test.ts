import { expect, test } from 'vitest';
import { advance } from '../../src/sandbox/advance.ts';
import { findMisfit } from '../../src/sandbox/protocols/misfit.ts';
import { modelOf } from '../../src/sandbox/protocols/service-model.ts';
import { later } from '../../src/sandbox/schedule.ts';
import { catalogue } from '../../src/sandbox/schemas/catalogue.ts';
import { AwsFault, type Service } from '../../src/sandbox/service.ts';
import { services } from '../../src/sandbox/services/index.ts';
import { accountOf, elsewhere, restore, snapshot, type World } from '../../src/sandbox/world.ts';
import { anyInput, chance, KnownTexts } from './any-input.ts';
import { prod } from './services/stack.ts';

const inputsForEach = 12;
const reads = /^(?:Describe|Get|List|Lookup|Head|Simulate)/;

/** Without the chance in what is drawn for an answer. */
const held = (world: World): string =>
  snapshot({ ...accountOf(world), random: { ...world.random, calls: 0 } });

async function operations() {
  const found = [];
  for (const service of services) {
    const settings = catalogue[service.name];
    if (settings === undefined) throw new Error(`${service.name} is not in the catalogue`);
    const model = modelOf(await settings.schemas());
    for (const [name, handler] of Object.entries(service.operations)) {
      const operation = model.operations.get(name);
      if (operation !== undefined) found.push({ service, settings, name, handler, operation });
    }
  }
  return found;
}

const mayChange = ({ service, name }: { service: Service; name: string }): boolean =>
  !reads.test(name) || (service.writes?.includes(name) ?? false);

function firstDifference(before: string, after: string): string | undefined {
  if (before === after) return undefined;
  const at = [...after].findIndex((character, index) => character !== before[index]);
  return after.slice(Math.max(0, at - 200), at + 50);
}

/** What is wrong with how a call went, if anything: a refusal that says what it means is as good as an answer. */
function flawOf(call: () => string | undefined): string | undefined {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof AwsFault)) return error instanceof Error ? error.stack : String(error);
    return /\bundefined\b|\bNaN\b|\[object|Invalid Date/.test(error.message) ? error.message : undefined;
  }
}

test('whatever a request holds, a service answers or refuses, says what it means, and keeps the world whole', async () => {
  const [world, draw, known] = [prod(), chance(11), new KnownTexts()];
  known.note(JSON.parse(snapshot(accountOf(world))));
  const all = await operations();
  const flaws: string[] = [];

  function call({ service, settings, name, handler, operation }: (typeof all)[number]): void {
    const input = anyInput(operation.input, known, draw);
    if (findMisfit(operation.input, input, 'required') !== undefined) return;
    const seen = draw() < 0.9 ? world : elsewhere(world, 'us-west-2');
    const flaw = flawOf(() => {
      const output = structuredClone(handler(seen, input, { region: seen.region, requestId: 'r' })) ?? {};
      known.note(output);
      settings.protocols[0].writeOutput(output, operation, settings, 'r');
      return findMisfit(operation.output, output, 'optional')?.path.join('.');
    });
    if (flaw !== undefined) flaws.push(`${service.name} ${name} ${JSON.stringify(input)}: ${flaw}`);
  }

  for (let round = 0; round < inputsForEach; round += 1) {
    const before = held(world);
    for (const each of all) if (!mayChange(each)) call(each);
    expect(firstDifference(before, held(world)), 'a read changed the world').toBeUndefined();
    for (const each of all) if (mayChange(each)) call(each);
    advance(world, later(world.now, 600_000));
  }
  expect(flaws).toEqual([]);
  const stored = snapshot(accountOf(world));
  expect(stored).not.toContain('{"$date":null}');
  expect(snapshot(restore(stored))).toBe(stored);
});
