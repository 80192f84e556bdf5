import { rotateSecrets } from '../../src/runbooks/rotate-secrets.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

standardRunbookTests('rotate-secrets, by a rotation function', {
  runbook: rotateSecrets,
  parameters: { secret: 'database-master' },
});
