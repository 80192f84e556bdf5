import { formatExactDuration } from '../duration.ts';
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
    }),
    components: Object.entries(environment.components).map(([component, settings]) => ({
      name: component,
      type: settings.type,
      facts: componentFacts(settings),
    })),
    advice: adviceOn(environment),
  };
}

function componentFacts(component: Component): readonly Fact[] {
  switch (component.type) {
    case 'auto-scaling-group':
      return facts({
        'Auto Scaling group': component.group,
        'target group': component.targetGroup,
        'health URL': component.healthUrl,
      });
    default:
      return component.type satisfies never;
  }
}

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
