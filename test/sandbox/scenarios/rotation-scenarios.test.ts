import { expect, test } from 'vitest';
import { runOnNode } from '../../../src/sandbox/application/hooks.ts';
import { nodeIds, secrets } from '../../../src/sandbox/morpheus-prod/names.ts';
import { begin } from '../../../src/sandbox/scenario.ts';
import { secretsManagerOperations } from '../../../src/sandbox/services/secrets-manager/index.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { scenario } from '../../helpers/scenario.ts';
import { pass, prod } from '../services/stack.ts';

async function world(named: string): Promise<World> {
  const made = prod(11);
  await begin(made, scenario(named));
  return made;
}

const on = (made: World, index: number, line: string) =>
  runOnNode(made, nodeIds[index] ?? '', `morpheus-ctl ${line}`);
const next = 'n'.repeat(32);
const { arn } = secrets.queue;

function putNext(made: World): string {
  const { VersionId = '', SecretString = '' } = secretsManagerOperations.GetSecretValue(made, {
    SecretId: arn,
  });
  secretsManagerOperations.PutSecretValue(made, {
    SecretId: arn,
    ClientRequestToken: next,
    SecretString: JSON.stringify({ ...JSON.parse(SecretString), password: 'Another-password-2' }),
    VersionStages: ['AWSPENDING'],
  });
  return VersionId;
}

test('rotation-function-fails: after five attempts the database has a password that is not current', async () => {
  const made = await world('rotation-function-fails');
  const master = secrets.databaseMaster.arn;
  const { VersionId: before = '' } = secretsManagerOperations.GetSecretValue(made, { SecretId: master });
  secretsManagerOperations.RotateSecret(made, { SecretId: master, ClientRequestToken: next });
  pass(made, 1200);
  const { VersionIdsToStages } = secretsManagerOperations.DescribeSecret(made, { SecretId: master });
  expect(VersionIdsToStages?.[before]).toEqual(['AWSCURRENT']);
  expect(VersionIdsToStages?.[next]).toEqual(['AWSPENDING']);
  expect(on(made, 0, `try-login ${master} ${next}`).exitCode).toBe(0);
  expect(on(made, 0, `try-login ${master} ${before}`).exitCode).toBe(1);
});

test('node-keeps-credential: two nodes reload, and the third says that it did', async () => {
  const made = await world('node-keeps-credential');
  const before = putNext(made);
  on(made, 0, `set-login ${arn} ${next}`);
  secretsManagerOperations.UpdateSecretVersionStage(made, {
    SecretId: arn,
    VersionStage: 'AWSCURRENT',
    RemoveFromVersionId: before,
    MoveToVersionId: next,
  });
  const versions = [0, 1, 2].map((index) => {
    expect(on(made, index, 'reload-credentials').exitCode).toBe(0);
    return on(made, index, `credential-status ${arn}`).stdout.split('\n')[0];
  });
  expect(versions).toEqual([`version=${next}`, `version=${next}`, `version=${before}`]);
});

test('password-not-taken: the broker says that it took it, and lets nobody in with it', async () => {
  const made = await world('password-not-taken');
  const before = putNext(made);
  expect(on(made, 0, `set-login ${arn} ${next}`).exitCode).toBe(0);
  expect(on(made, 0, `try-login ${arn} ${next}`).exitCode).toBe(1);
  expect(on(made, 0, `try-login ${arn} ${before}`).exitCode).toBe(0);
});
