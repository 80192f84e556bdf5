import type { Runbook } from '../engine/runbook.ts';
import { auroraFailover } from './aurora-failover.ts';
import { backupVerify } from './backup-verify.ts';
import { drDrill } from './dr-drill.ts';
import { rollingUpdate } from './rolling-update.ts';
import { rotateSecrets } from './rotate-secrets.ts';

/** Every runbook there is, in the order in which lists show them. */
export const runbooks: readonly Runbook[] = [
  rollingUpdate,
  auroraFailover,
  backupVerify,
  rotateSecrets,
  drDrill,
];
