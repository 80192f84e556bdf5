import type { Service } from '../../service.ts';
import type { EventHandlers } from '../../world.ts';
import { fileSystemOperations } from './file-systems.ts';
import { mountTargetOperations } from './mount-targets.ts';
import { settingOperations } from './settings.ts';
import type { EfsEvent } from './state.ts';

export const efsOperations = { ...fileSystemOperations, ...mountTargetOperations, ...settingOperations };

export const efs: Service = { name: 'efs', operations: efsOperations };

export const efsEvents: EventHandlers<EfsEvent> = {};
