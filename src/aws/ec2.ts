import type { _InstanceType, Image, LaunchTemplate, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { AwsCallError } from '../errors.ts';
import { absentWhen } from './absent.ts';
import { awsFunction } from './aws-function.ts';
import type { ChangeClients, ReadClients } from './clients.ts';
import { collectPages } from './pagination.ts';
import { present } from './unreadable-answer.ts';

export type { Image, LaunchTemplate, LaunchTemplateVersion };

const sdk = () => import('./sdk/ec2.ts');

/**
 * The launch template of this id, with its default and latest version numbers, `undefined` where there is none.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html
 */
export const describeLaunchTemplate = awsFunction(
  ['ec2:DescribeLaunchTemplates'],
  async (aws: ReadClients, id: string): Promise<LaunchTemplate | undefined> => {
    const { DescribeLaunchTemplatesCommand } = await sdk();
    const answer = await absentWhen(['InvalidLaunchTemplateId.NotFound'], () =>
      aws.send('ec2', new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] })),
    );
    return answer?.LaunchTemplates?.[0];
  },
);

export interface LaunchTemplateVersionsWanted {
  readonly id: string;
  /** Numbers, `$Latest` or `$Default`. All versions where absent. */
  readonly versions?: readonly string[];
}

/**
 * Versions of a launch template; none where one that is asked for does not exist. Fails with `InvalidLaunchTemplateId.NotFound`
 * where the template does not.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
 */
export const describeLaunchTemplateVersions = awsFunction(
  ['ec2:DescribeLaunchTemplateVersions'],
  async (
    aws: ReadClients,
    { id, versions }: LaunchTemplateVersionsWanted,
  ): Promise<LaunchTemplateVersion[]> => {
    const { DescribeLaunchTemplateVersionsCommand } = await sdk();
    const found = await absentWhen(['InvalidLaunchTemplateId.VersionNotFound'], () =>
      collectPages(async (NextToken) => {
        const page = await aws.send(
          'ec2',
          new DescribeLaunchTemplateVersionsCommand({
            LaunchTemplateId: id,
            Versions: versions === undefined ? undefined : [...versions],
            NextToken,
          }),
        );
        return { items: page.LaunchTemplateVersions, next: page.NextToken };
      }),
    );
    return found ?? [];
  },
);

export interface NewLaunchTemplateVersion {
  readonly id: string;
  /** Everything but what is given here comes from this version. */
  readonly sourceVersion: string;
  readonly imageId?: string;
  readonly instanceType?: string;
  /** At most 255 characters. */
  readonly description: string;
  /** At most 128 characters of ASCII. A second call with the same token makes no second version. */
  readonly clientToken: string;
}

/**
 * Makes a version with another image or instance type, which no group uses yet unless it follows `$Latest`.
 * @returns its number
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
 */
export const createLaunchTemplateVersion = awsFunction(
  ['ec2:CreateLaunchTemplateVersion'],
  async (aws: ChangeClients, wanted: NewLaunchTemplateVersion): Promise<number> => {
    const { CreateLaunchTemplateVersionCommand } = await sdk();
    const answer = await aws.send(
      'ec2',
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId: wanted.id,
        SourceVersion: wanted.sourceVersion,
        LaunchTemplateData: {
          ...(wanted.imageId !== undefined && { ImageId: wanted.imageId }),
          ...(wanted.instanceType !== undefined && { InstanceType: wanted.instanceType as _InstanceType }),
        },
        VersionDescription: wanted.description,
        ClientToken: wanted.clientToken,
      }),
    );
    return present(answer.LaunchTemplateVersion?.VersionNumber, 'version number', {
      aws,
      action: 'ec2:CreateLaunchTemplateVersion',
      write: true,
    });
  },
);

/**
 * Deletes a version; fine where it is gone already. AWS answers 200 also where it deleted nothing, and says so in a list: the
 * default version, for one, cannot be deleted.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
 */
export const deleteLaunchTemplateVersion = awsFunction(
  ['ec2:DeleteLaunchTemplateVersions'],
  async (
    aws: ChangeClients,
    { id, version }: { readonly id: string; readonly version: number },
  ): Promise<void> => {
    const { DeleteLaunchTemplateVersionsCommand } = await sdk();
    const answer = await aws.send(
      'ec2',
      new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [String(version)] }),
    );
    const kept = answer.UnsuccessfullyDeletedLaunchTemplateVersions?.[0];
    if (kept === undefined) return;
    const { Code = 'unexpectedError', Message = 'AWS gives no reason' } = kept.ResponseError ?? {};
    if (Code === 'launchTemplateVersionDoesNotExist') return;
    throw new AwsCallError({
      code: 'AWS_LAUNCH_TEMPLATE_VERSION_KEPT',
      message: `AWS did not delete version ${version} of launch template ${id} in ${aws.region}: ${Code}: ${Message}. The version is still there; it costs nothing.`,
      hint: `Find out who uses it, then: aws ec2 delete-launch-template-versions --region ${aws.region} --launch-template-id ${id} --versions ${version}`,
      service: 'ec2',
      operation: 'DeleteLaunchTemplateVersions',
      awsCode: Code,
      transient: Code === 'unexpectedError',
    });
  },
);

/**
 * The image (AMI) of this id, `undefined` where there is none that this account may see. Also a deprecated or disabled one:
 * `State` is `available` where instances can be launched from it.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
 */
export const describeImage = awsFunction(
  ['ec2:DescribeImages'],
  async (aws: ReadClients, id: string): Promise<Image | undefined> => {
    const { DescribeImagesCommand } = await sdk();
    const answer = await absentWhen(['InvalidAMIID.NotFound', 'InvalidAMIID.Malformed'], () =>
      aws.send(
        'ec2',
        new DescribeImagesCommand({ ImageIds: [id], IncludeDeprecated: true, IncludeDisabled: true }),
      ),
    );
    return answer?.Images?.[0];
  },
);
