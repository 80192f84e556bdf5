import { rollingUpdate } from '../../src/runbooks/rolling-update.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

standardRunbookTests('rolling-update node by node, to a new image', {
  runbook: rollingUpdate,
  parameters: { strategy: 'node-by-node', ami: 'ami-0b2e3a4c5d6f71822', bakeTime: '30s' },
});
