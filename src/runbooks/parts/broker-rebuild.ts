import type { DescribeBrokerResponse, DescribeConfigurationResponse } from '../../aws/mq.ts';
import type { Finding } from '../../engine/finding.ts';
import { minorOf } from './engine-version.ts';

/** Whether the broker runs what its configuration says last. A pending revision takes effect with the next reboot. */
export function revisionFinding(
  { BrokerId, Configurations, PendingEngineVersion }: DescribeBrokerResponse,
  configuration: DescribeConfigurationResponse | undefined,
): Finding {
  const subject = 'configuration';
  const rule = 'it runs the newest revision, and nothing waits for a reboot';
  const { Current, Pending } = Configurations ?? {};
  const reboot = `aws mq reboot-broker --broker-id ${BrokerId}, which cuts its connections: in the maintenance window`;
  if (Pending?.Id !== undefined || PendingEngineVersion !== undefined) {
    const waiting = [
      ...(Pending?.Id === undefined ? [] : [`revision ${Pending.Revision} of ${Pending.Id}`]),
      ...(PendingEngineVersion === undefined ? [] : [`version ${PendingEngineVersion}`]),
    ];
    return {
      verdict: 'warn',
      subject,
      fact: `waits for a reboot: ${waiting.join(', ')}`,
      rule,
      toDo: reboot,
    };
  }
  if (Current?.Id === undefined)
    return {
      verdict: 'warn',
      subject,
      fact: 'it has none of its own',
      rule,
      toDo: 'Give it one, and save it',
    };
  const latest = configuration?.LatestRevision?.Revision;
  if (latest !== undefined && latest !== Current.Revision)
    return {
      verdict: 'warn',
      subject,
      fact: `runs revision ${Current.Revision} of ${Current.Id}, and ${latest} is the newest`,
      rule,
      toDo: `Whoever rebuilds it gets the newest. Decide which one is right: aws mq update-broker --broker-id ${BrokerId} --configuration Id=${Current.Id},Revision=${latest}; then ${reboot}`,
    };
  return { verdict: 'pass', subject, fact: `revision ${Current.Revision} of ${Current.Id}`, rule };
}

export interface RecoveryConfiguration {
  readonly region: string;
  readonly id: string;
  /** Number of its newest revision; `undefined` where there is no such configuration. */
  readonly revision: number | undefined;
  readonly isForVersion: string | undefined;
  /** Whether its newest revision says the same as the one that the broker runs. What they say is nobody's business here. */
  readonly saysTheSame: boolean;
}

export function recoveryConfigurationFinding(
  { region, id, revision, isForVersion, saysTheSame }: RecoveryConfiguration,
  { EngineVersion }: DescribeBrokerResponse,
): Finding {
  const subject = `configuration in ${region}`;
  const rule = 'it says the same as the one that the broker runs, for the same version';
  const bad = (fact: string, toDo: string): Finding => ({ verdict: 'fail', subject, fact, rule, toDo });
  if (revision === undefined)
    return bad(
      `there is no ${id}`,
      `aws mq create-configuration --region ${region}, or correct backup.recoveryConfiguration in runbook.yaml`,
    );
  if (!saysTheSame)
    return bad(
      `revision ${revision} of ${id} says something else`,
      `aws mq update-configuration --region ${region} --configuration-id ${id} --data with what aws mq describe-configuration-revision gives of the broker's`,
    );
  if (minorOf(isForVersion) !== minorOf(EngineVersion))
    return bad(
      `${id} is for ${isForVersion}, the broker is ${EngineVersion}`,
      `Make one for ${EngineVersion}: aws mq create-configuration --region ${region}`,
    );
  return { verdict: 'pass', subject, fact: `revision ${revision} of ${id} says the same`, rule };
}
