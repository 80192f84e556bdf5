import type { Parameter } from '@aws-sdk/client-rds';

interface Definition {
  readonly name: string;
  readonly value?: string;
  readonly allowed?: string;
  readonly type: 'static' | 'dynamic';
  readonly dataType: 'string' | 'boolean' | 'integer';
  readonly description: string;
}

/** Those that operators ask about. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Reference.ParameterGroups.html */
const definitions: readonly Definition[] = [
  {
    name: 'aurora_enable_replica_log_compression',
    allowed: '0,1',
    type: 'dynamic',
    dataType: 'boolean',
    description: 'Compresses the log stream to the readers',
  },
  {
    name: 'binlog_format',
    value: 'OFF',
    allowed: 'ROW,STATEMENT,MIXED,OFF',
    type: 'static',
    dataType: 'string',
    description: 'Binary logging format',
  },
  {
    name: 'character_set_server',
    allowed: 'utf8mb3,utf8mb4,latin1',
    type: 'dynamic',
    dataType: 'string',
    description: 'Default character set of the server',
  },
  {
    name: 'innodb_flush_log_at_trx_commit',
    value: '1',
    allowed: '0,1,2',
    type: 'dynamic',
    dataType: 'integer',
    description: 'How InnoDB flushes its log at a commit',
  },
  {
    name: 'require_secure_transport',
    value: 'OFF',
    allowed: 'ON,OFF',
    type: 'dynamic',
    dataType: 'string',
    description: 'Whether connections must use TLS',
  },
  {
    name: 'server_audit_logging',
    value: '0',
    allowed: '0,1',
    type: 'dynamic',
    dataType: 'boolean',
    description: 'Audit logging',
  },
  {
    name: 'time_zone',
    value: 'UTC',
    type: 'dynamic',
    dataType: 'string',
    description: 'Time zone of the cluster',
  },
];

export const clusterParameters = (changed: Readonly<Record<string, string>>): Parameter[] =>
  definitions.map(({ name, value, allowed, type, dataType, description }) => {
    const set = changed[name] ?? value;
    return {
      ParameterName: name,
      ...(set !== undefined && { ParameterValue: set }),
      Description: description,
      Source: name in changed ? 'user' : 'engine-default',
      ApplyType: type,
      DataType: dataType,
      ...(allowed !== undefined && { AllowedValues: allowed }),
      IsModifiable: true,
      ApplyMethod: 'pending-reboot',
      SupportedEngineModes: ['provisioned'],
    };
  });
