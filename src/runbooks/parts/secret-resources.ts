import type { Resources } from '../../engine/runbook.ts';
import type { Component, Environment } from '../../environment.ts';
import { componentOf, namedSecrets } from './rotated-secrets.ts';

/** What a rotation touches, by the prefix of the actions: the secrets, their keys and functions by their own ARNs. */
export function secretResources(environment: Environment): Resources {
  const secrets = namedSecrets(environment, undefined);
  const components = secrets.flatMap((secret) => {
    const component = componentOf(environment, secret);
    return component === undefined ? [] : [component];
  });
  const arnsOf = <Type extends Component['type']>(
    type: Type,
    arn: (component: Extract<Component, { type: Type }>) => string,
  ) =>
    components.flatMap((component) =>
      component.type === type ? [arn(component as Extract<Component, { type: Type }>)] : [],
    );
  const { region, account } = environment;
  const at = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  return {
    secretsmanager: secrets.map(({ secret }) => secret),
    // It makes a password that is no one's yet: there is no ARN to name.
    'secretsmanager:GetRandomPassword': ['*'],
    'kms:Decrypt': secrets.flatMap(({ key }) => key ?? []),
    'kms:GenerateDataKey': secrets.flatMap(({ key }) => key ?? []),
    lambda: secrets.flatMap(({ rotationFunction }) => rotationFunction ?? []),
    'rds:ModifyDBCluster': arnsOf('aurora-cluster', ({ cluster }) => at('rds', `cluster:${cluster}`)),
    // The ARN of a broker has its name as well, which runbook.yaml does not: the id at its end is unique.
    mq: arnsOf('broker', ({ broker }) => at('mq', `broker:*:${broker}`)),
    es: arnsOf('search-domain', ({ domain }) => at('es', `domain/${domain}`)),
  };
}
