import * as z from 'zod';
import { UsageError } from '../../errors.ts';

/** One instance of a resource, without the attributes that Terraform marks as sensitive. */
export interface TerraformResource {
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  /** Such as `module.app["blue"]`; empty in the root module. */
  readonly module: string;
  /** Key of `for_each` or number of `count`. */
  readonly index?: string | number | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface TerraformOutput {
  readonly name: string;
  readonly value: unknown;
}

export type TerraformDocument =
  | { readonly form: 'resources'; readonly resources: readonly TerraformResource[] }
  | { readonly form: 'outputs'; readonly outputs: readonly TerraformOutput[] };

const attributes = z.record(z.string(), z.unknown());

// https://github.com/hashicorp/terraform/blob/main/internal/states/statefile/version4.go
const stateSchema = z.object({
  resources: z.array(
    z.object({
      mode: z.string(),
      type: z.string(),
      name: z.string(),
      module: z.string().default(''),
      instances: z.array(
        z.object({
          index_key: z.union([z.string(), z.number()]).optional(),
          deposed: z.string().optional(),
          attributes: attributes.default({}),
          sensitive_attributes: z.array(z.array(z.looseObject({ value: z.unknown() }))).default([]),
        }),
      ),
    }),
  ),
});

// https://developer.hashicorp.com/terraform/internals/json-format#values-representation
interface Module {
  resources?: z.output<typeof shownResource>[] | undefined;
  address?: string | undefined;
  child_modules?: Module[] | undefined;
}

const shownResource = z.object({
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  index: z.union([z.string(), z.number()]).optional(),
  deposed_key: z.string().optional(),
  values: attributes.default({}),
  sensitive_values: z.unknown(),
});

const module: z.ZodType<Module> = z.object({
  resources: z.array(shownResource).optional(),
  address: z.string().optional(),
  get child_modules() {
    return z.array(module).optional();
  },
});

const shownSchema = z.object({ values: z.object({ root_module: module.optional() }).optional() });

// https://developer.hashicorp.com/terraform/cli/commands/output
const outputsSchema = z.record(
  z.string(),
  z.object({ sensitive: z.boolean().default(false), type: z.unknown(), value: z.unknown() }),
);

/**
 * Reads what `terraform output -json` or `terraform show -json` prints, or a state file.
 * Nothing that Terraform marks as sensitive is in the answer.
 * @throws UsageError for anything else
 */
export function readTerraform(text: string, source: string): TerraformDocument {
  const document = parseJson(text, source);
  if ('format_version' in document && !isOutput(document['format_version']))
    return { form: 'resources', resources: shownResources(document, source) };
  if ('version' in document && !isOutput(document['version']))
    return { form: 'resources', resources: stateResources(document, source) };
  const outputs = outputsSchema.safeParse(document);
  if (!outputs.success) throw unknownForm(source);
  return {
    form: 'outputs',
    outputs: Object.entries(outputs.data).flatMap(([name, { sensitive, value }]) =>
      sensitive ? [] : [{ name, value }],
    ),
  };
}

function stateResources(
  document: Readonly<Record<string, unknown>>,
  source: string,
): readonly TerraformResource[] {
  if (document['version'] !== 4) {
    throw new UsageError({
      code: 'TERRAFORM_VERSION',
      message: `${source} is a Terraform state of version ${JSON.stringify(document['version'])}. Version 4, which Terraform 0.12 and later write, can be read.`,
      hint: `Let a current Terraform write it: terraform show -json > show.json, then: runbook config init --from-terraform show.json`,
    });
  }
  const state = stateSchema.safeParse(document);
  if (!state.success) throw unknownForm(source);
  return state.data.resources.flatMap(({ mode, type, name, module, instances }) =>
    instances
      // A deposed object is an old one that waits to be destroyed.
      .filter(({ deposed }) => deposed === undefined)
      .map((instance) => {
        const sensitive = new Set(instance.sensitive_attributes.map(([first]) => first?.value));
        return {
          mode,
          type,
          name,
          module,
          index: instance.index_key,
          attributes: without(instance.attributes, (key) => sensitive.has(key)),
        };
      }),
  );
}

function shownResources(
  document: Readonly<Record<string, unknown>>,
  source: string,
): readonly TerraformResource[] {
  if ('planned_values' in document) {
    throw new UsageError({
      code: 'TERRAFORM_PLAN',
      message: `${source} shows a Terraform plan: what may be deployed one day, not what is.`,
      hint: 'Show the state, without naming a plan: terraform show -json > show.json',
    });
  }
  // The format promises compatibility within a major version; 0.x came before that promise and has the same parts.
  if (!/^[01]\./.test(String(document['format_version']))) {
    throw new UsageError({
      code: 'TERRAFORM_VERSION',
      message: `${source} has format_version ${JSON.stringify(document['format_version'])} of terraform show -json. Versions 0.x and 1.x can be read.`,
      hint: 'Try the outputs instead: terraform output -json > outputs.json, then: runbook config init --from-terraform outputs.json',
    });
  }
  const shown = shownSchema.safeParse(document);
  if (!shown.success) throw unknownForm(source);
  return modulesIn(shown.data.values?.root_module).flatMap(({ address = '', resources = [] }) =>
    resources
      .filter(({ deposed_key }) => deposed_key === undefined)
      .map(({ mode, type, name, index, values, sensitive_values }) => ({
        mode,
        type,
        name,
        module: address,
        index,
        attributes: without(values, (key) => holdsTrue(Object(sensitive_values)[key])),
      })),
  );
}

const modulesIn = (top: Module | undefined): readonly Module[] =>
  top === undefined ? [] : [top, ...(top.child_modules ?? []).flatMap(modulesIn)];

/** `sensitive_values` mirrors `values`, with `true` in place of what is sensitive. */
const holdsTrue = (mark: unknown): boolean =>
  mark === true || (typeof mark === 'object' && mark !== null && Object.values(mark).some(holdsTrue));

const without = (record: Readonly<Record<string, unknown>>, drop: (key: string) => boolean) =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !drop(key)));

const isOutput = (value: unknown) => typeof value === 'object' && value !== null && 'value' in value;

function parseJson(text: string, source: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's own message quotes the text around the fault, and with it perhaps a secret.
    throw new UsageError({
      code: 'TERRAFORM_NOT_JSON',
      message: `${source} is ${text.trim() === '' ? 'empty' : 'not JSON'}, so nothing can be taken from it.`,
      hint: `Write it again: terraform output -json > ${source}`,
    });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw unknownForm(source);
  return { ...document };
}

const unknownForm = (source: string) =>
  new UsageError({
    code: 'TERRAFORM_UNKNOWN_FORM',
    message: `${source} is JSON, but none of: all outputs (terraform output -json), a state (terraform show -json), a state file (terraform.tfstate).`,
    hint: 'Write all outputs, without naming one: terraform output -json > outputs.json',
  });
