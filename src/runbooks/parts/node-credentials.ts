import { describeGroup } from '../../aws/auto-scaling.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { SecretConsumer } from '../../environment/rotated-secret.ts';
import type { Environment } from '../../environment.ts';
import { valuesIn } from './ask-node.ts';
import type { NodeAnswer } from './commands-on-nodes.ts';
import { fleetOf, groupIsGone } from './fleet-watch.ts';
import type { NamedSecret } from './rotated-secrets.ts';
import type { Versions } from './try-logins.ts';

/** What a node reports of a secret. Of what it printed nothing else is kept, and a version only where it is one of the two. */
export interface NodeCredential {
  readonly node: string;
  readonly version: 'before' | 'next' | 'another' | 'unknown';
  readonly isHealthy: boolean;
  /** Logins refused, where the node can tell. */
  readonly failures?: number;
  readonly oldestConnection?: Date;
  /** Why nothing is known. */
  readonly problem?: string;
}

export function credentialOf(answer: NodeAnswer, { before, next }: Versions): NodeCredential {
  const { node, exitCode, status, text } = answer;
  if (exitCode !== 0) {
    const problem =
      exitCode === undefined ? `the status command is ${status}` : `the status command ends with ${exitCode}`;
    return { node, version: 'unknown', isHealthy: false, problem };
  }
  const values = valuesIn(text, ['version', 'healthy', 'auth-failures', 'oldest-connection']);
  const { version, healthy, 'auth-failures': failures = '', 'oldest-connection': oldest = '' } = values;
  const opened = new Date(oldest);
  return {
    node,
    version:
      version === next
        ? 'next'
        : version === before
          ? 'before'
          : version === undefined
            ? 'unknown'
            : 'another',
    isHealthy: healthy === 'yes',
    ...(/^\d+$/.test(failures) && { failures: Number(failures) }),
    ...(!Number.isNaN(opened.getTime()) && { oldestConnection: opened }),
  };
}

const versionText = {
  before: 'the version before',
  next: 'the new version',
  another: 'another version',
  unknown: 'a version that it does not tell',
};

export const credentialText = ({ node, version, isHealthy, problem }: NodeCredential): string =>
  problem === undefined
    ? `${node} has ${versionText[version]}${isHealthy ? '' : ' and is not healthy'}`
    : `${node}: ${problem}`;

/** @param since what has to be counted from then on */
export const statusCommand = ({ status }: SecretConsumer, { secret }: NamedSecret, since: Date): string =>
  status.replaceAll('{secret}', secret).replaceAll('{since}', String(Math.floor(since.getTime() / 1000)));

/** Nodes in service, by id: those that users come to, and that must have the new version. */
export async function nodesInService(
  { aws, environment }: Pick<ReadContext, 'aws'> & { readonly environment: Environment },
  fleet: string,
): Promise<readonly string[]> {
  const { group: name } = fleetOf(environment, fleet);
  const group = await describeGroup(aws, name);
  if (group === undefined) throw groupIsGone(name);
  return (group.Instances ?? [])
    .flatMap(({ InstanceId, LifecycleState }) =>
      InstanceId !== undefined && LifecycleState === 'InService' ? [InstanceId] : [],
    )
    .sort();
}
