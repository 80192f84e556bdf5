import type { Service } from '../../service.ts';
import { describing } from './describe.ts';
import { launchTemplates } from './launch-templates.ts';

export const ec2: Service = { name: 'ec2', operations: { ...describing, ...launchTemplates } };
