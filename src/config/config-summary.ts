import { formatExactDuration } from '../duration.ts';
import type { PlannedBackup } from '../environment/backup-policy.ts';
import { isRestoreTested } from '../environment/restore-tested.ts';
import type { RotatedSecret } from '../environment/rotated-secret.ts';
import type { SavedObjects } from '../environment/saved-objects.ts';
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
      'recovery stack':
        environment.recovery &&
        `${environment.recovery.network.vpc}, ${environment.recovery.probes.length} probes`,
      'blocking alarms': alarms.blocking.join(', '),
      'stop alarms': alarms.stop.join(', '),
      'success alarms': alarms.success.join(', '),
      secrets: Object.entries(environment.secrets).map(secretText).join(', '),
    }),
    components: Object.entries(environment.components).map(([component, settings]) => ({
      name: component,
      type: settings.type,
      facts: [
        ...componentFacts(settings),
        ...(environment.recovery === undefined ? [] : recoveredFacts(settings)),
      ],
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
        ...plannedFacts(component),
      });
    case 'file-system':
      return facts({ 'file system': component.fileSystem, ...plannedFacts(component) });
    case 'ebs-volumes':
      return facts({
        volumes:
          component.attachedTo === undefined
            ? component.volumes?.join(', ')
            : `attached to instances with ${component.attachedTo.tag}=${component.attachedTo.value}`,
        'at least': String(component.atLeast),
        ...plannedFacts(component),
      });
    case 'rds-instance':
      return facts({ 'DB instance': component.instance, ...plannedFacts(component) });
    case 'broker':
      return facts({
        broker: component.broker,
        ...(component.backup === undefined
          ? notSaid
          : {
              definitions: savedText(component.backup.definitions),
              'configuration in the recovery Region': component.backup.recoveryConfiguration,
              'restore test': byHand,
            }),
      });
    case 'search-domain':
      return facts({
        'search domain': component.domain,
        ...(component.backup === undefined
          ? notSaid
          : {
              snapshots: savedText(component.backup.snapshots),
              configuration: component.backup.configuration && savedText(component.backup.configuration),
              'restore test': byHand,
            }),
      });
    default:
      return component satisfies never;
  }
}

const notSaid = { 'backed up by': 'not said: backup-verify does not look at it' };

const byHand = 'by hand only';

const savedText = ({ bucket, prefix, copyBucket }: SavedObjects): string =>
  `in s3://${bucket}/${prefix}, ${copyBucket === undefined ? 'not copied' : `copied to ${copyBucket}`}`;

type Planned = Extract<Component, { backup?: PlannedBackup | undefined }>;

function plannedFacts(component: Planned): Readonly<Record<string, string | undefined>> {
  const { backup } = component;
  if (backup === undefined) return notSaid;
  const described = 'restoreTest' in backup && backup.restoreTest !== undefined;
  return {
    'backed up by': `plan ${backup.plan}, vault ${backup.vault}${backup.locked ? ', locked' : ''}`,
    copied: backup.copied ? 'to the recovery Region' : 'no',
    'restore test': isRestoreTested(component) ? (described ? 'described' : 'not described') : byHand,
  };
}

const recoveredFacts = (component: Component): readonly Fact[] =>
  facts({
    'in the recovery Region':
      'recovery' in component && component.recovery !== undefined ? 'brought up' : 'not brought up',
  });

function adviceOn({ alarms, components, recovery, region, recoveryRegion }: Environment): readonly string[] {
  const advice: string[] = [];
  const recovered = Object.entries(components).filter(
    ([, component]) => 'recovery' in component && component.recovery !== undefined,
  );
  if (recovery !== undefined && recoveryRegion === undefined)
    advice.push('recovery describes a stack, and recoveryRegion does not say where it stands');
  if (recovery !== undefined && recovered.length === 0)
    advice.push('recovery describes a place, and no component says how it is brought up there');
  if (recovery === undefined && recovered.length > 0)
    advice.push(
      `${recovered.map(([name]) => name).join(', ')}: recovery is of no use until the environment has one too`,
    );
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
