import { formatExactDuration } from '../duration.ts';
import type { DatabaseBackup, FilesBackup } from '../environment/backup-policy.ts';
import type { RotatedSecret } from '../environment/rotated-secret.ts';
import type { Component, Environment } from '../environment.ts';
import type { Config } from './config-file.ts';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface EnvironmentSummary {
  readonly name: string;
  readonly facts: readonly Fact[];
  readonly components: readonly {
    readonly name: string;
    readonly type: Component['type'];
    readonly facts: readonly Fact[];
  }[];
  /** Valid, and yet likely to be missed when it counts. */
  readonly advice: readonly string[];
}

export const describeConfig = (config: Config): readonly EnvironmentSummary[] =>
  config.environments.map(summaryOf);

function summaryOf(environment: Environment): EnvironmentSummary {
  const { name, account, region, recoveryRegion, profile, objectives, alarms } = environment;
  const { rto, rpo, errorRate } = objectives;
  return {
    name,
    facts: facts({
      account,
      Region: region,
      'recovery Region': recoveryRegion,
      profile,
      protected: environment.protected ? 'yes' : 'no',
      RTO: rto === undefined ? undefined : formatExactDuration(rto),
      RPO: rpo === undefined ? undefined : formatExactDuration(rpo),
      'error rate': errorRate === undefined ? undefined : `at most ${errorRate} %`,
      'blocking alarms': alarms.blocking.join(', '),
      'stop alarms': alarms.stop.join(', '),
      'success alarms': alarms.success.join(', '),
      secrets: Object.entries(environment.secrets).map(secretText).join(', '),
    }),
    components: Object.entries(environment.components).map(([component, settings]) => ({
      name: component,
      type: settings.type,
      facts: componentFacts(settings),
    })),
    advice: adviceOn(environment),
  };
}

const secretText = ([name, { maxAge, consumers }]: [string, RotatedSecret]): string =>
  `${name} (at most ${formatExactDuration(maxAge)} old, ${consumers.length === 0 ? 'loaded by no fleet' : `loaded by ${consumers.map(({ fleet }) => fleet).join(' and ')}`})`;

function componentFacts(component: Component): readonly Fact[] {
  switch (component.type) {
    case 'auto-scaling-group':
      return facts({
        'Auto Scaling group': component.group,
        'target group': component.targetGroup,
        'health URL': component.healthUrl,
      });
    case 'aurora-cluster':
      return facts({
        'DB cluster': component.cluster,
        'used by': component.usedBy,
        'lag limit': formatExactDuration(component.lagLimit),
        'failover gap': formatExactDuration(component.failoverGap),
        'longest outage':
          component.longestOutage === undefined ? undefined : formatExactDuration(component.longestOutage),
        ...backupFacts(component.backup),
      });
    case 'file-system':
      return facts({ 'file system': component.fileSystem, ...backupFacts(component.backup) });
    case 'broker':
      return facts({ broker: component.broker });
    case 'search-domain':
      return facts({ 'search domain': component.domain });
    default:
      return component satisfies never;
  }
}

const backupFacts = (
  backup: DatabaseBackup | FilesBackup | undefined,
): Readonly<Record<string, string | undefined>> =>
  backup === undefined
    ? { 'backed up by': 'not said: backup-verify does not look at it' }
    : {
        'backed up by': `plan ${backup.plan}, vault ${backup.vault}${backup.locked ? ', locked' : ''}`,
        copied: backup.copied ? 'to the recovery Region' : 'no',
        'restore test': backup.restoreTest === undefined ? 'not described' : 'described',
      };

function adviceOn({ alarms, components, region, recoveryRegion }: Environment): readonly string[] {
  const advice: string[] = [];
  if (Object.keys(components).length === 0)
    advice.push('components is empty: no runbook has anything to work on');
  if (alarms.blocking.length === 0)
    advice.push('alarms.blocking is empty: a change begins whatever the alarms say');
  if (alarms.stop.length === 0) advice.push('alarms.stop is empty: no alarm stops a change under way');
  if (recoveryRegion === region)
    advice.push(`recoveryRegion is the Region itself (${region}): it is lost together with the stack`);
  return advice;
}

const facts = (values: Readonly<Record<string, string | undefined>>): readonly Fact[] =>
  Object.entries(values).flatMap(([label, value]) =>
    value === undefined || value === '' ? [] : [{ label, value }],
  );
