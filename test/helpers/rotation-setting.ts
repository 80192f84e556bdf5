import type { RotatedSecret } from '../../src/environment/rotated-secret.ts';
import { type Environment, environmentSchema } from '../../src/environment.ts';
import { rotateSecrets } from '../../src/runbooks/rotate-secrets.ts';
import { runOnNode } from '../../src/sandbox/application/hooks.ts';
import { queue } from '../../src/sandbox/morpheus-prod/names.ts';
import { morpheusProdEnvironment } from '../../src/sandbox/morpheus-prod.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { brokerOf } from '../../src/sandbox/services/mq/refusals.ts';
import type { Secret } from '../../src/sandbox/services/secrets-manager/state.ts';
import type { World } from '../../src/sandbox/world.ts';
import { leaving, type RunSetting } from './sandbox-run.ts';

const { secrets } = environmentSchema.parse(morpheusProdEnvironment);

export type SecretName = 'database-master' | 'database' | 'queue' | 'search';

/** The environment's secrets with one of them configured otherwise; `undefined` takes a member away. */
export function configured(
  name: SecretName,
  changes: { readonly [Key in keyof RotatedSecret]?: RotatedSecret[Key] | undefined },
): Pick<Environment, 'secrets'> {
  const changed = Object.entries({ ...secrets[name], ...changes }).filter(([, value]) => value !== undefined);
  return { secrets: { ...secrets, [name]: Object.fromEntries(changed) as RotatedSecret } };
}

export const rotating = (secret: string, more: Partial<RunSetting> = {}): RunSetting => ({
  runbook: rotateSecrets,
  operator: leaving,
  ...more,
  parameters: { secret, soak: '15s', ...more.parameters },
});

/** In Secrets Manager, under its path. */
export function secretIn({ world }: Pick<Sandbox, 'world'>, name: SecretName): Secret {
  const arn = secrets[name]?.secret;
  const found = world.secretsManager.secrets.find((secret) => secret.arn === arn);
  if (found === undefined) throw new Error(`the sandbox has no secret ${name}`);
  return found;
}

export const versionWith = (secret: Secret, stage: string): string | undefined =>
  secret.versions.find(({ stages }) => stages.includes(stage))?.id;

/** Takes the rotation function away, so that the tool has to do it. */
export function withoutFunction(sandbox: Pick<Sandbox, 'world'>, name: SecretName): void {
  delete secretIn(sandbox, name).rotation;
}

const running = (world: World) =>
  Object.values(world.ec2.nodes).filter(
    ({ application, instance }) => application !== undefined && instance.State.Name === 'running',
  );

/** What a node says of a version: `works`, `refused`, or that it cannot tell. */
export function loginWith(world: World, name: SecretName, version: string | undefined): string {
  const line = `morpheus-ctl try-login ${secrets[name]?.secret} ${version}`;
  const codes = running(world).map(({ instance }) => runOnNode(world, instance.InstanceId, line).exitCode);
  if (codes.includes(0)) return 'works';
  return codes.includes(1) ? 'refused' : 'cannot tell';
}

/** Versions that nodes have loaded of a secret. */
export const loadedIn = (world: World, name: SecretName): readonly (string | undefined)[] => {
  const path = secretIn({ world }, name).name;
  return running(world).map(({ application }) => application?.loaded[path]?.versionId);
};

/** The component knows what is AWSCURRENT, nothing is pending, and every node works with it. */
export function standsFirm(sandbox: Pick<Sandbox, 'world'>, name: SecretName): string | true {
  const { world } = sandbox;
  const secret = secretIn(sandbox, name);
  const current = versionWith(secret, 'AWSCURRENT');
  const pending = versionWith(secret, 'AWSPENDING');
  if (pending !== undefined && pending !== current) return `AWSPENDING is on ${pending}`;
  const login = loginWith(world, name, current);
  if (login !== 'works') return `AWSCURRENT is on ${current}, and its login ${login}`;
  const others = loadedIn(world, name).filter((loaded) => loaded !== undefined && loaded !== current);
  if (others.length > 0) return `nodes have ${others.join(', ')}, and AWSCURRENT is on ${current}`;
  const lost = running(world).flatMap(({ application }) => Object.values(application?.lost ?? {}));
  return lost.length === 0 || `nodes have lost ${lost.join(', ')}`;
}

/** The broker as one of ActiveMQ, whose users AWS manages. */
export function asActiveMq({ world }: Sandbox): void {
  const broker = brokerOf(world, queue.id);
  if (broker === undefined) throw new Error('the sandbox has no broker');
  broker.described.EngineType = 'ACTIVEMQ';
  broker.users = { [queue.user]: { console: false, groups: [] } };
}
