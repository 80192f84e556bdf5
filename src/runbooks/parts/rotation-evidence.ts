import { formatDuration } from '../../duration.ts';
import type { ApprovalRequest } from '../../engine/step.ts';
import type { Environment } from '../../environment.ts';
import { secretOf } from './rotated-secrets.ts';
import type { RotationItem } from './rotation-item.ts';
import type { AllFacts, SecretFacts } from './secret-facts.ts';

type Evidence = ApprovalRequest['evidence'];

/** What is approved of each secret: its age, who sets the password, who takes it up and how, what restarts. Never a value. */
export const rotationEvidence = (
  environment: Environment,
  items: readonly RotationItem[],
  { secrets }: AllFacts,
): Evidence =>
  items.map((item) => {
    const facts = secrets.find(({ name }) => name === item.name);
    return {
      label: item.name,
      value: [
        ...(facts === undefined
          ? []
          : [`${formatDuration(facts.age)} old (at most ${formatDuration(facts.maxAge)})`]),
        wayText(environment, item, facts),
        usersText(item),
        ...leftOverText(item),
        ...(item.retires ? ['the version before is then ended for good'] : []),
      ].join('; '),
    };
  });

function wayText(
  environment: Environment,
  { name, way, setBy }: RotationItem,
  facts: SecretFacts | undefined,
): string {
  const { users } = secretOf(environment, name);
  if (way === 'function')
    return [
      `by its function ${facts?.rotationFunction?.split(':').at(-1) ?? ''}`,
      ...(users === 'alternating' ? ['the other of two users'] : []),
      ...(facts?.isScheduled === false ? ['which turns its automatic rotation on again'] : []),
    ].join(', ');
  switch (setBy) {
    case 'master-password':
      return 'by rds:ModifyDBCluster, which cuts no connection';
    case 'search-master-user':
      return 'by es:UpdateDomainConfig, which takes minutes';
    case 'broker-user':
      return 'by mq:UpdateUser, and THE BROKER IS REBOOTED for it';
    case 'command':
      return `by a command on a node${users === 'alternating' ? ', for the other of two users' : ''}`;
    case undefined:
      return 'by nothing: no way is configured';
    default:
      return setBy satisfies never;
  }
}

function usersText({ consumers }: RotationItem): string {
  if (consumers.length === 0) return 'no fleet loads it';
  return consumers
    .map(({ fleet, how }) =>
      how === 'reload' ? `${fleet} loads it anew` : `EVERY NODE OF ${fleet} RESTARTS, one after the other`,
    )
    .join(', ');
}

const leftOverText = ({ leftOver }: RotationItem): readonly string[] =>
  leftOver === undefined
    ? []
    : [`version ${leftOver.version}, left over from a rotation that did not finish: ${leftOver.how}`];
