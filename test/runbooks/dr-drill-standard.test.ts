import { drDrill } from '../../src/runbooks/dr-drill.ts';
import { smallStack } from '../helpers/drill-environment.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

standardRunbookTests('dr-drill of a stack with files', {
  runbook: drDrill,
  parameters: {},
  ...smallStack('files'),
});
