import { ec2Query } from '../protocols/ec2-query.ts';
import { jsonRpc } from '../protocols/json-rpc.ts';
import { awsQuery } from '../protocols/query.ts';
import { restJson } from '../protocols/rest-json.ts';
import { restXml } from '../protocols/rest-xml.ts';
import { rpcV2Cbor } from '../protocols/rpc-v2-cbor.ts';
import { s3RestXml } from '../protocols/s3.ts';
import type { WireSettings } from '../protocols/service-model.ts';

/**
 * How each service is reached, by the name of its SDK package. The settings stand here and not in the schema
 * modules so that a request finds its service before any schema is loaded; a test holds them against the SDK's own.
 */
export const catalogue: Readonly<Record<string, WireSettings>> = {
  'auto-scaling': {
    signingName: 'autoscaling',
    version: '2011-01-01',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    target: 'AutoScaling_2011_01_01',
    protocols: [awsQuery],
    schemas: () => import('./auto-scaling.ts'),
  },
  ec2: {
    signingName: 'ec2',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15',
    target: 'AmazonEC2',
    protocols: [ec2Query],
    schemas: () => import('./ec2.ts'),
  },
  'elastic-load-balancing-v2': {
    signingName: 'elasticloadbalancing',
    version: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    target: 'ElasticLoadBalancing_v10',
    protocols: [awsQuery],
    schemas: () => import('./elastic-load-balancing-v2.ts'),
  },
  cloudwatch: {
    signingName: 'monitoring',
    version: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    target: 'GraniteServiceVersion20100801',
    // Older clients speak query to it, newer ones CBOR.
    protocols: [jsonRpc('1.0', { queryCompatible: true }), rpcV2Cbor, awsQuery],
    schemas: () => import('./cloudwatch.ts'),
  },
  ssm: {
    signingName: 'ssm',
    version: '2014-11-06',
    xmlNamespace: 'http://ssm.amazonaws.com/doc/2014-11-06/',
    target: 'AmazonSSM',
    protocols: [jsonRpc('1.1')],
    schemas: () => import('./ssm.ts'),
  },
  sts: {
    signingName: 'sts',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    target: 'AWSSecurityTokenServiceV20110615',
    protocols: [awsQuery],
    schemas: () => import('./sts.ts'),
  },
  rds: {
    signingName: 'rds',
    version: '2014-10-31',
    xmlNamespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
    target: 'AmazonRDSv19',
    protocols: [awsQuery],
    schemas: () => import('./rds.ts'),
  },
  backup: {
    signingName: 'backup',
    version: '2018-11-15',
    xmlNamespace: '',
    target: 'CryoControllerUserManager',
    protocols: [
      restJson({
        missing: 'MissingParameterValueException',
        wrongType: 'InvalidParameterValueException',
      }),
    ],
    schemas: () => import('./backup.ts'),
  },
  'secrets-manager': {
    signingName: 'secretsmanager',
    version: '2017-10-17',
    xmlNamespace: '',
    target: 'secretsmanager',
    protocols: [jsonRpc('1.1')],
    schemas: () => import('./secrets-manager.ts'),
  },
  'service-quotas': {
    signingName: 'servicequotas',
    version: '2019-06-24',
    xmlNamespace: '',
    target: 'ServiceQuotasV20190624',
    protocols: [jsonRpc('1.1')],
    schemas: () => import('./service-quotas.ts'),
  },
  efs: {
    signingName: 'elasticfilesystem',
    version: '2015-02-01',
    xmlNamespace: '',
    target: 'MagnolioAPIService_v20150201',
    protocols: [restJson({ missing: 'BadRequest' })],
    schemas: () => import('./efs.ts'),
  },
  mq: {
    signingName: 'mq',
    version: '2017-11-27',
    xmlNamespace: '',
    target: 'mq',
    protocols: [restJson({ missing: 'BadRequestException' })],
    schemas: () => import('./mq.ts'),
  },
  opensearch: {
    signingName: 'es',
    version: '2021-01-01',
    xmlNamespace: 'http://es.amazonaws.com/doc/2021-01-01/',
    target: 'AmazonOpenSearchService',
    protocols: [restJson({ missing: 'ValidationException' })],
    schemas: () => import('./opensearch.ts'),
  },
  kms: {
    signingName: 'kms',
    version: '2014-11-01',
    xmlNamespace: 'https://trent.amazonaws.com/doc/2014-11-01/',
    target: 'TrentService',
    protocols: [jsonRpc('1.1')],
    schemas: () => import('./kms.ts'),
  },
  'route-53': {
    signingName: 'route53',
    version: '2013-04-01',
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
    target: 'AWSDnsV20130401',
    protocols: [restXml('text/xml')],
    schemas: () => import('./route-53.ts'),
  },
  acm: {
    signingName: 'acm',
    version: '2015-12-08',
    xmlNamespace: '',
    target: 'CertificateManager',
    protocols: [jsonRpc('1.1')],
    schemas: () => import('./acm.ts'),
  },
  'cloudwatch-logs': {
    signingName: 'logs',
    version: '2014-03-28',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2014-03-28/',
    target: 'Logs_20140328',
    protocols: [jsonRpc('1.1')],
    schemas: () => import('./cloudwatch-logs.ts'),
  },
  iam: {
    signingName: 'iam',
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    target: 'AWSIdentityManagementV20100508',
    protocols: [awsQuery],
    schemas: () => import('./iam.ts'),
  },
  cloudtrail: {
    signingName: 'cloudtrail',
    version: '2013-11-01',
    xmlNamespace: 'http://cloudtrail.amazonaws.com/doc/2013-11-01/',
    target: 'CloudTrail_20131101',
    protocols: [jsonRpc('1.1')],
    schemas: () => import('./cloudtrail.ts'),
  },
  s3: {
    signingName: 's3',
    // Of WriteGetObjectResponse, and of directory buckets.
    alsoSignedAs: ['s3-object-lambda', 's3express'],
    version: '2006-03-01',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    target: 'AmazonS3',
    protocols: [s3RestXml],
    schemas: () => import('./s3.ts'),
  },
};
