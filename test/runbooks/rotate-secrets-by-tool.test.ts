import { rotateSecrets } from '../../src/runbooks/rotate-secrets.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

standardRunbookTests('rotate-secrets, driven by the tool', {
  runbook: rotateSecrets,
  parameters: { secret: 'queue', soak: '0s', canary: '3' },
});
