import { rollingUpdate } from '../../src/runbooks/rolling-update.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

standardRunbookTests('rolling-update by instance refresh', {
  runbook: rollingUpdate,
  parameters: { bakeTime: '30s' },
});
