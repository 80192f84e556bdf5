import { seal } from '../sealed.ts';
import { usualDocuments } from '../services/opensearch/documents.ts';
import { emptyOpenSearch, type OpenSearchState } from '../services/opensearch/state.ts';
import type { World } from '../world.ts';
import { loginIn } from './login-in.ts';
import {
  account,
  keys,
  search as names,
  region,
  secrets,
  securityGroups,
  subnetIds,
  tag,
  vpc,
  zones,
} from './names.ts';

const logGroup = (kind: string) => ({
  CloudWatchLogsLogGroupArn: `arn:aws:logs:${region}:${account}:log-group:/aws/opensearch/${names.domain}/${kind}`,
  Enabled: true,
});

const nodeIds = ['b0Vx3Qk2TzWqYl9sPnR4ag', 'c1Wy4Rl3UaXrZm0tQoS5bw', 'd2Xz5Sm4VbYsAn1uRpT6cQ'];

/** The OpenSearch domain, as it stands in the Region of this world. */
export function search(world: World): OpenSearchState {
  const login = loginIn(world, secrets.search.name);
  return {
    ...emptyOpenSearch(),
    domains: [
      {
        described: {
          DomainId: `${account}/${names.domain}`,
          DomainName: names.domain,
          ARN: names.arn,
          Endpoints: { vpc: names.host },
          EngineVersion: 'OpenSearch_2.5',
          ClusterConfig: {
            InstanceType: 'r6g.large.search',
            InstanceCount: 3,
            DedicatedMasterEnabled: false,
            ZoneAwarenessEnabled: true,
            ZoneAwarenessConfig: { AvailabilityZoneCount: 3 },
            WarmEnabled: false,
            ColdStorageOptions: { Enabled: false },
            MultiAZWithStandbyEnabled: false,
          },
          EBSOptions: { EBSEnabled: true, VolumeType: 'gp3', VolumeSize: 200, Iops: 3000, Throughput: 125 },
          AccessPolicies: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'es:*', Resource: `${names.arn}/*` },
            ],
          }),
          IPAddressType: 'ipv4',
          SnapshotOptions: { AutomatedSnapshotStartHour: 0 },
          VPCOptions: {
            VPCId: vpc,
            SubnetIds: [...subnetIds],
            AvailabilityZones: [...zones],
            SecurityGroupIds: [securityGroups.search],
          },
          CognitoOptions: { Enabled: false },
          EncryptionAtRestOptions: { Enabled: true, KmsKeyId: keys.search },
          NodeToNodeEncryptionOptions: { Enabled: true },
          AdvancedOptions: {
            override_main_response_version: 'false',
            'rest.action.multi.allow_explicit_index': 'true',
          },
          LogPublishingOptions: {
            ES_APPLICATION_LOGS: logGroup('application'),
            SEARCH_SLOW_LOGS: logGroup('search-slow'),
          },
          ServiceSoftwareOptions: {
            CurrentVersion: 'OpenSearch_2_5_R20240502-P2',
            NewVersion: 'OpenSearch_2_5_R20250625',
            UpdateAvailable: true,
            Cancellable: false,
            UpdateStatus: 'ELIGIBLE',
            Description: 'There is a software update available for this domain.',
            AutomatedUpdateDate: new Date(0),
            OptionalDeployment: true,
          },
          DomainEndpointOptions: {
            EnforceHTTPS: true,
            TLSSecurityPolicy: 'Policy-Min-TLS-1-2-2019-07',
            CustomEndpointEnabled: false,
          },
          AdvancedSecurityOptions: {
            Enabled: true,
            InternalUserDatabaseEnabled: true,
            AnonymousAuthEnabled: false,
          },
          AutoTuneOptions: { State: 'ENABLED', UseOffPeakWindow: false },
          OffPeakWindowOptions: {
            Enabled: true,
            OffPeakWindow: { WindowStartTime: { Hours: 3, Minutes: 0 } },
          },
          SoftwareUpdateOptions: { AutoSoftwareUpdateEnabled: false },
        },
        createdAt: new Date('2025-06-11T08:40:12Z'),
        optionChanges: {},
        nodes: zones.map((zone, index) => ({ id: nodeIds[index] ?? '', zone })),
        logins: login === undefined ? {} : { [login.user]: seal(world, login.password) },
        tags: [
          tag('Name', names.domain),
          tag('Project', 'morpheus'),
          tag('Environment', 'prod'),
          tag('Component', 'search'),
        ],
        shards: 126,
        indexed: { documents: usualDocuments },
      },
    ],
  };
}
