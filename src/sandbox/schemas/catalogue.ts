import { ec2Query } from '../protocols/ec2-query.ts';
import { jsonRpc } from '../protocols/json-rpc.ts';
import { awsQuery } from '../protocols/query.ts';
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
    // SDKs from before 2025 and botocore speak query to it.
    protocols: [jsonRpc('1.0', { queryCompatible: true }), awsQuery],
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
};
