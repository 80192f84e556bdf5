import { describe, expect, test } from 'vitest';
import { hintHere } from '../../src/engine/hint-here.ts';
import { check } from '../../src/engine/step.ts';
import { OperatorError } from '../../src/errors.ts';
import { bench } from '../helpers/engine-harness.ts';

const instead = 'runbook runs show last says what the run saw; its account exists only in its sandbox';

describe('a hint where no AWS CLI can ask', () => {
  test.each([
    [
      'Give the group subnets in at least two zones first',
      'Give the group subnets in at least two zones first',
    ],
    ['aws cloudwatch describe-alarms --alarm-names a', instead],
    ['Wait for its end: aws autoscaling describe-scaling-activities --max-items 5', 'Wait for its end'],
    [
      'Find out who uses it, then: aws ec2 delete-launch-template-versions --versions 3',
      'Find out who uses it',
    ],
    [
      '--strategy node-by-node, which looks itself; or: aws autoscaling update-auto-scaling-group --health-check-type ELB',
      '--strategy node-by-node, which looks itself',
    ],
    ['When whoever suspended it agrees: aws autoscaling resume-processes', instead],
    [
      'runbook config check, then compare with: aws rds describe-db-clusters --query "DBClusters[].A"',
      'runbook config check',
    ],
    [
      'Users are served. aws rds describe-events --duration 60; where nothing moves, reboot it. Then: runbook resume last',
      'Users are served. Where nothing moves, reboot it. Then: runbook resume last',
    ],
    [
      'Is the agent of that node online? aws ssm describe-instance-information',
      'Is the agent of that node online?',
    ],
  ])('%s', (hint, here) => {
    expect(hintHere(hint)).toBe(here);
  });
});

test('the journal of a run in a sandbox of this process names no command of the AWS CLI, that of any other run does', async () => {
  const hint = 'Wait for its end: aws autoscaling describe-instance-refreshes --max-items 1';
  const fails = check<void>({
    id: 'fails',
    title: 'It holds',
    run: async () => {
      throw new OperatorError({ code: 'NOT_SO', message: 'It does not hold', hint });
    },
  });
  const hintIn = async (onlyHere: boolean): Promise<unknown> => {
    const it = bench([fails], onlyHere ? { onlyHere } : {});
    await it.start();
    return it.journal.events.flatMap((event) => (event.type === 'step-failed' ? [event.error.hint] : []));
  };
  expect(await hintIn(true)).toEqual(['Wait for its end']);
  expect(await hintIn(false)).toEqual([hint]);
});
