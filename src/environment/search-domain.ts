import * as z from 'zod';
import { searchRecoverySchema } from './recovered-component.ts';

/** A domain of OpenSearch Service. */
export const searchDomainSchema = z.strictObject({
  type: z.literal('search-domain').meta({ description: 'Kind of component' }),
  domain: z
    .string()
    .regex(/^[a-z][a-z0-9-]{2,27}$/, 'expected the name of a domain such as morpheus-logs')
    .meta({ description: 'Name of the domain', examples: ['morpheus-logs'] }),
  recovery: searchRecoverySchema
    .optional()
    .meta({ description: 'How it is brought up in the recovery Region; without it, it is not' }),
});

export type SearchDomain = z.output<typeof searchDomainSchema>;
