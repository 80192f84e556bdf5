import { drDrill } from '../../src/runbooks/dr-drill.ts';
import { smallStack } from '../helpers/drill-environment.ts';
import { standardRunbookTests } from '../helpers/standard-runbook-tests.ts';

/** Each of its runs takes a second or two, and a whole one has four hundred lines. */
const oneOf = 45;

standardRunbookTests('dr-drill', { runbook: drDrill, parameters: {}, ...smallStack('files') }, { oneOf });

/** Without a name to switch: what users wrote after that is out of reach of a rollback, on purpose. */
standardRunbookTests(
  'dr-drill, failover',
  { runbook: drDrill, parameters: { mode: 'failover' }, ...smallStack('queue') },
  { oneOf },
);
