import { defaultSecurityGroup, image, launchTemplate, runningNode, subnet } from '../blueprints/compute.ts';
import { type Ec2State, emptyEc2 } from '../services/ec2/state.ts';
import {
  account,
  images,
  name,
  nodeIds,
  parameterPrefix,
  recovery,
  securityGroups,
  subnetIds,
  tag,
  tags,
  templateId,
  vpc,
  zones,
} from './names.ts';
import { network } from './network.ts';

const release = (id: string, version: string, built: string) =>
  image(account, {
    id,
    name: `morpheus-app-${version}`,
    description: `Morpheus application ${version}`,
    built,
    tags: [tag('Project', 'morpheus'), tag('Release', version)],
  });

const boots = [120, 180] as const;

/** The same in both Regions: a node asks where it is, and by its tag where its parameters lie. */
const userData = `#!/bin/bash
set -euo pipefail
token=$(curl -sfX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
metadata() { curl -sf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }
export AWS_REGION=$(metadata placement/region)
prefix=$(metadata tags/instance/${parameterPrefix.tag} || echo ${parameterPrefix.usual})
/opt/morpheus/bin/configure --parameters "$prefix"
systemctl start morpheus
`;

function networkOf(of: Parameters<typeof network>[0]): ReturnType<typeof network> {
  const { vpcs, securityGroups } = network(of);
  return { vpcs, securityGroups: [...securityGroups, defaultSecurityGroup(account, of.vpc)] };
}

/** Images, launch template, network and the three running nodes. */
export const compute = (launched: Date): Ec2State => ({
  ...emptyEc2(),
  ...networkOf({ vpc, cidr: '10.20.0.0/16', name: 'morpheus-prod', securityGroups }),
  images: [
    release(images.inUse, '2026.01.19', '2026-01-19T16:40:12.000Z'),
    release(images.newer, '2026.02.23', '2026-02-23T16:38:55.000Z'),
    release(images.broken, '2026.02.25-rc1', '2026-02-25T10:02:31.000Z'),
  ],
  software: { [images.inUse]: { boots }, [images.newer]: { boots }, [images.broken]: {} },
  templates: [
    launchTemplate({
      account,
      id: templateId,
      name,
      created: '2025-06-11T08:01:44Z',
      instanceType: 'm5.xlarge',
      securityGroup: securityGroups.app,
      tags,
      userData,
      defaultVersion: 2,
      versions: [
        { image: images.inUse, description: 'first', created: '2025-06-11T08:01:44Z' },
        { image: images.inUse, description: 'release 2026.01.19', created: '2026-01-20T09:12:30Z' },
        { image: images.newer, description: 'release 2026.02.23', created: '2026-02-24T08:55:03Z' },
      ],
    }),
  ],
  subnets: subnetIds.map((id, index) =>
    subnet(account, {
      id,
      vpc,
      zone: zones[index] ?? '',
      zoneId: `use1-az${index + 1}`,
      cidr: `10.20.${index + 1}.0/24`,
      name: `morpheus-prod-private-${'abc'[index]}`,
      tags: [tag('Project', 'morpheus')],
    }),
  ),
  nodes: Object.fromEntries(
    nodeIds.map((id, index) => [
      id,
      runningNode({
        id,
        image: images.inUse,
        instanceType: 'm5.xlarge',
        launched,
        zone: zones[index] ?? '',
        subnet: subnetIds[index] ?? '',
        vpc,
        address: `10.20.${index + 1}.${41 + index}`,
        securityGroup: securityGroups.app,
        tags: [
          tag('aws:autoscaling:groupName', name),
          tag('aws:ec2launchtemplate:id', templateId),
          tag('aws:ec2launchtemplate:version', '2'),
          ...tags,
        ],
      }),
    ]),
  ),
});

/** The pilot light: image, launch template and network, and nothing that runs. */
export const recoveryCompute = (): Ec2State => ({
  ...emptyEc2(),
  ...networkOf({
    vpc: recovery.vpc,
    cidr: '10.30.0.0/16',
    name: 'morpheus-prod-recovery',
    securityGroups: recovery.securityGroups,
  }),
  images: [release(recovery.image, '2026.01.19', '2026-01-19T17:25:40.000Z')],
  software: { [recovery.image]: { boots } },
  templates: [
    launchTemplate({
      account,
      id: recovery.templateId,
      name: recovery.group,
      created: '2025-09-02T10:14:03Z',
      instanceType: 'm5.xlarge',
      securityGroup: recovery.securityGroups.app,
      tags: [...tags, tag('Purpose', 'recovery')],
      userData,
      profile: name,
      defaultVersion: 1,
      versions: [
        { image: recovery.image, description: 'release 2026.01.19', created: '2026-01-20T09:20:51Z' },
      ],
    }),
  ],
  subnets: recovery.subnetIds.map((id, index) =>
    subnet(account, {
      id,
      vpc: recovery.vpc,
      zone: recovery.zones[index] ?? '',
      zoneId: `usw2-az${index + 1}`,
      cidr: `10.30.${index + 1}.0/24`,
      name: `morpheus-prod-recovery-private-${'abc'[index]}`,
      tags: [tag('Project', 'morpheus')],
    }),
  ),
});
