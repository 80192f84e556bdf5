import { auroraFailover } from '../../src/runbooks/aurora-failover.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

standardRunbookTests('aurora-failover and back home', {
  runbook: auroraFailover,
  parameters: { failBack: true, baseline: '5s', steadyFor: '5s', every: '15s' },
});
