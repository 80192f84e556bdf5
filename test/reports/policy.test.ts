import { expect, test } from 'vitest';
import { environmentSchema } from '../../src/environment.ts';
import { policyOf } from '../../src/reports/policy.ts';
import { permissionsOf } from '../../src/reports/runbook-page.ts';
import { rollingUpdate } from '../../src/runbooks/rolling-update.ts';
import { rotateSecrets } from '../../src/runbooks/rotate-secrets.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';

const prod = async () => ({
  name: 'prod',
  ...environmentSchema.parse((await openSandbox({ environment: 'prod' })).environments['prod']),
});

test('whoever may rotate secrets may do so with the secrets of the environment, and with no other', async () => {
  const environment = await prod();
  const { Statement } = policyOf(rotateSecrets, environment);
  const arns = Object.values(environment.secrets).map(({ secret }) => secret);
  const named = Statement.filter(({ Action }) =>
    Action.some((action) => action.startsWith('secretsmanager:')),
  );
  const ofSecrets = named.find(({ Action }) => Action.includes('secretsmanager:GetSecretValue'));
  expect(ofSecrets?.Resource.toSorted()).toEqual(arns.toSorted());
  const onAll = named.filter(({ Resource }) => Resource.some((arn) => arn.includes('*')));
  expect(
    onAll.flatMap(({ Action }) => Action).filter((action) => action.startsWith('secretsmanager:')),
  ).toEqual(['secretsmanager:GetRandomPassword']);
  const keys = Statement.find(({ Action }) => Action.includes('kms:Decrypt'));
  expect(keys?.Resource).toEqual([environment.secrets['queue']?.key]);
});

test('every action of the steps is in it once, but for what an environment has nothing for', async () => {
  const environment = await prod();
  const actions = policyOf(rotateSecrets, environment).Statement.flatMap(({ Action }) => Action);
  expect(actions.toSorted()).toEqual(permissionsOf(rotateSecrets));
  const { queue } = environment.secrets;
  if (queue === undefined) throw new Error('the stack has no secret queue');
  const { key: _, ...withoutKey } = queue;
  const less = policyOf(rotateSecrets, { ...environment, secrets: { queue: withoutKey } });
  const fewer = less.Statement.flatMap(({ Action }) => Action);
  expect(permissionsOf(rotateSecrets).filter((action) => !fewer.includes(action))).toEqual([
    'es:DescribeDomain',
    'es:UpdateDomainConfig',
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'lambda:InvokeFunction',
    'rds:ModifyDBCluster',
  ]);
});

test('a runbook that says nothing about what it touches gets one statement on everything', async () => {
  const { Statement } = policyOf(rollingUpdate, await prod());
  expect(Statement).toEqual([{ Effect: 'Allow', Action: permissionsOf(rollingUpdate), Resource: ['*'] }]);
});
