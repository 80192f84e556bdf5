import * as z from 'zod';
import type { ReadClients } from '../../aws/clients.ts';
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersion,
  describeLaunchTemplate,
  describeLaunchTemplateVersions,
  type LaunchTemplate,
  type LaunchTemplateVersion,
} from '../../aws/ec2.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Change, change, type StepReference } from '../../engine/step.ts';
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

export async function existingTemplate(aws: ReadClients, id: string): Promise<LaunchTemplate> {
  const template = await describeLaunchTemplate(aws, id);
  if (template !== undefined) return template;
  throw new OperatorError({
    code: 'LAUNCH_TEMPLATE_MISSING',
    message: `Launch template ${id} does not exist any more: the group that uses it cannot launch nodes`,
    hint: `aws ec2 describe-launch-templates --launch-template-ids ${id}`,
  });
}

/** The number of the version that the run goes to: known from the start, or once it is made. */
export type VersionOf = (context: Pick<ReadContext, 'outputOf'>) => string;

/** @throws OperatorError where the template has no such version */
export async function describeVersion(
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
