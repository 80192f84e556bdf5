import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { minutes, seconds } from '../../src/duration.ts';
import { type Runbook, runbook } from '../../src/engine/runbook.ts';
import {
  approve,
  change,
  check,
  forEach,
  lane,
  measure,
  observe,
  together,
  wait,
} from '../../src/engine/step.ts';
import { permissionsOf, stepsMarkdown } from '../../src/reports/runbook-page.ts';
import { runbookText } from '../../src/reports/runbook-text.ts';

const uses = (...actions: string[]) => [{ actions }];
const nothing = z.object({});

const drain = runbook({
  id: 'drain',
  title: 'Drain the nodes of a fleet',
  whenToUse: 'When nodes must lose their traffic and keep running.',
  parameters: z.object({
    fleet: z.string().meta({ description: 'Name of the fleet' }),
    drainTime: z.string().default('5m').meta({ description: 'How long to wait for a node' }),
    order: z.enum(['by-zone', 'by-age']).default('by-zone'),
  }),
  forms: [
    { title: 'By zone', parameters: { fleet: 'app' } },
    { title: 'By age (*)', parameters: { fleet: 'app', order: 'by-age' } },
  ],
  safeToUndo: true,
  steps: ({ order }) => [
    check({
      id: 'account',
      title: 'The account is right',
      alsoOnResume: true,
      uses: uses('sts:GetCallerIdentity'),
      run: async () => {},
    }),
    approve({ id: 'approve', title: 'Drain?', ask: () => ({ question: 'Drain?', evidence: [] }) }),
    forEach({
      id: 'nodes',
      title: order === 'by-zone' ? 'Drain each node' : 'Drain each node, oldest first',
      uses: uses('autoscaling:DescribeAutoScalingGroups'),
      item: z.object({ id: z.string() }),
      items: async () => [],
      key: ({ id }) => id,
      example: { id: 'i-0abc' },
      steps: ({ id }) => [
        change({
          id: 'deregister',
          title: `Take ${id} out of the target group`,
          uses: uses('elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:DescribeTargetHealth'),
          returns: nothing,
          findApplied: async () => undefined,
          apply: async () => ({}),
          undo: {
            title: `Register ${id} again`,
            every: seconds(10),
            timeout: minutes(5),
            turn: async () => ({ ready: true }),
          },
        }),
        wait<void>({
          id: 'drained',
          title: `${id} serves no request`,
          every: seconds(10),
          timeout: minutes(5),
          uses: uses('elasticloadbalancing:DescribeTargetHealth'),
          probe: async () => ({ ready: true }),
        }),
      ],
    }),
    change({
      id: 'tag',
      title: 'Tag the group',
      returns: nothing,
      findApplied: async () => undefined,
      apply: async () => ({}),
      cannotUndo: 'the tag says that it happened',
    }),
    measure({ id: 'left', title: 'Nodes left', unit: 'count', sample: async () => ({ value: 0 }) }),
  ],
}) as unknown as Runbook;

describe('the generated steps', () => {
  test('of each form: kinds, how changes are undone, how long waits take, IAM actions, the steps of lists', () => {
    const [byZone, byAge] = stepsMarkdown(drain).split('\n### ');
    expect(byZone).toBe(`### By zone

1. **check** The account is right
   - checked again at every resume and before a rollback
   - IAM: \`sts:GetCallerIdentity\`
2. **approve** Drain?
3. **for each** Drain each node
   - IAM: \`autoscaling:DescribeAutoScalingGroups\`
   - for example \`i-0abc\`:

   1. **change** Take i-0abc out of the target group
      - undo: Register i-0abc again (for at most 5m)
      - IAM: \`elasticloadbalancing:DeregisterTargets\`, \`elasticloadbalancing:DescribeTargetHealth\`
   2. **wait** i-0abc serves no request
      - looks every 10s, for at most 5m
      - IAM: \`elasticloadbalancing:DescribeTargetHealth\`
4. **change** Tag the group
   - cannot be undone: the tag says that it happened
5. **measure** Nodes left
`);
    expect(byAge).toContain('By age (*)\n');
    expect(byAge).toContain('3. **for each** Drain each node, oldest first');
  });

  test('come with the permissions of all forms, each once, sorted', () => {
    expect(permissionsOf(drain)).toEqual([
      'autoscaling:DescribeAutoScalingGroups',
      'elasticloadbalancing:DeregisterTargets',
      'elasticloadbalancing:DescribeTargetHealth',
      'sts:GetCallerIdentity',
    ]);
  });
});

test('a runbook on the terminal: when to use it, flags as typed, steps, permissions', () => {
  const text = runbookText(drain, { width: 100, colour: false });
  expect(text).toContain('runbook run drain --env <environment>');
  expect(text).toContain('When nodes must lose their traffic');
  expect(text).toMatch(/--fleet +Name of the fleet \(required\)/);
  expect(text).toMatch(/--drain-time +How long to wait for a node \(default 5m\)/);
  expect(text).toMatch(/--order +\(one of by-zone, by-age; default by-zone\)/);
  expect(text).toContain(`  3. for each  Drain each node
     for example i-0abc
     1. change  Take i-0abc out of the target group`);
  expect(text).toContain('  sts:GetCallerIdentity');
});

test('an observation says how often it looks at what, and for how long', () => {
  const named = (name: string, every: number) =>
    lane({ name, every, sees: z.string(), ask: async () => 'fine' });
  const watch = runbook({
    id: 'watch',
    title: 'Watch',
    whenToUse: 'In tests',
    parameters: nothing,
    forms: [{ title: 'Watch', parameters: {} }],
    safeToUndo: true,
    steps: () => [
      observe<void>({
        id: 'back',
        title: 'The application is back',
        lanes: [named('health URL', seconds(1)), named('DNS', seconds(2))],
        timeout: minutes(15),
        until: () => ({ ready: true }),
      }),
    ],
  }) as unknown as Runbook;
  expect(stepsMarkdown(watch)).toBe(`### Watch

1. **observe** The application is back
   - looks at health URL every 1s, DNS every 2s
   - for at most 15m; no look waits for another
`);
  expect(runbookText(watch, { width: 100, colour: false })).toContain(
    '1. observe  The application is back\n     at most 15m; health URL every 1s, DNS every 2s',
  );
});

test('branches stand below their entry, each with its own steps and permissions', () => {
  const reads = (id: string, action: string) =>
    check<void>({ id, title: `${id} holds`, uses: uses(action), run: async () => {} });
  const both = runbook({
    id: 'both',
    title: 'Both',
    whenToUse: 'In tests',
    parameters: nothing,
    forms: [{ title: 'Both', parameters: {} }],
    safeToUndo: true,
    steps: () => [
      together({
        id: 'restore',
        title: 'Restore both',
        branches: [
          {
            id: 'database',
            title: 'Restore the database',
            steps: [reads('a', 'rds:A'), reads('b', 'rds:B')],
          },
          { id: 'files', title: 'Restore the files (*)', steps: [reads('c', 'elasticfilesystem:C')] },
        ],
      }),
      reads('d', 'sts:D'),
    ],
  }) as unknown as Runbook;
  expect(stepsMarkdown(both)).toBe(`### Both

1. **together** Restore both
   - At the same time:

     - **Restore the database** (\`database\`):

       1. **check** a holds
          - IAM: \`rds:A\`
       2. **check** b holds
          - IAM: \`rds:B\`
     - **Restore the files (\\*)** (\`files\`):

       1. **check** c holds
          - IAM: \`elasticfilesystem:C\`
2. **check** d holds
   - IAM: \`sts:D\`
`);
  expect(runbookText(both, { width: 100, colour: false })).toContain(`  1. together  Restore both
     at the same time:
     Restore the database  [database]
       1. check  a holds
       2. check  b holds
     Restore the files (*)  [files]
       1. check  c holds
  2. check  d holds`);
  expect(permissionsOf(both)).toEqual(['elasticfilesystem:C', 'rds:A', 'rds:B', 'sts:D']);
});
