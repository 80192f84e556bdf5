import { describe, expect, it } from 'vitest';
import { describeCertificate } from '../../src/aws/acm.ts';
import { describeInstanceType, instancesRunning, typesOffered } from '../../src/aws/ec2-capacity.ts';
import { subnetsOf } from '../../src/aws/ec2-network.ts';
import { describeLoadBalancer } from '../../src/aws/elastic-load-balancing-v2.ts';
import { describeInstanceProfile, roleArn, simulatePrincipal } from '../../src/aws/iam.ts';
import { describeClusterParameterGroup, describeSubnetGroup } from '../../src/aws/rds-account.ts';
import { recordSetsOf } from '../../src/aws/route-53.ts';
import { describeSecret } from '../../src/aws/secrets-manager.ts';
import { quotaOf } from '../../src/aws/service-quotas.ts';
import { createParameter, deleteParameter, parametersBelow } from '../../src/aws/ssm.ts';
import {
  cannedAws,
  ec2Answer,
  ec2Error,
  jsonAnswer,
  jsonError,
  queryAnswer,
  queryError,
} from './canned-aws.ts';

describe('what is not there', () => {
  it('is undefined, by the codes that AWS has for it', async () => {
    const json = (code: string) => cannedAws(() => jsonError(code, 'no'));
    const query = (code: string) => cannedAws(() => queryError(code, 'no'));
    const missing = json('ResourceNotFoundException');
    expect(await describeCertificate(missing.reading(describeCertificate), 'arn')).toBeUndefined();
    expect(await describeSecret(missing.reading(describeSecret), 'a')).toBeUndefined();
    expect(await quotaOf(json('NoSuchResourceException').reading(quotaOf), 'ec2', 'L-1')).toBeUndefined();
    const noEntity = query('NoSuchEntity');
    expect(await roleArn(noEntity.reading(roleArn), 'a')).toBeUndefined();
    expect(await describeInstanceProfile(noEntity.reading(describeInstanceProfile), 'a')).toBeUndefined();
    const noBalancer = query('LoadBalancerNotFound').reading(describeLoadBalancer);
    expect(await describeLoadBalancer(noBalancer, 'a')).toBeUndefined();
    const noGroup = query('DBSubnetGroupNotFoundFault').reading(describeSubnetGroup);
    expect(await describeSubnetGroup(noGroup, 'a')).toBeUndefined();
    const noParameters = query('DBParameterGroupNotFound').reading(describeClusterParameterGroup);
    expect(await describeClusterParameterGroup(noParameters, 'a')).toBeUndefined();
    const noType = cannedAws(() => ec2Error('InvalidInstanceType', 'no')).reading(describeInstanceType);
    expect(await describeInstanceType(noType, 'x1.none')).toBeUndefined();
  });

  it('is an error where AWS says anything else', async () => {
    const denied = cannedAws(() => jsonError('AccessDeniedException', 'no')).reading(describeCertificate);
    await expect(describeCertificate(denied, 'arn')).rejects.toMatchObject({ code: 'AWS_ACCESS_DENIED' });
  });
});

describe('a simulation', () => {
  it('asks for all actions at once, reads every page, and asks nothing of no actions', async () => {
    const aws = cannedAws(({ operation }, nth) =>
      queryAnswer(
        operation,
        `<EvaluationResults><member><EvalActionName>a:${nth}</EvalActionName><EvalDecision>allowed</EvalDecision></member></EvaluationResults><IsTruncated>${nth === 0}</IsTruncated>${nth === 0 ? '<Marker>m</Marker>' : ''}`,
      ),
    );
    const clients = aws.reading(simulatePrincipal);
    const found = await simulatePrincipal(clients, {
      principal: 'p',
      actions: ['a:B', 'a:C'],
      resources: ['r'],
    });
    expect(found.map(({ EvalActionName }) => EvalActionName)).toEqual(['a:0', 'a:1']);
    expect(aws.sent[0]?.fields).toMatchObject({
      PolicySourceArn: 'p',
      'ActionNames.member.2': 'a:C',
      'ResourceArns.member.1': 'r',
    });
    expect(await simulatePrincipal(clients, { principal: 'p', actions: [] })).toEqual([]);
    expect(aws.sent).toHaveLength(2);
  });
});

describe('reads of a Region', () => {
  it('ask for zones, for a VPC, and for what runs', async () => {
    const aws = cannedAws(({ operation }) => ec2Answer(operation, ''));
    await typesOffered(aws.reading(typesOffered), ['m5.xlarge']);
    await subnetsOf(aws.reading(subnetsOf), 'vpc-1');
    await instancesRunning(aws.reading(instancesRunning));
    expect(aws.sent.map(({ fields }) => fields)).toMatchObject([
      { LocationType: 'availability-zone', 'Filter.1.Value.1': 'm5.xlarge' },
      { 'Filter.1.Name': 'vpc-id', 'Filter.1.Value.1': 'vpc-1' },
      { 'Filter.1.Value.1': 'pending', 'Filter.1.Value.2': 'running' },
    ]);
  });

  it('are of one name only, though Route 53 lists on to the end of the zone', async () => {
    const sets = ['a.example.com.', 'b.example.com.'].map(
      (name) => `<ResourceRecordSet><Name>${name}</Name><Type>A</Type></ResourceRecordSet>`,
    );
    const aws = cannedAws(() => ({
      headers: { 'content-type': 'text/xml' },
      body: `<ListResourceRecordSetsResponse><ResourceRecordSets>${sets.join('')}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListResourceRecordSetsResponse>`,
    }));
    const found = await recordSetsOf(aws.reading(recordSetsOf), 'Z1', 'A.example.com');
    expect(found?.map(({ Name }) => Name)).toEqual(['a.example.com.']);
  });

  it('of parameters leave secrets as they are, and reach every level', async () => {
    const aws = cannedAws(() => jsonAnswer({ Parameters: [{ Name: '/a/b' }] }));
    expect(await parametersBelow(aws.reading(parametersBelow), '/a')).toEqual([{ Name: '/a/b' }]);
    expect(aws.sent[0]?.fields).toEqual({ Path: '/a', Recursive: true, WithDecryption: false });
  });
});

describe('a parameter', () => {
  it('is made with its tags, and never instead of another', async () => {
    const aws = cannedAws(() => jsonAnswer({ Version: 1 }));
    await createParameter(aws.changing(createParameter), { name: '/a', value: 'b', tags: { c: 'd' } });
    expect(aws.sent[0]?.fields).toEqual({
      Name: '/a',
      Value: 'b',
      Type: 'String',
      Overwrite: false,
      Tags: [{ Key: 'c', Value: 'd' }],
    });
  });

  it('that is gone needs no deleting', async () => {
    const aws = cannedAws(() => jsonError('ParameterNotFound', 'no'));
    await deleteParameter(aws.changing(deleteParameter), '/a');
    expect(aws.sent).toHaveLength(1);
  });
});
