import type { DocumentDescription } from '@aws-sdk/client-ssm';
import { AwsFault } from '../../service.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';

export const shellScript = 'AWS-RunShellScript';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command.html: the one document that the sandbox can run. */
const documents: readonly (DocumentDescription & { readonly Name: string })[] = [
  {
    Name: shellScript,
    Owner: 'Amazon',
    CreatedDate: new Date('2017-08-31T00:01:22Z'),
    Status: 'Active',
    DocumentVersion: '1',
    LatestVersion: '1',
    DefaultVersion: '1',
    Description: 'Run a shell script or specify the commands to run.',
    Parameters: [
      {
        Name: 'commands',
        Type: 'StringList',
        Description: '(Required) Specify a shell script or a command to run.',
      },
      {
        Name: 'workingDirectory',
        Type: 'String',
        Description: '(Optional) The path to the working directory on your instance.',
        DefaultValue: '',
      },
      {
        Name: 'executionTimeout',
        Type: 'String',
        Description:
          '(Optional) The time in seconds for a command to complete before it is considered to have failed. Default is 3600 (1 hour). Maximum is 172800 (48 hours).',
        DefaultValue: '3600',
      },
    ],
    PlatformTypes: ['Linux', 'MacOS'],
    DocumentType: 'Command',
    SchemaVersion: '1.2',
    DocumentFormat: 'JSON',
    Tags: [],
  },
];

export function documentNamed(name: string | undefined): DocumentDescription {
  const found = documents.find(({ Name }) => Name === name);
  if (found === undefined)
    throw new AwsFault('InvalidDocument', `Document with name ${name} does not exist.`);
  return found;
}

export const documentOperations = {
  DescribeDocument: (_world, { Name }) => ({ Document: documentNamed(Name) }),

  ListDocuments(_world, { Filters = [], MaxResults, NextToken }) {
    const found = documents.filter((document) =>
      Filters.every(
        ({ Key, Values = [] }) =>
          (Key !== 'Name' && Key !== 'Owner') ||
          Values.some((value) =>
            Key === 'Name' ? document.Name.startsWith(value) : document.Owner === value,
          ),
      ),
    );
    const page = pageOf(found, MaxResults ?? 50, NextToken, 'InvalidNextToken');
    return {
      DocumentIdentifiers: page.items.map(
        ({ Name, Owner, CreatedDate, PlatformTypes, DocumentVersion, DocumentType, SchemaVersion }) => ({
          Name,
          Owner,
          CreatedDate,
          PlatformTypes,
          DocumentVersion,
          DocumentType,
          SchemaVersion,
          DocumentFormat: 'JSON' as const,
          Tags: [],
        }),
      ),
      NextToken: page.next,
    };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ssm')>;
