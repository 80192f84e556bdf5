import { expect, test } from 'vitest';
import type { Finding } from '../../src/engine/finding.ts';
import type { RunEvent } from '../../src/engine/run-event.ts';
import { environmentSchema } from '../../src/environment.ts';
import { provenRestores, provenRestoresText } from '../../src/reports/proven-restores.ts';

const backup = {
  plan: 'p',
  vault: 'v',
  rules: [{ schedule: 'cron(0 5 * * ? *)', keepDays: 7, every: '24h' }],
};

const settings = environmentSchema.parse({
  account: '111122223333',
  region: 'us-east-1',
  recoveryRegion: 'us-west-2',
  components: {
    app: { type: 'auto-scaling-group', group: 'app', targetGroup: 'app' },
    database: { type: 'aurora-cluster', cluster: 'db', backup },
    files: { type: 'file-system', fileSystem: 'fs-0a1b2c3d', backup },
    search: {
      type: 'search-domain',
      domain: 'logs',
      backup: { snapshots: { bucket: 'backups', prefix: 'search/', every: '24h' } },
    },
    scratch: { type: 'file-system', fileSystem: 'fs-0a1b2c3e' },
  },
});

const finding = (verdict: Finding['verdict']): Finding => ({ verdict, subject: 's', fact: 'f', rule: 'r' });

function run(
  day: number,
  verdicts: readonly Finding['verdict'][],
  {
    mode = 'live',
    component = 'database',
  }: { mode?: 'live' | 'sandbox' | 'rehearsal'; component?: string } = {},
): RunEvent[] {
  const at = `2026-03-0${day}T02:00:00.000Z`;
  const step = `restore-database/${component}/validate`;
  return [
    {
      type: 'run-started',
      at,
      version: 1,
      toolVersion: 'test',
      runId: `run-${day}`,
      runbook: 'backup-verify',
      title: 'Backup verification',
      parameters: {},
      environment: { name: 'prod', settings },
      mode,
      by: 'anna',
    },
    { type: 'step-started', at, step, kind: 'check', title: 'validated', attempt: 1 },
    { type: 'found', at, step, findings: verdicts.map(finding) },
    { type: 'step-succeeded', at, step },
  ];
}

test('the latest proof of each protected component, and never where there is none', () => {
  const rows = provenRestores([run(1, ['pass']), run(2, ['pass']), run(3, ['pass', 'fail']), run(4, [])]);
  expect(rows).toEqual([
    {
      environment: 'prod',
      mode: 'live',
      component: 'database',
      last: { at: '2026-03-02T02:00:00.000Z', runId: 'run-2', isBareClaim: false },
    },
    { environment: 'prod', mode: 'live', component: 'files' },
    { environment: 'prod', mode: 'live', component: 'search', isByHand: true },
  ]);
});

test('a restore that nobody asked anything is said to be one', () => {
  const [row] = provenRestores([run(1, ['pass', 'warn'])]);
  expect(row?.last?.isBareClaim).toBe(true);
});

test('what the sandbox proves says nothing of what is live, and a rehearsal proves nothing', () => {
  const rows = provenRestores([
    run(1, ['pass'], { mode: 'sandbox' }),
    run(2, ['pass'], { mode: 'rehearsal' }),
    run(3, ['pass'], { component: 'files' }),
  ]);
  expect(rows.map(({ mode, component, last }) => [mode, component, last?.runId])).toEqual([
    ['sandbox', 'database', 'run-1'],
    ['sandbox', 'files', undefined],
    ['sandbox', 'search', undefined],
    ['live', 'database', undefined],
    ['live', 'files', 'run-3'],
    ['live', 'search', undefined],
  ]);
});

test('never is to be seen, and what this tool cannot test is said to be such', () => {
  expect(provenRestoresText(provenRestores([run(1, ['pass', 'warn'])]), { width: 120, colour: false })).toBe(
    [
      'Last proven restorable',
      '  database in prod  2026-03-01 02:00 UTC, but not asked  run-1',
      '  files in prod     never                                runbook run backup-verify --env prod --restore',
      '  search in prod    by hand only                         docs/runbooks/backup-verify.md',
    ].join('\n'),
  );
  expect(provenRestoresText([], { width: 100, colour: false })).toBe('');
});
