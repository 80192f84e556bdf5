import type { Service } from '../../service.ts';
import { describing } from './describe.ts';
import { instances } from './instances.ts';
import { launchTemplates } from './launch-templates.ts';
import { networks } from './networks.ts';
import { securityGroups } from './security-groups.ts';
import { tagging } from './tags.ts';
import { volumes } from './volumes.ts';

export const ec2: Service = {
  name: 'ec2',
  operations: {
    ...describing,
    ...instances,
    ...launchTemplates,
    ...networks,
    ...securityGroups,
    ...tagging,
    ...volumes,
  },
};
