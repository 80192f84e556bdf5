import { describeVault, listRecoveryPoints } from '../../aws/backup.ts';
import { type EvaluationResult, roleArn, simulatePrincipal } from '../../aws/iam.ts';
import type { Finding } from '../../engine/finding.ts';
import type { Check } from '../../engine/step.ts';
import { AwsCallError } from '../../errors.ts';
import { callerIsInTheEnvironment } from './caller.ts';
import {
  type Evaluated,
  type Looking,
  looksAt,
  pass,
  toldFromUsEast1,
  warn,
} from './recovery-evaluation-step.ts';

/** Handing on a role is allowed for that role, so it is asked for by itself. */
const passing = 'iam:PassRole';

const rule = 'its policies allow every call of a recovery';

/** @param actions what the steps of a recovery declare */
export const callerMay = (actions: readonly string[]): Check<Evaluated> =>
  looksAt({
    id: 'permissions',
    title: "The caller's policies allow what a recovery calls",
    uses: [roleArn, simulatePrincipal, describeVault, listRecoveryPoints],
    look: (context) => toldFromUsEast1('permissions', () => permissionsSeen(context, [...new Set(actions)])),
  });

async function permissionsSeen(context: Looking, actions: readonly string[]): Promise<readonly Finding[]> {
  const { there, outputOf } = context;
  const { arn } = outputOf(callerIsInTheEnvironment);
  const roles = await rolesOfBackups(context);
  try {
    const principal = await principalOf(context, arn);
    if ('finding' in principal) return [principal.finding];
    const results = [
      ...(await simulatePrincipal(there, {
        principal: principal.arn,
        actions: actions.filter((action) => action !== passing),
      })),
      ...(actions.includes(passing) && roles.length > 0
        ? await simulatePrincipal(there, { principal: principal.arn, actions: [passing], resources: roles })
        : []),
    ];
    return permissionFindings(principal.arn, results);
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.code !== 'AWS_ACCESS_DENIED') throw error;
    return [
      warn(
        'permissions',
        `not known: the caller may not simulate its own policies. ${error.message}`,
        rule,
        'Allow iam:SimulatePrincipalPolicy and iam:GetRole to it, or compare its policies with: runbook show dr-drill',
      ),
    ];
  }
}

type Principal = { readonly arn: string } | { readonly finding: Finding };

/** A session is none that can be simulated, but its role is. https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
async function principalOf({ there }: Looking, arn: string): Promise<Principal> {
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  if (role !== undefined) {
    const found = await roleArn(there, role);
    return found === undefined
      ? {
          finding: warn(
            'permissions',
            `not known: no role ${role} is found`,
            rule,
            'aws sts get-caller-identity',
          ),
        }
      : { arn: found };
  }
  if (/:iam::\d+:user\//.test(arn)) return { arn };
  return {
    finding: warn(
      'permissions',
      `not known: nothing can be simulated for ${arn}`,
      rule,
      'Call as a role of the account',
    ),
  };
}

/** Those that made the copies, and to which AWS Backup restores them. */
async function rolesOfBackups({ there, plan }: Looking): Promise<readonly string[]> {
  const vaults = new Set([...plan.databases, ...plan.files].flatMap(({ backup }) => backup?.vault ?? []));
  const roles: string[] = [];
  for (const vault of vaults)
    if ((await describeVault(there, vault)) !== undefined)
      roles.push(
        ...(await listRecoveryPoints(there, { vault })).flatMap(({ IamRoleArn }) => IamRoleArn ?? []),
      );
  return [...new Set(roles)];
}

export function permissionFindings(
  principal: string,
  results: readonly EvaluationResult[],
): readonly Finding[] {
  const denied = results.filter(({ EvalDecision }) => EvalDecision !== 'allowed');
  if (denied.length === 0)
    return [pass('permissions', `${results.length} actions are allowed to ${principal}`, rule)];
  return denied.map(
    ({ EvalActionName = '', EvalDecision, OrganizationsDecisionDetail, MissingContextValues = [] }) => {
      const isByOrganization = OrganizationsDecisionDetail?.AllowedByOrganizations === false;
      const isConditional =
        EvalDecision === 'implicitDeny' && MissingContextValues.length > 0 && !isByOrganization;
      const fact = isByOrganization
        ? 'a policy of the organization denies it'
        : EvalDecision === 'explicitDeny'
          ? 'a policy denies it'
          : isConditional
            ? `allowed on a condition only: ${MissingContextValues.join(', ')}`
            : 'no policy allows it on every resource';
      return {
        verdict: isConditional ? 'warn' : 'fail',
        subject: EvalActionName,
        fact,
        rule: `allowed to ${principal}`,
        toDo: `Allow ${EvalActionName} to ${principal}`,
      };
    },
  );
}
