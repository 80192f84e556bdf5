import { describeGroup } from '../../aws/auto-scaling.ts';
import { describeBroker } from '../../aws/mq.ts';
import { describeDomain } from '../../aws/opensearch.ts';
import { describeCluster, describeClusterInstances, pendingMaintenance } from '../../aws/rds.ts';
import { describeSecret } from '../../aws/secrets-manager.ts';
import { managedNodes } from '../../aws/ssm.ts';
import { minutes } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { nodesInService } from './node-credentials.ts';
import { componentOf, type NamedSecret, secretOf, setByOf } from './rotated-secrets.ts';
import type { LeftOver } from './rotation-item.ts';
import { type AllFacts, readSecret, type SecretFacts, stagesIn } from './secret-facts.ts';
import { busyWith, componentReads } from './set-password.ts';

/** How long a rotation by a function may be under way: its function is attempted a few times. */
const attemptsTake = minutes(15);

/** Everything of one secret that a rotation would stumble over half-way. */
export function mayBeRotated(
  name: string,
  leftOver: LeftOver,
  secrets: StepReference<AllFacts>,
): Check<void> {
  return check({
    id: 'ready',
    title: `The stages of ${name} allow a rotation, and its component is at rest and healthy`,
    uses: [describeSecret, ...componentReads, describeClusterInstances, pendingMaintenance],
    async run(context) {
      const secret = secretOf(context.environment, name);
      const facts = context.outputOf(secrets).secrets.find((each) => each.name === name);
      if (facts === undefined) return;
      await refuseStages(context, secret, facts, leftOver);
      if (facts.rotationFunction === undefined && setByOf(context.environment, secret) === undefined)
        throw new OperatorError({
          code: 'NO_WAY_TO_ROTATE',
          message: `secrets.${name} has no rotation function, and nothing says how its password is set`,
          hint: `Add secrets.${name}.set (a command) to runbook.yaml, or a function: aws secretsmanager rotate-secret --secret-id ${secret.secret} --rotation-lambda-arn ...`,
        });
      await refuseComponent(context, secret);
    },
  });
}

async function refuseStages(
  context: ReadContext,
  secret: NamedSecret,
  facts: SecretFacts,
  leftOver: LeftOver,
): Promise<void> {
  const described = await readSecret(context, secret);
  const { pending, current } = stagesIn(described);
  if (pending === undefined) return;
  const changed = described.LastChangedDate ?? new Date(0);
  const isUnderWay =
    facts.rotationFunction !== undefined &&
    described.RotationEnabled === true &&
    context.clock.now().getTime() - changed.getTime() < attemptsTake;
  if (isUnderWay)
    throw new OperatorError({
      code: 'ROTATION_UNDER_WAY',
      message: `A rotation of secrets.${secret.name} seems to be under way: AWSPENDING is on version ${pending} since ${changed.toISOString()}`,
      hint: `Wait for its end, or stop it: aws secretsmanager cancel-rotate-secret --secret-id ${secret.secret}`,
    });
  if (leftOver !== 'stop') return;
  throw new OperatorError({
    code: 'ROTATION_LEFT_OVER',
    message: `An earlier rotation of secrets.${secret.name} did not finish: AWSPENDING is on version ${pending}, AWSCURRENT on ${current}. The component may have either password; which one is found out by trying, on a node`,
    hint: `--left-over resume goes on with version ${pending}; --left-over withdraw puts the component and the stages back to AWSCURRENT, and rotates anew`,
  });
}

async function refuseComponent(context: ReadContext, secret: NamedSecret): Promise<void> {
  const { aws, environment } = context;
  const busy = await busyWith(context, secret);
  if (busy !== undefined)
    throw new OperatorError({
      code: 'COMPONENT_NOT_READY',
      message: `secrets.${secret.name} cannot be rotated now: ${busy}`,
      hint: 'Wait until it is at rest, then: runbook resume last',
    });
  const component = componentOf(environment, secret);
  const foreign = await masterElsewhere(context, secret);
  if (foreign !== undefined)
    throw new OperatorError({
      code: 'MASTER_USER_NOT_HERE',
      message: `secrets.${secret.name} cannot be rotated by this tool: ${foreign}`,
      hint: `Correct secrets.${secret.name} in runbook.yaml, or take it out`,
    });
  if (component?.type === 'broker') await refuseBroker(aws, component.broker, secret);
  if (component?.type !== 'aurora-cluster') return;
  const members = await describeClusterInstances(aws, component.cluster);
  const unwell = members.filter(({ DBInstanceStatus }) => DBInstanceStatus !== 'available');
  const due = (
    await pendingMaintenance(
      aws,
      component.cluster,
      members.flatMap(({ DBInstanceIdentifier }) => DBInstanceIdentifier ?? []),
    )
  ).filter(({ OptInStatus }) => OptInStatus === 'immediate');
  const why = [
    ...unwell.map(
      ({ DBInstanceIdentifier, DBInstanceStatus }) => `${DBInstanceIdentifier} is ${DBInstanceStatus}`,
    ),
    ...due.map(({ Action }) => `maintenance ${Action} is due at once`),
  ];
  if (why.length > 0)
    throw new OperatorError({
      code: 'COMPONENT_NOT_READY',
      message: `secrets.${secret.name} cannot be rotated now: of ${component.cluster}, ${why.join('; ')}`,
      hint: `aws rds describe-db-instances --filters Name=db-cluster-id,Values=${component.cluster} --query "DBInstances[].[DBInstanceIdentifier,DBInstanceStatus]"`,
    });
}

/**
 * Why the component has no master password that could be set here: AWS refuses one that RDS manages, and a domain whose master user is a
 * role has nobody with a password.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html (ManageMasterUserPassword)
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_AdvancedSecurityOptions.html
 */
async function masterElsewhere(
  { aws, environment }: ReadContext,
  secret: NamedSecret,
): Promise<string | undefined> {
  if (secret.kind !== 'master-user' || setByOf(environment, secret) === 'command') return undefined;
  const component = componentOf(environment, secret);
  if (component?.type === 'aurora-cluster') {
    const managed = (await describeCluster(aws, component.cluster))?.MasterUserSecret?.SecretArn;
    return managed === undefined
      ? undefined
      : `RDS manages the master password of ${component.cluster}, in ${managed}`;
  }
  if (component?.type !== 'search-domain') return undefined;
  const security = (await describeDomain(aws, component.domain))?.AdvancedSecurityOptions;
  return security?.Enabled === true && security.InternalUserDatabaseEnabled === true
    ? undefined
    : `${component.domain} has no internal users: its master user is a role of IAM, or it has none`;
}

async function refuseBroker(aws: ReadContext['aws'], id: string, secret: NamedSecret): Promise<void> {
  const broker = await describeBroker(aws, id);
  const isRabbit = broker?.EngineType?.toUpperCase() === 'RABBITMQ';
  if (isRabbit && secret.set === undefined && secret.rotationFunction === undefined)
    throw new OperatorError({
      code: 'RABBITMQ_USERS_NOT_IN_AWS',
      message: `Broker ${id} is RabbitMQ, whose users Amazon MQ does not manage: UpdateUser is for ActiveMQ alone`,
      hint: `Add secrets.${secret.name}.set to runbook.yaml: a command on a node that calls RabbitMQ's own management API`,
    });
  const waiting = [broker?.PendingEngineVersion, broker?.PendingHostInstanceType].filter(
    (it) => it !== undefined,
  );
  if (waiting.length > 0)
    throw new OperatorError({
      code: 'COMPONENT_NOT_READY',
      message: `Broker ${id} waits for a reboot that would also change it to ${waiting.join(', ')}: that is to be decided for itself`,
      hint: `aws mq describe-broker --broker-id ${id}`,
    });
}

/** Before anything is changed: a node that nobody can tell to reload keeps the password before until it breaks. */
export function everyNodeIsInReach(fleet: string): Check<void> {
  return check({
    id: 'in-reach',
    title: `Systems Manager reaches every node of ${fleet}`,
    uses: [describeGroup, managedNodes],
    async run(context) {
      const nodes = await nodesInService(context, fleet);
      const managed = await managedNodes(context.aws, nodes);
      const silent = nodes.flatMap((node) => {
        const status = managed.find(({ InstanceId }) => InstanceId === node)?.PingStatus ?? 'not managed';
        return status === 'Online' ? [] : [`${node} (${status})`];
      });
      if (silent.length === 0) return;
      throw new OperatorError({
        code: 'NODE_OUT_OF_REACH',
        message: `Systems Manager does not reach ${silent.join(', ')} of ${fleet}: it could not be told to take up a new password`,
        hint: 'Is the agent running, and has the node its role and a way to the endpoints? aws ssm describe-instance-information',
      });
    },
  });
}
