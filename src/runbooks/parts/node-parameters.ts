import * as z from 'zod';
import {
  createParameter,
  deleteParameter,
  getParameter,
  parametersBelow,
  setParameter,
} from '../../aws/ssm.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, type Check, change, check, type ForEach, forEach } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { type Mode, parameterPrefix, tagsFor } from './drill-mode.ts';
import { recoveryOf } from './recovered-components.ts';

/** A parameter that the nodes read to find a component. */
const parameter = z.object({
  name: z.string(),
  value: z.string(),
  /** What it said when the parameters were listed, so that a kill while it is written loses nothing. */
  before: z.string().optional(),
});

export type NodeParameter = z.output<typeof parameter>;

const written = z.object({
  name: z.string(),
  region: z.string(),
  value: z.string(),
  /** What it said before. */
  before: z.string().optional(),
});

/** The parameters of a component with what is known only now in the place of each `{placeholder}`. */
export const filledIn = (
  parameters: readonly Pick<NodeParameter, 'name' | 'value'>[],
  known: Readonly<Record<string, string>>,
): readonly NodeParameter[] =>
  parameters.map(({ name, value }) => ({
    name,
    value: Object.entries(known).reduce((text, [key, said]) => text.replaceAll(`{${key}}`, said), value),
  }));

/** Writes what is known only now under the prefix where the recovery nodes look. */
export const writeParameters = (
  id: string,
  whose: string,
  mode: Mode,
  items: (context: Omit<ReadContext, 'progress'>) => Promise<readonly NodeParameter[]>,
  uses: NonNullable<ForEach['uses']> = [],
): ForEach<NodeParameter> =>
  forEach({
    id,
    title: `Write the parameters by which the nodes find ${whose}`,
    uses: [getParameter, ...uses],
    item: parameter,
    async items(context) {
      const all: NodeParameter[] = [];
      for (const { name, value } of await items(context)) {
        const place = placeOf(name, mode, context);
        const before = (await getParameter(context.aws.in(place.region), place.name))?.Value;
        all.push({ name, value, ...(before !== undefined && { before }) });
      }
      return all;
    },
    key: ({ name }) => name,
    steps: (item) => [writeParameter(item, mode)],
    example: { name: `${whose}/endpoint`, value: '...' },
  });

const placeOf = (
  name: string,
  mode: Mode,
  { environment, runId }: Pick<ReadContext, 'environment' | 'runId'>,
) => ({
  name: `${parameterPrefix(environment, mode, runId)}/${name}`,
  region: recoveryOf(environment).region,
});

function writeParameter(
  { name, value, before }: NodeParameter,
  mode: Mode,
): Change<z.output<typeof written>> {
  const asWritten = (own: string, region: string): z.output<typeof written> => ({
    name: own,
    region,
    value,
    ...(before !== undefined && { before }),
  });
  return change<z.output<typeof written>>({
    id: 'parameter',
    title: `Write parameter ${name}`,
    uses: [getParameter, createParameter, setParameter, deleteParameter],
    returns: written,
    async findApplied(context) {
      const { name: own, region } = placeOf(name, mode, context);
      const found = await getParameter(context.aws.in(region), own);
      return found?.Value === value ? asWritten(own, region) : undefined;
    },
    async apply(context) {
      const { name: own, region } = placeOf(name, mode, context);
      const there = context.aws.in(region);
      if (before === undefined)
        await createParameter(there, { name: own, value, tags: tagsFor(mode)(context) });
      else await setParameter(there, { name: own, value });
      return asWritten(own, region);
    },
    summary: ({ name: own, value: now }) => `${own} = ${now}`,
    undo: {
      title: `Take parameter ${name} back`,
      async apply({ aws }, { name: own, region, before: said }) {
        const there = aws.in(region);
        if (said === undefined) await deleteParameter(there, own);
        else await setParameter(there, { name: own, value: said });
      },
    },
  });
}

/** Those that are the same wherever the stack stands: a drill's nodes look for them beside its own. */
export const copyKeptParameters = (mode: Mode): ForEach<NodeParameter> =>
  writeParameters(
    'kept-parameters',
    'what stays the same',
    mode,
    async ({ aws, environment }) => {
      const { parameters, region } = recoveryOf(environment);
      if (mode === 'failover') return [];
      const found = await Promise.all(
        parameters.kept.map(async (name) => ({
          name,
          own: await getParameter(aws.in(region), `${parameters.source}/${name}`),
        })),
      );
      // What is encrypted stays so when it is read here, and would be copied as gibberish.
      return found.flatMap(({ name, own }) =>
        own?.Value === undefined || own.Type === 'SecureString' ? [] : [{ name, value: own.Value }],
      );
    },
    [getParameter],
  );

/** A node that is sent home finds nothing there, or, in a drill, production. */
export const parametersStayInTheRegion = (mode: Mode): Check<{ parameters: number }> =>
  check({
    id: 'parameters',
    title: 'No parameter that the nodes read leads out of the recovery Region',
    uses: [parametersBelow],
    returns: z.object({ parameters: z.int() }),
    async run({ aws, environment, runId }) {
      const { region } = recoveryOf(environment);
      const prefix = parameterPrefix(environment, mode, runId);
      const all = await parametersBelow(aws.in(region), prefix);
      const home = all.filter(({ Value = '' }) => Value.includes(environment.region));
      if (home.length > 0) {
        // What a drill finds there was written by it; elsewhere a value may hold what nobody should read here.
        const shown = home
          .map(({ Name, Value }) => (mode === 'drill' ? `${Name} = ${Value}` : Name))
          .join(', ');
        throw new OperatorError({
          code: 'PARAMETER_LEADS_HOME',
          message: `${shown} in ${region} leads to ${environment.region}: nodes that read it would ${mode === 'drill' ? 'use production' : 'wait for what is lost'}, and never be healthy by themselves`,
          hint: 'Correct the value in runbook.yaml (recovery.parameters of the component), and undo: runbook rollback',
        });
      }
      return { parameters: all.length };
    },
    summary: ({ parameters }) => `${parameters} below the prefix`,
  });
