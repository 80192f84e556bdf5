import * as z from 'zod';
import type { ReadClients } from '../../aws/clients.ts';
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersion,
  describeImage,
  describeLaunchTemplate,
  describeLaunchTemplateVersions,
  type LaunchTemplate,
  type LaunchTemplateVersion,
} from '../../aws/ec2.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, type Check, change, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';

/** The launch template of a group, and which of its versions the group launches. */
export interface TemplateInUse {
  readonly id: string;
  readonly name: string;
  /** As the group has it: a number, `$Latest` or `$Default`. */
  readonly setting: string;
  /** The number that the setting stands for now. */
  readonly version: string;
}

/** `$Latest` and `$Default` move when somebody makes a version: a run reads once what they stand for, and keeps to that. */
export async function resolveVersion(
  aws: ReadClients,
  id: string,
  setting: string,
): Promise<{ name: string; version: string }> {
  const { LaunchTemplateName, LatestVersionNumber, DefaultVersionNumber } = await existingTemplate(aws, id);
  const moving: Record<string, number | undefined> = {
    $Latest: LatestVersionNumber,
    $Default: DefaultVersionNumber,
  };
  return { name: LaunchTemplateName ?? id, version: String(moving[setting] ?? setting) };
}

async function existingTemplate(aws: ReadClients, id: string): Promise<LaunchTemplate> {
  const template = await describeLaunchTemplate(aws, id);
  if (template !== undefined) return template;
  throw new OperatorError({
    code: 'LAUNCH_TEMPLATE_MISSING',
    message: `Launch template ${id} does not exist any more: the group that uses it cannot launch nodes`,
    hint: `aws ec2 describe-launch-templates --launch-template-ids ${id}`,
  });
}

const targetVersion = z.object({
  /** Absent until it is made from an AMI. */
  version: z.string().optional(),
  imageId: z.string(),
  fromImageId: z.string(),
  /** AWS cannot roll back to a version whose image is named by a Systems Manager parameter. */
  fromImageIsParameter: z.boolean(),
});
export type TargetVersion = z.output<typeof targetVersion>;

/** The number of the version that the run goes to: known from the start, or once it is made. */
export type VersionOf = (context: Pick<ReadContext, 'outputOf'>) => string;

/** `fleet`: which template the group uses; `runningVersions`: what its nodes were launched from. */
export function newVersionIsUsable(
  wanted: { ami?: string | undefined; launchTemplateVersion?: string | undefined },
  fleet: StepReference<{ template: TemplateInUse; nodes: readonly { version?: string | undefined }[] }>,
): Check<TargetVersion> {
  return check({
    id: 'new-version',
    title: 'The new version exists, its image is available, and it is not what runs already',
    uses: [describeLaunchTemplate, describeLaunchTemplateVersions, describeImage],
    returns: targetVersion,
    async run(context): Promise<TargetVersion> {
      const { template, nodes } = context.outputOf(fleet);
      const current = await versionOf(context, template, template.version);
      const fromImageId = current.LaunchTemplateData?.ImageId ?? '';
      const from = { fromImageId, fromImageIsParameter: fromImageId.startsWith('resolve:ssm:') };
      if (wanted.ami !== undefined) {
        await availableImage(context, wanted.ami);
        if (wanted.ami === fromImageId)
          throw nothingToUpdate(
            `${template.name} version ${template.version} has image ${wanted.ami} already`,
          );
        return { imageId: wanted.ami, ...from };
      }
      const version =
        wanted.launchTemplateVersion ??
        String((await existingTemplate(context.aws, template.id)).LatestVersionNumber);
      const found = version === template.version ? current : await versionOf(context, template, version);
      const imageId = found.LaunchTemplateData?.ImageId ?? '';
      if (!imageId.startsWith('resolve:ssm:')) await availableImage(context, imageId);
      if (version === template.version && nodes.every((node) => node.version === version)) {
        throw nothingToUpdate(
          `Every node runs version ${version} of ${template.name}, and the group launches that version`,
        );
      }
      return { version, imageId, ...from };
    },
    summary: ({ version, imageId, fromImageId }) =>
      `${version === undefined ? 'a new version' : `version ${version}`} with image ${imageId}, in place of ${fromImageId}`,
  });
}

const nothingToUpdate = (message: string): OperatorError =>
  new OperatorError({
    code: 'NOTHING_TO_UPDATE',
    message: `${message}: there is nothing to update`,
    hint: 'Name another version: --launch-template-version N, or --ami ami-...',
  });

async function versionOf(
  { aws }: ReadContext,
  { id, name }: TemplateInUse,
  version: string,
): Promise<LaunchTemplateVersion> {
  const [found] = await describeLaunchTemplateVersions(aws, { id, versions: [version] });
  if (found !== undefined) return found;
  throw new OperatorError({
    code: 'VERSION_MISSING',
    message: `Launch template ${name} (${id}) has no version ${version}`,
    hint: `aws ec2 describe-launch-template-versions --launch-template-id ${id} --query "LaunchTemplateVersions[].[VersionNumber,VersionDescription]"`,
  });
}

async function availableImage({ aws }: ReadContext, imageId: string): Promise<void> {
  const image = await describeImage(aws, imageId);
  if (image?.State === 'available') return;
  throw new OperatorError({
    code: 'IMAGE_NOT_AVAILABLE',
    message:
      image === undefined
        ? `Image ${imageId} does not exist in ${aws.region}, or this account may not use it: no node could be launched from it`
        : `Image ${imageId} is ${image.State}: no node could be launched from it`,
    hint: `aws ec2 describe-images --image-ids ${imageId}`,
  });
}

const madeVersion = z.object({ templateId: z.string(), version: z.string() });

/** A version like the one in use, with another image. The description names the run, which is how a resumed run knows its own. */
export function makeVersion(
  ami: string,
  fleet: StepReference<{ template: TemplateInUse }>,
): Change<z.output<typeof madeVersion>> {
  const description = (runId: string) => `runbook ${runId}`;
  return change({
    id: 'make-version',
    title: `Make a launch template version with image ${ami}`,
    uses: [describeLaunchTemplateVersions, createLaunchTemplateVersion, deleteLaunchTemplateVersion],
    returns: madeVersion,
    async findApplied(context) {
      const { template } = context.outputOf(fleet);
      const versions = await describeLaunchTemplateVersions(context.aws, { id: template.id });
      const made = versions.find(
        ({ VersionDescription }) => VersionDescription === description(context.runId),
      );
      return made === undefined
        ? undefined
        : { templateId: template.id, version: String(made.VersionNumber) };
    },
    async apply(context) {
      const { template } = context.outputOf(fleet);
      const version = await createLaunchTemplateVersion(context.aws, {
        id: template.id,
        sourceVersion: template.version,
        imageId: ami,
        description: description(context.runId),
        clientToken: context.idempotencyToken,
      });
      return { templateId: template.id, version: String(version) };
    },
    summary: ({ version, templateId }) => `version ${version} of ${templateId}`,
    undo: {
      title: 'Delete the launch template version',
      apply: ({ aws }, { templateId, version }) =>
        deleteLaunchTemplateVersion(aws, { id: templateId, version: Number(version) }),
    },
  });
}
