import * as z from 'zod';
import { searchRecoverySchema } from './recovered-component.ts';
import { savedObjectsSchema, savedSeriesSchema } from './saved-objects.ts';

/** AWS's own snapshots go down with the domain: what survives it, its operators keep in a bucket. */
export const searchBackupSchema = z.strictObject({
  snapshots: savedSeriesSchema.meta({ description: 'Manual snapshots, as they lie in their repository' }),
  configuration: savedObjectsSchema.optional().meta({
    description:
      'Answers of describe-domain-config that were saved, from which the domain can be made again; not needed where code makes it',
  }),
});

/** A domain of OpenSearch Service. */
export const searchDomainSchema = z.strictObject({
  type: z.literal('search-domain').meta({ description: 'Kind of component' }),
  domain: z
    .string()
    .regex(/^[a-z][a-z0-9-]{2,27}$/, 'expected the name of a domain such as morpheus-logs')
    .meta({ description: 'Name of the domain', examples: ['morpheus-logs'] }),
  backup: searchBackupSchema.optional().meta({ description: 'What must be true of its backups' }),
  recovery: searchRecoverySchema
    .optional()
    .meta({ description: 'How it is brought up in the recovery Region; without it, it is not' }),
});

export type SearchDomain = z.output<typeof searchDomainSchema>;
