import * as z from 'zod';
import type { TerraformResource } from './read-terraform.ts';

/** A list of texts that Terraform may leave null. */
export const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

/** ARNs of the target groups among an Auto Scaling group's traffic sources. */
export const trafficSources = z
  .array(z.object({ identifier: z.string() }))
  .nullish()
  .transform((sources) => (sources ?? []).map(({ identifier }) => identifier));

/** Resources of these types that Terraform deploys, not those that it only looks up, with the attributes we know. */
export function managed<Attributes>(
  resources: readonly TerraformResource[],
  types: readonly string[],
  schema: z.ZodType<Attributes>,
): readonly { readonly resource: TerraformResource; readonly attributes: Attributes }[] {
  return resources.flatMap((resource) => {
    if (resource.mode !== 'managed' || !types.includes(resource.type)) return [];
    const parsed = schema.safeParse(resource.attributes);
    return parsed.success ? [{ resource, attributes: parsed.data }] : [];
  });
}
