import { describe, expect, test } from 'vitest';
import { identity, roles } from '../../../src/sandbox/morpheus-prod/identity.ts';
import { denialOf } from '../../../src/sandbox/services/iam/authorize.ts';
import { iamOperations } from '../../../src/sandbox/services/iam/index.ts';
import type { PolicyStatement } from '../../../src/sandbox/services/iam/state.ts';
import { newAccount, seenFrom, type World } from '../../../src/sandbox/world.ts';
import { faultOf, first } from './stack.ts';

const account = '111122223333';

function stack(): World {
  const whole = newAccount(account, {
    seed: 7,
    now: new Date('2026-03-02T02:10:00Z'),
    environments: [],
    scenario: { id: 'calm', title: 'Calm', brief: '' },
  });
  const world = seenFrom(whole, 'us-east-1');
  identity(world);
  return world;
}

/** The operations role with these statements and no others. */
function withPolicy(...Statement: PolicyStatement[]): World {
  const world = stack();
  const role = first(world.iam.roles.filter(({ role: { Arn } }) => Arn === roles.operations));
  role.attached = [];
  role.inline = { test: { Version: '2012-10-17', Statement } };
  return world;
}

const simulate = (
  world: World,
  ActionNames: string[],
  more: Partial<Parameters<typeof iamOperations.SimulatePrincipalPolicy>[1]> = {},
) =>
  iamOperations.SimulatePrincipalPolicy(world, { PolicySourceArn: roles.operations, ActionNames, ...more });

const decisions = (...[world, actions, more]: Parameters<typeof simulate>) =>
  simulate(world, actions, more).EvaluationResults.map(({ EvalDecision }) => EvalDecision);

describe('IAM', () => {
  test('rule 1: roles, policies and profiles are found, or are no such entity', () => {
    const world = stack();
    expect(iamOperations.GetRole(world, { RoleName: 'morpheus-backup' }).Role.Arn).toBe(roles.backup);
    const [attached] = iamOperations.ListAttachedRolePolicies(world, {
      RoleName: 'morpheus-operations',
    }).AttachedPolicies;
    expect(iamOperations.GetPolicy(world, { PolicyArn: attached?.PolicyArn }).Policy).toMatchObject({
      PolicyName: 'morpheus-operations',
      DefaultVersionId: 'v1',
      AttachmentCount: 1,
    });
    expect(
      iamOperations.GetInstanceProfile(world, { InstanceProfileName: 'morpheus-prod-app' }).InstanceProfile
        .Roles[0]?.RoleName,
    ).toBe('morpheus-prod-node');
    expect(faultOf(() => iamOperations.GetRole(world, { RoleName: 'nobody' }))).toEqual({
      code: 'NoSuchEntityException',
      message: 'The role with name nobody cannot be found.',
    });
    for (const call of [
      () => iamOperations.GetPolicy(world, { PolicyArn: 'arn:aws:iam::111122223333:policy/none' }),
      () => iamOperations.GetPolicyVersion(world, { PolicyArn: attached?.PolicyArn, VersionId: 'v9' }),
      () => iamOperations.GetRolePolicy(world, { RoleName: 'morpheus-backup', PolicyName: 'toString' }),
      () => iamOperations.GetInstanceProfile(world, { InstanceProfileName: 'none' }),
    ])
      expect(faultOf(call).code).toBe('NoSuchEntityException');
  });

  test('rule 2: documents are percent-encoded', () => {
    const world = stack();
    const RoleName = 'morpheus-prod-node';
    const [PolicyName] = iamOperations.ListRolePolicies(world, { RoleName }).PolicyNames;
    const { PolicyDocument } = iamOperations.GetRolePolicy(world, { RoleName, PolicyName });
    expect(PolicyDocument).not.toMatch(/[\s{}"*]/);
    expect(JSON.parse(decodeURIComponent(PolicyDocument)).Statement[0].Sid).toBe('ReadParameters');
    const { AssumeRolePolicyDocument = '' } = iamOperations.GetRole(world, { RoleName }).Role;
    expect(JSON.parse(decodeURIComponent(AssumeRolePolicyDocument)).Statement[0].Principal).toEqual({
      Service: 'ec2.amazonaws.com',
    });
  });

  test('rule 3: roles come in pages', () => {
    const world = stack();
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = iamOperations.ListRoles(world, { MaxItems: 3, Marker });
      names.push(...page.Roles.map(({ RoleName }) => RoleName));
      Marker = page.Marker;
      expect(page.IsTruncated).toBe(Marker !== undefined);
    } while (Marker !== undefined);
    expect(faultOf(() => iamOperations.ListRoles(world, { MaxItems: 0 })).code).toBe('ValidationError');
    expect(names).toEqual([
      'morpheus-backup',
      'morpheus-operations',
      'morpheus-prod-node',
      'morpheus-prod-secret-rotation',
    ]);
  });

  test('rule 4: a deny outweighs every allow, and what nothing allows is denied', () => {
    const world = withPolicy(
      { Effect: 'Allow', Action: 'rds:*', Resource: '*' },
      { Effect: 'Deny', Action: 'rds:Delete*', Resource: '*' },
    );
    const results = simulate(world, ['rds:FailoverDBCluster', 'rds:DeleteDBCluster', 'ec2:RunInstances']);
    expect(
      results.EvaluationResults.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision]),
    ).toEqual([
      ['rds:FailoverDBCluster', 'allowed'],
      ['rds:DeleteDBCluster', 'explicitDeny'],
      ['ec2:RunInstances', 'implicitDeny'],
    ]);
    expect(results.EvaluationResults[1]?.MatchedStatements).toHaveLength(1);
    expect(results.EvaluationResults[2]?.MatchedStatements).toEqual([]);
    expect(results.IsTruncated).toBe(false);
  });

  test('rule 5: wildcards, NotAction and NotResource', () => {
    const world = withPolicy(
      { Effect: 'Allow', NotAction: ['iam:*', 'RDS:delete??cluster'], Resource: '*' },
      { Effect: 'Deny', Action: 's3:PutObject', NotResource: 'arn:aws:s3:::mine/*' },
    );
    expect(
      decisions(world, ['iam:GetRole', 'rds:DeleteDBCluster', 'rds:DeleteDBInstance', 'S3:getobject']),
    ).toEqual(['implicitDeny', 'implicitDeny', 'allowed', 'allowed']);
    const put = (resource: string) => decisions(world, ['s3:PutObject'], { ResourceArns: [resource] });
    expect([put('arn:aws:s3:::mine/a'), put('arn:aws:s3:::other/a')]).toEqual([
      ['allowed'],
      ['explicitDeny'],
    ]);
  });

  test('rule 6: each resource has a result of its own, and the strictest counts', () => {
    const world = withPolicy({ Effect: 'Allow', Action: 'iam:PassRole', Resource: roles.backup });
    const [result] = simulate(world, ['iam:PassRole'], {
      ResourceArns: [roles.backup, roles.node],
    }).EvaluationResults;
    expect(result).toMatchObject({
      EvalDecision: 'implicitDeny',
      ResourceSpecificResults: [
        { EvalResourceName: roles.backup, EvalResourceDecision: 'allowed' },
        { EvalResourceName: roles.node, EvalResourceDecision: 'implicitDeny' },
      ],
    });
    const [whole] = simulate(world, ['iam:PassRole']).EvaluationResults;
    expect(whole).toMatchObject({ EvalResourceName: '*', EvalDecision: 'implicitDeny' });
    expect(whole).not.toHaveProperty('ResourceSpecificResults');
  });

  test('rule 7: conditions are held against the context, and missing keys are named', () => {
    const world = withPolicy(
      {
        Effect: 'Allow',
        Action: 'rds:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'us-west-2'] } },
      },
      {
        Effect: 'Allow',
        Action: 'kms:*',
        Resource: '*',
        Condition: { StringLikeIfExists: { 'kms:ViaService': 'rds.*' } },
      },
      {
        Effect: 'Allow',
        Action: 'sns:*',
        Resource: '*',
        Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/guest-*' } },
      },
      {
        Effect: 'Allow',
        Action: 'sqs:*',
        Resource: '*',
        Condition: { DateLessThan: { 'aws:CurrentTime': '2030-01-01' } },
      },
    );
    const given = (ContextKeyName: string, ...ContextKeyValues: string[]) => ({
      ContextEntries: [{ ContextKeyName, ContextKeyValues, ContextKeyType: 'string' as const }],
    });
    expect(decisions(world, ['rds:X'], given('AWS:requestedregion', 'us-west-2'))).toEqual(['allowed']);
    expect(decisions(world, ['rds:X'], given('aws:RequestedRegion', 'eu-west-1'))).toEqual(['implicitDeny']);
    expect(simulate(world, ['rds:X']).EvaluationResults[0]).toMatchObject({
      EvalDecision: 'implicitDeny',
      MissingContextValues: ['aws:RequestedRegion'],
    });
    expect(decisions(world, ['kms:X'])).toEqual(['allowed']);
    expect(decisions(world, ['kms:X'], given('kms:ViaService', 's3.us-east-1'))).toEqual(['implicitDeny']);
    expect(decisions(world, ['sns:X'])).toEqual(['allowed']);
    expect(decisions(world, ['sns:X'], given('aws:PrincipalArn', 'arn:aws:iam::1:role/guest-1'))).toEqual([
      'implicitDeny',
    ]);
    expect(decisions(world, ['sqs:X'])).toEqual(['implicitDeny']);
  });

  test('rule 8: matched statements have their place in the text', () => {
    const world = withPolicy(
      { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
      { Effect: 'Allow', Action: 'rds:*', Resource: '*' },
    );
    const [result] = simulate(world, ['rds:X']).EvaluationResults;
    const matched = first(result?.MatchedStatements);
    expect(matched).toMatchObject({ SourcePolicyId: 'test', SourcePolicyType: 'IAM Policy' });
    const text = decodeURIComponent(
      iamOperations.GetRolePolicy(world, { RoleName: 'morpheus-operations', PolicyName: 'test' })
        .PolicyDocument,
    );
    const lines = text.split('\n');
    const offset = ({ Line = 0, Column = 0 } = {}) =>
      lines.slice(0, Line - 1).join('\n').length + 1 + Column - 1;
    expect(JSON.parse(text.slice(offset(matched.StartPosition), offset(matched.EndPosition))).Action).toBe(
      'rds:*',
    );
    const [other] = simulate(world, ['ec2:X']).EvaluationResults;
    expect(first(other?.MatchedStatements).StartPosition).toEqual({ Line: 3, Column: 19 });
  });

  test('rule 9: the principal is a role, and further policies count beside its own', () => {
    const world = stack();
    const session = 'arn:aws:sts::111122223333:assumed-role/morpheus-operations/on-call';
    expect(faultOf(() => simulate(world, ['rds:X'], { PolicySourceArn: session }))).toEqual({
      code: 'InvalidInputException',
      message: `Invalid Entity Arn: ${session} does not clearly define entity type and name.`,
    });
    const nobody = 'arn:aws:iam::111122223333:role/nobody';
    expect(faultOf(() => simulate(world, ['rds:X'], { PolicySourceArn: nobody })).code).toBe(
      'NoSuchEntityException',
    );
    expect(faultOf(() => simulate(world, ['rds'])).code).toBe('InvalidInputException');
    const deny = JSON.stringify({ Statement: { Effect: 'Deny', Action: 'rds:X', Resource: '*' } });
    expect(decisions(world, ['rds:X'], { PolicyInputList: [deny] })).toEqual(['explicitDeny']);
    expect(faultOf(() => simulate(world, ['rds:X'], { PolicyInputList: ['{'] })).code).toBe(
      'InvalidInputException',
    );
    for (const odd of ['null', '{}', '{"Statement":[]}', '{"Statement":{"Effect":"Allow","Action":7}}'])
      expect(faultOf(() => simulate(world, ['rds:X'], { PolicyInputList: [odd] })).code).toBe(
        'InvalidInputException',
      );
    // Answered at once, though a backtracking expression would take years.
    const stars = `rds:${'*a'.repeat(40)}`;
    const many = JSON.stringify({ Statement: { Effect: 'Deny', Action: stars, Resource: '*' } });
    expect(decisions(world, [`rds:${'a'.repeat(39)}b`], { PolicyInputList: [many] })).toEqual(['allowed']);
  });

  test('rule 10: a refusal says whether something denies or nothing allows', () => {
    const world = withPolicy(
      {
        Effect: 'Allow',
        Action: ['rds:*', 'iam:PassRole'],
        Resource: [roles.backup, 'arn:aws:rds:*:*:cluster:*'],
      },
      { Effect: 'Deny', Action: 'rds:DeleteDBCluster', Resource: '*' },
    );
    const caller = 'arn:aws:sts::111122223333:assumed-role/morpheus-operations/on-call';
    expect(denialOf(world, 'rds:FailoverDBCluster')).toBeUndefined();
    expect(denialOf(world, 'rds:DeleteDBCluster')).toBe(
      `User: ${caller} is not authorized to perform: rds:DeleteDBCluster with an explicit deny in an identity-based policy`,
    );
    expect(denialOf(world, 'iam:PassRole', roles.backup)).toBeUndefined();
    expect(denialOf(world, 'iam:PassRole', roles.node)).toBe(
      `User: ${caller} is not authorized to perform: iam:PassRole on resource: ${roles.node} because no identity-based policy allows the iam:PassRole action`,
    );
    world.iam.roles = [];
    expect(denialOf(world, 'iam:PassRole', roles.node)).toBeUndefined();
  });

  test('rule 11: the operations role may do what runbooks need', () => {
    const world = stack();
    for (const action of [
      'autoscaling:StartInstanceRefresh',
      'rds:FailoverDBCluster',
      'backup:StartRestoreJob',
      'secretsmanager:RotateSecret',
      'ssm:SendCommand',
      'elasticfilesystem:DescribeFileSystems',
      'es:DescribeDomain',
      'mq:RebootBroker',
      'kms:DescribeKey',
      'logs:FilterLogEvents',
      's3:PutObject',
      'route53:ChangeResourceRecordSets',
      'iam:SimulatePrincipalPolicy',
    ])
      expect(denialOf(world, action)).toBeUndefined();
    expect(denialOf(world, 'iam:PassRole', roles.backup)).toBeUndefined();
    expect(denialOf(world, 'iam:CreateUser')).toContain('no identity-based policy allows');
  });
});
