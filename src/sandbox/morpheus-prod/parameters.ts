import { parameterArn } from '../services/ssm/parameters.ts';
import type { StoredParameter } from '../services/ssm/state.ts';
import type { World } from '../world.ts';
import {
  account,
  database,
  files,
  images,
  parameters as names,
  queue,
  recovery,
  region,
  search,
} from './names.ts';

const parameter = (world: World, Name: string, Value: string, DataType = 'text'): StoredParameter => ({
  Name,
  Type: 'String',
  Value,
  Version: 1,
  DataType,
  Tier: 'Standard',
  LastModifiedDate: new Date('2026-01-20T09:14:00Z'),
  LastModifiedUser: `arn:aws:sts::${account}:assumed-role/terraform/apply`,
  ARN: parameterArn(world, Name),
  earlier: [],
  tags: [
    { Key: 'Project', Value: 'morpheus' },
    { Key: 'Environment', Value: 'prod' },
  ],
});

const release = '2026.01.19';

/** What the nodes read when they boot. In the recovery Region only what stays true when the rest has to be restored there. */
export const parameters = (world: World): StoredParameter[] =>
  world.region === region
    ? [
        parameter(world, names.image, images.inUse, 'aws:ec2:image'),
        parameter(world, names.release, release),
        parameter(world, names.databaseWriter, database.host),
        parameter(world, names.databaseReader, database.readerHost),
        parameter(world, names.files, files.id),
        parameter(world, names.queue, `amqps://${queue.host}:5671`),
        parameter(world, names.search, `https://${search.host}`),
      ]
    : [
        parameter(world, names.image, recovery.image, 'aws:ec2:image'),
        parameter(world, names.release, release),
      ];
