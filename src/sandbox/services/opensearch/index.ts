import type { Service } from '../../service.ts';
import { describingOperations } from './describing.ts';
import { healthOperations } from './health.ts';
import { makingOperations } from './making.ts';
import { tagOperations } from './tags.ts';
import { updatingOperations } from './updating.ts';
import { versionOperations } from './versions.ts';

export { openSearchEvents } from './changes.ts';

export const openSearchOperations = {
  ...describingOperations,
  ...healthOperations,
  ...makingOperations,
  ...updatingOperations,
  ...versionOperations,
  ...tagOperations,
};

export const openSearch: Service = { name: 'opensearch', operations: openSearchOperations };
