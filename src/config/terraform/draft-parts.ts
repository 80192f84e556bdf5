import * as z from 'zod';
import type { PartDraft } from '../draft.ts';
import { componentName, moduleName, unique } from './component-name.ts';
import type { TerraformResource } from './read-terraform.ts';
import { managed } from './resource-attributes.ts';

type HasArn = { readonly attributes: { readonly arn?: string | null | undefined } };

const arn = z.string().nullish();

/** Which attribute says what the component is called, and what to name it where Terraform's names say nothing. */
const kinds: readonly {
  readonly type: PartDraft['type'];
  readonly resources: readonly string[];
  readonly word: string;
  readonly schema: z.ZodType<{ readonly id: string; readonly arn?: string | null | undefined }>;
}[] = [
  {
    type: 'file-system',
    resources: ['aws_efs_file_system'],
    word: 'files',
    schema: z.object({ id: z.string().regex(/^fs-[0-9a-f]+$/), arn }),
  },
  {
    type: 'rds-instance',
    resources: ['aws_db_instance'],
    word: 'database',
    // Its `id` is a resource id since version 5 of the provider.
    schema: z
      .object({ identifier: z.string().min(1), arn })
      .transform(({ identifier, ...rest }) => ({ id: identifier, ...rest })),
  },
  {
    type: 'broker',
    resources: ['aws_mq_broker'],
    word: 'queue',
    schema: z.object({ id: z.string().regex(/^b-[0-9a-f-]+$/), arn }),
  },
  {
    type: 'search-domain',
    resources: ['aws_opensearch_domain', 'aws_elasticsearch_domain'],
    word: 'search',
    schema: z
      .object({ domain_name: z.string().regex(/^[a-z][a-z0-9-]{2,27}$/), arn })
      .transform(({ domain_name, ...rest }) => ({ id: domain_name, ...rest })),
  },
];

/** File systems, DB instances without a cluster, brokers and search domains, each under a name that is not taken. */
export function draftParts(
  resources: readonly TerraformResource[],
  isHere: (resource: HasArn) => boolean,
  taken: ReadonlySet<string>,
): readonly PartDraft[] {
  const parts = kinds.flatMap(({ type, resources: types, word, schema }) =>
    managed(resources, types, schema)
      .filter(isHere)
      .map(({ resource, attributes }): PartDraft => {
        const name = componentName([resource.index, resource.name, moduleName(resource.module), word]);
        return { component: taken.has(name) ? `${name}-${word}` : name, type, id: attributes.id };
      }),
  );
  return unique(parts);
}
