import { describeKey } from '../../aws/kms.ts';
import { type DescribeSecretResponse, describeSecret } from '../../aws/secrets-manager.ts';
import { type Parameter, parametersBelow } from '../../aws/ssm.ts';
import type { Finding } from '../../engine/finding.ts';
import { keyFinding } from './backup-surroundings.ts';
import { keysSeen } from './keys-seen.ts';
import {
  fail,
  fromHome,
  type Looking,
  looksAt,
  notCompared,
  pass,
  told,
  warn,
} from './recovery-evaluation-step.ts';
import type { RecoveryPlan } from './recovery-plan.ts';

export const configurationIsThere = looksAt({
  id: 'configuration',
  title: 'Parameters and secrets are replicated, and none leads to the home Region',
  uses: [parametersBelow, describeSecret, describeKey],
  look: async (context) => [
    ...(await told('parameters', () => parametersSeen(context))),
    ...(await secretsSeen(context)),
  ],
});

export interface ParametersSeen {
  readonly plan: RecoveryPlan;
  readonly homeRegion: string;
  /** Below the source prefix, in the recovery Region. */
  readonly there: readonly Parameter[];
  readonly home: { readonly answer: readonly Parameter[] } | { readonly silent: string };
}

async function parametersSeen({ plan, there, aws, environment }: Looking): Promise<readonly Finding[]> {
  const { source } = plan.stack.parameters;
  return parameterFindings({
    plan,
    homeRegion: environment.region,
    there: await parametersBelow(there, source),
    home: await fromHome(() => parametersBelow(aws, source)),
  });
}

const valueIn = (parameters: readonly Parameter[], name: string): string | undefined =>
  parameters.find(({ Name }) => Name === name)?.Value;

const endpointsOf = ({ databases, files, brokers, searches }: RecoveryPlan) =>
  [...databases, ...files, ...brokers, ...searches].flatMap(({ name: component, recovery }) =>
    recovery.parameters.map(({ name }) => ({ component, name })),
  );

export function parameterFindings({ plan, homeRegion, there, home }: ParametersSeen): readonly Finding[] {
  const { source, kept } = plan.stack.parameters;
  const { region } = plan;
  const put = (name: string) =>
    `aws ssm put-parameter --overwrite --type String --name ${name} --value VALUE --region ${region}`;
  const endpoints = endpointsOf(plan).map(({ component, name }) => ({
    component,
    name: `${source}/${name}`,
  }));
  const isEndpoint = (name: string) => endpoints.some((endpoint) => endpoint.name === name);
  return [
    ...kept.map((name) => keptFinding(`${source}/${name}`)),
    ...('silent' in home
      ? [notCompared('endpoints', home.silent)]
      : endpoints.map(({ component, name }) => knownFinding(component, name, home.answer))),
    ...leadingHome(),
  ];

  function keptFinding(name: string): Finding {
    const rule = 'it is there, with the value that it has in production';
    const found = there.find(({ Name }) => Name === name);
    // What is encrypted is encrypted anew in each Region, and never read here.
    if (found?.Type === 'SecureString')
      return warn(
        name,
        'there, and encrypted: not compared, and a drill does not copy it to where its nodes look',
        rule,
        'Keep it as a secret of Secrets Manager, which nodes read under the same name everywhere',
      );
    const value = found?.Value;
    if (value === undefined) return fail(name, `not in ${region}`, rule, put(name));
    if ('silent' in home) return notCompared(name, home.silent);
    return valueIn(home.answer, name) === value
      ? pass(name, 'as in production', rule)
      : fail(name, 'another value than in production', rule, put(name));
  }

  /** A name that production's nodes do not read would be written for nobody. */
  function knownFinding(component: string, name: string, own: readonly Parameter[]): Finding {
    const rule = `nodes find ${component} by it, so production has it`;
    return valueIn(own, name) !== undefined
      ? pass(name, 'production has it', rule)
      : fail(
          name,
          'production has no such parameter',
          rule,
          `Correct components.${component}.recovery.parameters in runbook.yaml, or write it in production: nodes that look for it do not start`,
        );
  }

  /** What is found in a value is not shown: it may hold a password. */
  function leadingHome(): readonly Finding[] {
    const own = 'silent' in home ? [] : home.answer.filter(({ Name = '' }) => isEndpoint(Name));
    const leads = ({ Type, Value = '' }: Parameter) =>
      Type !== 'SecureString' &&
      (Value.includes(`.${homeRegion}.`) ||
        Value.includes(`:${homeRegion}:`) ||
        own.some((endpoint) => endpoint.Value === Value));
    const names = there.filter(leads).map(({ Name = '' }) => Name);
    const rule = `no parameter below ${source} in ${region} leads to ${homeRegion}`;
    const stale = there
      .map(({ Name = '' }) => Name)
      .filter((name) => isEndpoint(name) && !names.includes(name));
    return [
      ...(names.length === 0
        ? [pass('endpoints', `none of ${there.length} leads to ${homeRegion}`, rule)]
        : names.map((name) =>
            fail(
              name,
              `it leads to ${homeRegion}: recovered nodes would use what may be lost, or write to production`,
              rule,
              `Whatever copies parameters must leave it out. aws ssm delete-parameter --name ${name} --region ${region}`,
            ),
          )),
      ...stale.map((name) =>
        warn(
          name,
          'it is there while nothing is rebuilt',
          'endpoints are written when the stack is rebuilt',
          `If no failover left it: aws ssm delete-parameter --name ${name} --region ${region}`,
        ),
      ),
    ];
  }
}

async function secretsSeen({ plan, there, aws }: Looking): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // A Region that is lost keeps one waiting: it is asked once.
  let silent: { readonly silent: string } | undefined;
  for (const secret of plan.stack.secrets) {
    findings.push(
      ...(await told(secret, async () => {
        const replica = await describeSecret(there, secret);
        const home = silent ?? (await fromHome(() => describeSecret(aws, secret)));
        if ('silent' in home) silent = home;
        const key = replica?.KmsKeyId;
        return [
          secretFinding({ secret, region: there.region, replica, home }),
          ...(await keysSeen(there, key === undefined ? [] : [key])).map((seen) => {
            const finding = keyFinding(seen);
            return { ...finding, subject: `${secret}: ${finding.subject}` };
          }),
        ];
      })),
    );
  }
  return findings;
}

export interface SecretSeen {
  readonly secret: string;
  readonly region: string;
  readonly replica: DescribeSecretResponse | undefined;
  readonly home: { readonly answer: DescribeSecretResponse | undefined } | { readonly silent: string };
}

const currentVersion = (secret: DescribeSecretResponse | undefined): string | undefined =>
  Object.entries(secret?.VersionIdsToStages ?? {}).find(([, stages]) => stages?.includes('AWSCURRENT'))?.[0];

export function secretFinding({ secret, region, replica, home }: SecretSeen): Finding {
  const rule = `replicated to ${region}, with the version that production uses`;
  const replicate = `aws secretsmanager replicate-secret-to-regions --secret-id ${secret} --add-replica-regions Region=${region}`;
  if (replica === undefined || replica.DeletedDate !== undefined)
    return fail(secret, `not in ${region}: nodes could not sign in`, rule, replicate);
  const version = currentVersion(replica);
  if (version === undefined)
    return fail(
      secret,
      'no version of it is AWSCURRENT there',
      rule,
      `${replicate} --force-overwrite-replica-secret`,
    );
  if ('silent' in home) return notCompared(secret, home.silent);
  const status = home.answer?.ReplicationStatus?.find(({ Region }) => Region === region);
  if (home.answer !== undefined && status === undefined)
    return fail(
      secret,
      'a secret of its own stands there, and no replica: nothing keeps it up to date',
      rule,
      `${replicate} --force-overwrite-replica-secret`,
    );
  if (status !== undefined && status.Status !== 'InSync')
    return fail(
      secret,
      `its replication is ${status.Status}${status.StatusMessage === undefined ? '' : `: ${status.StatusMessage}`}`,
      rule,
      `Put the cause right, then: ${replicate} --force-overwrite-replica-secret`,
    );
  return currentVersion(home.answer) === version
    ? pass(secret, 'in sync', rule)
    : fail(
        secret,
        'another version than in production is current there',
        rule,
        `Wait a minute and evaluate once more; then: ${replicate} --force-overwrite-replica-secret`,
      );
}
