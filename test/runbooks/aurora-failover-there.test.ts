import { auroraFailover } from '../../src/runbooks/aurora-failover.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

/** Few looks: every journal line is one more place to stop at. */
standardRunbookTests('aurora-failover', {
  runbook: auroraFailover,
  parameters: { baseline: '5s', steadyFor: '5s', every: '15s' },
});
