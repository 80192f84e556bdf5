import type {
  ContextEntry,
  EvaluationResult,
  SimulatePrincipalPolicyCommandInput,
  Statement,
} from '@aws-sdk/client-iam';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Context } from './conditions.ts';
import { evaluate, type NamedPolicy, type Verdict } from './evaluate.ts';
import { marked } from './marked-page.ts';
import { policiesOf, roleNamed } from './policies.ts';
import { extentOf } from './policy-text.ts';
import type { PolicyDocument, PolicyStatement } from './state.ts';

/** Pages: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html and API_EvaluationResult.html */
export function simulatePrincipalPolicy(
  world: World,
  {
    PolicySourceArn = '',
    ActionNames = [],
    ResourceArns,
    ContextEntries = [],
    PolicyInputList = [],
    MaxItems,
    Marker,
  }: SimulatePrincipalPolicyCommandInput,
) {
  const policies = [
    ...policiesOf(world, principal(world, PolicySourceArn)),
    ...PolicyInputList.map((text, index) => ({
      id: `PolicyInputList.${index + 1}`,
      document: parsedPolicy(text),
    })),
  ];
  const context = contextOf(ContextEntries);
  const resources = ResourceArns === undefined || ResourceArns.length === 0 ? ['*'] : ResourceArns;
  const results = ActionNames.map((action) => {
    if (!/^[\w-]+:[\w*?]+$/.test(action)) throw invalid(`Invalid Action Name: ${action}`);
    return resultFor(policies, action, resources, context);
  });
  const { items, ...rest } = marked(results, { MaxItems, Marker });
  return { EvaluationResults: items, ...rest };
}

const invalid = (message: string) => new AwsFault('InvalidInputException', message);

function principal(world: World, arn: string) {
  const [, kind, name = ''] =
    /^arn:aws:iam::\d{12}:(role|user|group)\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/.exec(arn) ?? [];
  if (kind === undefined)
    throw invalid(`Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
  const found = kind === 'role' ? roleNamed(world, name) : undefined;
  if (found === undefined || found.role.Arn !== arn)
    throw new AwsFault('NoSuchEntityException', `The ${kind} with name ${name} cannot be found.`);
  return found;
}

function parsedPolicy(text: string): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // Said below.
  }
  const statements = isRecord(document) ? [document['Statement']].flat() : [];
  if (statements.length === 0 || !statements.every(isStatement))
    throw invalid('The policy in PolicyInputList is not a valid policy document.');
  return { Version: '2012-10-17', Statement: statements };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean => [value].flat().every((each) => typeof each === 'string');

const isStatement = (value: unknown): value is PolicyStatement =>
  isRecord(value) &&
  (value['Effect'] === 'Allow' || value['Effect'] === 'Deny') &&
  ['Action', 'NotAction', 'Resource', 'NotResource'].every(
    (member) => value[member] === undefined || isText(value[member]),
  ) &&
  (value['Condition'] === undefined ||
    (isRecord(value['Condition']) &&
      Object.values(value['Condition']).every(
        (keys) => isRecord(keys) && Object.values(keys).every(isText),
      )));

const contextOf = (entries: readonly ContextEntry[]): Context =>
  Object.fromEntries(
    entries.map(({ ContextKeyName = '', ContextKeyValues = [] }) => [
      ContextKeyName.toLowerCase(),
      ContextKeyValues,
    ]),
  );

const severity = { allowed: 0, implicitDeny: 1, explicitDeny: 2 } as const;

/** One result per action: its decision is the most restrictive of those on the single resources. */
function resultFor(
  policies: readonly NamedPolicy[],
  action: string,
  resources: readonly string[],
  context: Context,
): EvaluationResult {
  const verdicts = resources.map((resource) => ({
    resource,
    verdict: evaluate(policies, { action, resource, context }),
  }));
  const strictest = verdicts.reduce((most, each) =>
    severity[each.verdict.decision] > severity[most.verdict.decision] ? each : most,
  );
  const isNamed = resources.some((resource) => resource !== '*');
  return {
    EvalActionName: action,
    EvalResourceName: resources.length === 1 ? strictest.resource : '*',
    EvalDecision: strictest.verdict.decision,
    MatchedStatements: matchedStatements(strictest.verdict),
    MissingContextValues: [...new Set(verdicts.flatMap(({ verdict }) => verdict.missingKeys))],
    ...(isNamed && {
      ResourceSpecificResults: verdicts.map(({ resource, verdict }) => ({
        EvalResourceName: resource,
        EvalResourceDecision: verdict.decision,
        MatchedStatements: matchedStatements(verdict),
        MissingContextValues: [...verdict.missingKeys],
      })),
    }),
  };
}

/** IAM answers with a type of source that its own model does not list. */
const sourceType = 'IAM Policy' as unknown as NonNullable<Statement['SourcePolicyType']>;

const matchedStatements = ({ because }: Verdict): Statement[] =>
  because.map(({ policy, statement }) => ({
    SourcePolicyId: policy.id,
    SourcePolicyType: sourceType,
    ...extentOf(policy.document, statement),
  }));
