import * as z from 'zod';
import { describeImage, describeLaunchTemplate, describeLaunchTemplateVersions } from '../../aws/ec2.ts';
import { getParameter } from '../../aws/ssm.ts';
import type { ReadContext } from '../../engine/context.ts';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { describeVersion, existingTemplate } from './launch-template.ts';

const targetVersion = z.object({
  /** Absent until it is made from an AMI. */
  version: z.string().optional(),
  imageId: z.string(),
  /** What the nodes run now, which is not always what the group would launch: undoing goes back to it. */
  previousVersion: z.string(),
  fromImageId: z.string(),
});
export type TargetVersion = z.output<typeof targetVersion>;

export interface Wanted {
  readonly ami?: string | undefined;
  readonly launchTemplateVersion?: string | undefined;
}

export function newVersionIsUsable(wanted: Wanted, fleet: StepReference<FleetFacts>): Check<TargetVersion> {
  return check({
    id: 'new-version',
    title: 'The new version exists, its image is available, and it is not what runs already',
    uses: [describeLaunchTemplate, describeLaunchTemplateVersions, describeImage, getParameter],
    returns: targetVersion,
    run: (context) =>
      wanted.ami === undefined
        ? fromVersion(context, context.outputOf(fleet), wanted.launchTemplateVersion)
        : fromImage(context, context.outputOf(fleet), wanted.ami),
    summary: ({ version, imageId, previousVersion, fromImageId }) =>
      `${version === undefined ? 'a new version' : `version ${version}`} with image ${imageId}, in place of version ${previousVersion} with ${fromImageId}`,
  });
}

async function fromVersion(
  context: ReadContext,
  fleet: FleetFacts,
  named: string | undefined,
): Promise<TargetVersion> {
  const { template, nodes } = fleet;
  const version = named ?? String((await existingTemplate(context.aws, template.id)).LatestVersionNumber);
  const imageId = await imageOf(context, fleet, version);
  await imageIsAvailable(context, imageId);
  if (version === template.version && nodes.every((node) => node.version === version)) {
    throw nothingToUpdate(
      `Every node runs version ${version} of ${template.name}, and the group launches that version`,
    );
  }
  const previousVersion = versionInUse(fleet, version);
  return { version, imageId, previousVersion, fromImageId: await imageOf(context, fleet, previousVersion) };
}

async function fromImage(context: ReadContext, fleet: FleetFacts, ami: string): Promise<TargetVersion> {
  const { template, nodes } = fleet;
  await imageIsAvailable(context, ami);
  if (ami === (await imageOf(context, fleet, template.version))) {
    if (nodes.every(({ version }) => version === template.version)) {
      throw nothingToUpdate(
        `${template.name} version ${template.version}, which every node runs, has image ${ami} already`,
      );
    }
    throw new OperatorError({
      code: 'IMAGE_IN_A_VERSION',
      message: `${template.name} version ${template.version} has image ${ami} already: no new version is needed`,
      hint: `--launch-template-version ${template.version}`,
    });
  }
  const previousVersion = versionInUse(fleet, undefined);
  return { imageId: ami, previousVersion, fromImageId: await imageOf(context, fleet, previousVersion) };
}

/** The version that most of the nodes run which are to be replaced; what the group launches, where there are none. */
function versionInUse({ template, nodes }: FleetFacts, wanted: string | undefined): string {
  const counts = new Map<string, number>();
  for (const { id, version } of nodes) {
    if (version === undefined) {
      throw new OperatorError({
        code: 'NODE_OF_ANOTHER_TEMPLATE',
        message: `${id} was launched from another launch template than ${template.name}: undoing could not bring such a node back`,
        hint: `aws autoscaling terminate-instance-in-auto-scaling-group --no-should-decrement-desired-capacity --instance-id ${id} (one at a time, each once its replacement is healthy)`,
      });
    }
    if (version !== wanted) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? template.version;
}

async function imageOf(context: ReadContext, { template }: FleetFacts, version: string): Promise<string> {
  return (await describeVersion(context, template, version)).LaunchTemplateData?.ImageId ?? '';
}

const parameterPrefix = 'resolve:ssm:';

/**
 * The parameter that a launch template names instead of an image.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
 */
export const imageParameter = (imageId: string): string | undefined =>
  imageId.startsWith(parameterPrefix) ? imageId.slice(parameterPrefix.length) : undefined;

export const isParameter = (imageId: string): boolean => imageParameter(imageId) !== undefined;

async function imageIsAvailable(context: ReadContext, imageId: string): Promise<void> {
  const { aws } = context;
  const parameter = imageParameter(imageId);
  const id = parameter === undefined ? imageId : (await getParameter(aws, parameter))?.Value;
  const image = id === undefined ? undefined : await describeImage(aws, id);
  if (image?.State === 'available') return;
  const named =
    parameter === undefined
      ? `Image ${imageId}`
      : `Image ${id ?? 'without a value'} (parameter ${parameter})`;
  throw new OperatorError({
    code: 'IMAGE_NOT_AVAILABLE',
    message:
      image === undefined
        ? `${named} does not exist in ${aws.region}, or this account may not use it: no node could be launched from it`
        : `${named} is ${image.State}: no node could be launched from it`,
    hint:
      parameter === undefined
        ? `aws ec2 describe-images --image-ids ${imageId}`
        : `aws ssm get-parameter --name ${parameter}`,
  });
}

const nothingToUpdate = (message: string): OperatorError =>
  new OperatorError({
    code: 'NOTHING_TO_UPDATE',
    message: `${message}: there is nothing to update`,
    hint: 'Name another version: --launch-template-version N, or --ami ami-...',
  });
