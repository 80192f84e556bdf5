import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliUser, cliUser, type RunningCli } from '../helpers/cli.ts';

const isInstalled = spawnSync('aws', ['--version']).status === 0;

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The AWS CLI itself against the served sandbox: over every protocol a read, a write that shows in the next read, and an error. */
describe.skipIf(!isInstalled)('the AWS CLI', { timeout: 60_000 }, () => {
  const cleanUps: (() => void)[] = [];
  let user: CliUser;
  let server: RunningCli;
  let url = '';

  beforeAll(async () => {
    user = cliUser((cleanUp) => cleanUps.push(cleanUp));
    server = user.start(['sandbox', 'serve', '--port', '0', '--speed', '0', '--json']);
    let printed = '';
    server.process.stdout?.on('data', (text) => {
      printed += String(text);
    });
    await server.printed('\n}\n');
    url = JSON.parse(printed).url;
  });

  afterAll(async () => {
    server.process.kill('SIGTERM');
    const { stderr } = await server.end;
    for (const cleanUp of cleanUps) cleanUp();
    expect(stderr).toBe('');
  });

  const aws = (...words: readonly string[]): Promise<Answer> =>
    new Promise((resolve) => {
      const options = {
        cwd: user.folder,
        env: {
          PATH: process.env['PATH'],
          HOME: user.folder,
          AWS_ACCESS_KEY_ID: 'AKIDSANDBOX',
          AWS_SECRET_ACCESS_KEY: 'sandbox',
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_MAX_ATTEMPTS: '1',
          AWS_PAGER: '',
        },
      };
      // An option and no variable: the CLI of Debian 12 does not know AWS_ENDPOINT_URL yet.
      const all = ['--endpoint-url', url, '--output', 'json', ...words];
      execFile('aws', all, options, (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
          stdout,
          stderr,
        }),
      );
    });

  async function asked(...words: readonly string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await aws(...words);
    expect(stderr, words.join(' ')).toBe('');
    expect(code).toBe(0);
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  }

  async function refused(...words: readonly string[]): Promise<string> {
    const { code, stderr } = await aws(...words);
    expect(code, words.join(' ')).not.toBe(0);
    return stderr;
  }

  test('query: Auto Scaling, RDS, Elastic Load Balancing, IAM, STS', async () => {
    expect(await asked('sts', 'get-caller-identity')).toMatchObject({ Account: '111122223333' });
    const group = ['--auto-scaling-group-name', 'morpheus-prod-app'];
    await asked('autoscaling', 'set-desired-capacity', ...group, '--desired-capacity', '4');
    expect(await asked('autoscaling', 'describe-auto-scaling-groups')).toMatchObject({
      AutoScalingGroups: [{ AutoScalingGroupName: 'morpheus-prod-app', DesiredCapacity: 4 }],
    });
    expect(
      await refused('autoscaling', 'set-desired-capacity', ...group, '--desired-capacity', '99'),
    ).toContain('(ValidationError)');
    expect(await asked('rds', 'describe-db-clusters')).toMatchObject({
      DBClusters: [{ DBClusterIdentifier: 'morpheus-prod', Engine: 'aurora-mysql', Status: 'available' }],
    });
    expect(await refused('rds', 'describe-db-clusters', '--db-cluster-identifier', 'nobody')).toContain(
      '(DBClusterNotFoundFault)',
    );
    expect(await asked('elbv2', 'describe-load-balancers')).toMatchObject({
      LoadBalancers: [{ LoadBalancerName: 'morpheus-prod' }],
    });
    expect(await refused('iam', 'get-role', '--role-name', 'nobody')).toContain('(NoSuchEntity)');
  });

  test('ec2-query: EC2', async () => {
    const tagged = ['--resources', 'i-0a4c1e7d90b3f2581', '--tags', 'Key=Owner,Value=cli'];
    await asked('ec2', 'create-tags', ...tagged);
    expect(await asked('ec2', 'describe-instances', '--filters', 'Name=tag:Owner,Values=cli')).toMatchObject({
      Reservations: [{ Instances: [{ InstanceId: 'i-0a4c1e7d90b3f2581' }] }],
    });
    expect(await refused('ec2', 'describe-instances', '--instance-ids', 'i-00000000000000000')).toContain(
      '(InvalidInstanceID.NotFound)',
    );
  });

  test('JSON 1.0 and 1.1: CloudWatch, Systems Manager, Secrets Manager, KMS, ACM, Logs, CloudTrail', async () => {
    const value = ['--name', '/morpheus/prod/drill/note', '--type', 'String', '--value', 'by the CLI'];
    await asked('ssm', 'put-parameter', ...value);
    expect(await asked('ssm', 'get-parameter', '--name', '/morpheus/prod/drill/note')).toMatchObject({
      Parameter: { Value: 'by the CLI', Version: 1 },
    });
    expect(await refused('ssm', 'put-parameter', ...value)).toContain('(ParameterAlreadyExists)');
    expect(await asked('cloudwatch', 'describe-alarms', '--alarm-names', 'morpheus-prod-5xx')).toMatchObject({
      MetricAlarms: [{ AlarmName: 'morpheus-prod-5xx', StateValue: 'OK' }],
    });
    expect(await asked('secretsmanager', 'list-secrets')).toHaveProperty('SecretList');
    expect(await refused('secretsmanager', 'describe-secret', '--secret-id', 'nobody')).toContain(
      '(ResourceNotFoundException)',
    );
    expect(await asked('kms', 'list-aliases')).toHaveProperty('Aliases');
    expect(await asked('acm', 'list-certificates')).toHaveProperty('CertificateSummaryList');
    expect(await asked('logs', 'describe-log-groups')).toHaveProperty('logGroups');
    expect(await asked('cloudtrail', 'lookup-events')).toHaveProperty('Events');
  });

  test('rest-json: Backup, EFS, Amazon MQ, OpenSearch', async () => {
    expect(await asked('backup', 'list-backup-vaults')).toMatchObject({
      BackupVaultList: [{ BackupVaultName: 'morpheus-prod' }],
    });
    await asked('backup', 'create-backup-vault', '--backup-vault-name', 'by-the-cli');
    expect(await refused('backup', 'create-backup-vault', '--backup-vault-name', 'by-the-cli')).toContain(
      '(AlreadyExistsException)',
    );
    expect(await asked('efs', 'describe-file-systems')).toMatchObject({
      FileSystems: [{ Name: 'morpheus-shared-storage', PerformanceMode: 'generalPurpose' }],
    });
    expect(await asked('mq', 'list-brokers')).toMatchObject({
      BrokerSummaries: [{ BrokerName: 'morpheus-rabbitmq', DeploymentMode: 'CLUSTER_MULTI_AZ' }],
    });
    expect(await refused('mq', 'describe-broker', '--broker-id', 'b-nobody')).toContain(
      '(NotFoundException)',
    );
    expect(await asked('opensearch', 'list-domain-names')).toMatchObject({
      DomainNames: [{ DomainName: 'morpheus-logs' }],
    });
  });

  test('rest-xml: Route 53 and S3', async () => {
    expect(await asked('route53', 'list-hosted-zones')).toMatchObject({
      HostedZones: [{ Name: 'example.com.' }],
    });
    const bucket = ['--bucket', 'morpheus-prod-backups-111122223333'];
    writeFileSync(join(user.folder, 'body.txt'), 'written by the CLI\n');
    await asked('s3api', 'put-object', ...bucket, '--key', 'a/b c.txt', '--body', 'body.txt');
    expect(await asked('s3api', 'list-objects-v2', ...bucket, '--prefix', 'a/')).toMatchObject({
      Contents: [{ Key: 'a/b c.txt', Size: 19 }],
    });
    expect(await asked('s3api', 'get-object', ...bucket, '--key', 'a/b c.txt', 'copy.txt')).toMatchObject({
      ContentLength: 19,
    });
    expect(await refused('s3api', 'get-object', ...bucket, '--key', 'nobody', 'x')).toContain('(NoSuchKey)');
  });

  test('another Region is another place', async () => {
    const recovery = await asked('--region', 'us-west-2', 'autoscaling', 'describe-auto-scaling-groups');
    expect(recovery).toMatchObject({
      AutoScalingGroups: [{ AutoScalingGroupName: 'morpheus-prod-app-recovery', DesiredCapacity: 0 }],
    });
    const development = await asked('--region', 'eu-west-1', 'ec2', 'describe-instances');
    expect(development['Reservations']).toHaveLength(9);
  });
});
