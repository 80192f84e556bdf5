import * as z from 'zod';
import { plannedBackupSchema } from './backup-policy.ts';

/**
 * Volumes of EC2 that hold what cannot be made again, such as those of Keystone and RabbitMQ servers. Such servers are replaced by hand, and
 * their volumes with them: so the volumes are best named by a tag of the servers. That tag is never the one by which a backup plan
 * selects: a volume that lost it would fall out of the plan and out of sight at once.
 */
export const ebsVolumesSchema = z
  .strictObject({
    type: z.literal('ebs-volumes').meta({ description: 'Kind of component' }),
    attachedTo: z
      .strictObject({
        tag: z
          .string()
          .min(1)
          .meta({ description: 'Tag of the instances', examples: ['Component'] }),
        value: z
          .string()
          .min(1)
          .meta({ description: 'Value of that tag', examples: ['keystone'] }),
      })
      .optional()
      .meta({ description: 'The volumes that are attached to the instances with this tag' }),
    volumes: z
      .array(z.string().regex(/^vol-[0-9a-f]+$/, 'expected an id such as vol-0123456789abcdef0'))
      .min(1)
      .optional()
      .meta({ description: 'Ids of volumes, instead of attachedTo: for those that are never replaced' }),
    rootVolumes: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether those that the instances boot from are meant as well (attachedTo)' }),
    atLeast: z
      .int()
      .positive()
      .default(1)
      .meta({ description: 'How many volumes there must be at least', examples: [2] }),
    backup: plannedBackupSchema.optional().meta({ description: 'What must be true of their backups' }),
  })
  .refine(
    ({ attachedTo, volumes }) => (attachedTo === undefined) !== (volumes === undefined),
    'expected either attachedTo or volumes',
  );

export type EbsVolumes = z.output<typeof ebsVolumesSchema>;
