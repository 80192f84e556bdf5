import type { RequestLaunchTemplateData, ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { fingerprint } from '../../fingerprint.ts';
import { ownMember, setMember } from '../../own-member.ts';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { parameterValue } from '../ssm/parameter-value.ts';
import { callerArn } from '../sts.ts';
import { filtered } from './filters.ts';
import type { TemplateState, TemplateVersion } from './state.ts';

/** Names a launch template, and perhaps a version, as many inputs do. */
export interface TemplateReference {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
  readonly Version?: string | undefined;
}

/** @throws AwsFault with EC2's code for an unknown id or name */
export function templateOf(
  world: World,
  { LaunchTemplateId, LaunchTemplateName }: TemplateReference,
): TemplateState {
  if (LaunchTemplateId === undefined && LaunchTemplateName === undefined)
    throw new AwsFault(
      'MissingParameter',
      'The request must contain the parameter launch template ID or launch template name',
    );
  const found = world.ec2.templates.find(({ template }) =>
    LaunchTemplateId === undefined
      ? template.LaunchTemplateName === LaunchTemplateName
      : template.LaunchTemplateId === LaunchTemplateId,
  );
  if (found !== undefined) return found;
  if (LaunchTemplateId !== undefined)
    throw new AwsFault(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${LaunchTemplateId}, does not exist.`,
    );
  throw new AwsFault(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${LaunchTemplateName}, does not exist.`,
  );
}

const numberOf = ({ template }: TemplateState, version: string | undefined): number => {
  if (version === '$Latest') return template.LatestVersionNumber;
  if (version === undefined || version === '$Default') return template.DefaultVersionNumber;
  return numberIn(version);
};

/** @throws AwsFault for what is no number of a version */
function numberIn(version: string): number {
  if (!/^\d{1,15}$/.test(version))
    throw new AwsFault(
      'InvalidParameterValue',
      "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.",
    );
  return Number(version);
}

/** @throws AwsFault with EC2's code where the template or the version does not exist */
export function templateVersionOf(world: World, reference: TemplateReference): TemplateVersion {
  const state = templateOf(world, reference);
  const number = numberOf(state, reference.Version);
  const found = state.versions.find((version) => version.VersionNumber === number);
  if (found === undefined) throw versionNotFound(state, reference.Version);
  return found;
}

const versionNotFound = ({ template }: TemplateState, version: string | undefined) =>
  new AwsFault(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template with ID ${template.LaunchTemplateId}.`,
  );

/** The image that an instance launched from this version gets: an AMI id, or the value of a Systems Manager parameter. */
export function imageOf(world: World, version: TemplateVersion): string {
  const image = version.LaunchTemplateData.ImageId ?? '';
  if (!image.startsWith('resolve:ssm:')) return image;
  return parameterValue(world, image.slice('resolve:ssm:'.length)) ?? '';
}

/** Members that the request names replace those of the source version. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html */
const merged = (
  source: ResponseLaunchTemplateData,
  wanted: RequestLaunchTemplateData,
): ResponseLaunchTemplateData => ({
  ...source,
  ...(wanted as ResponseLaunchTemplateData),
});

const latestOf = (versions: readonly TemplateVersion[]): number =>
  Math.max(...versions.map((version) => version.VersionNumber));

export const launchTemplates = {
  DescribeLaunchTemplates(world, { LaunchTemplateIds, LaunchTemplateNames, Filters, MaxResults, NextToken }) {
    const ids = (LaunchTemplateIds ?? []).map((id) => templateOf(world, { LaunchTemplateId: id }));
    const names = (LaunchTemplateNames ?? []).map((name) => templateOf(world, { LaunchTemplateName: name }));
    const named = [...ids, ...names];
    const templates = (named.length > 0 ? named : world.ec2.templates).map(({ template }) => template);
    const found = filtered(templates, Filters, {
      'launch-template-name': (template) => template.LaunchTemplateName,
    });
    const page = pageOf(found, MaxResults ?? 200, NextToken, 'InvalidNextToken');
    return { LaunchTemplates: page.items, NextToken: page.next };
  },

  DescribeLaunchTemplateVersions(world, input) {
    const state = templateOf(world, input);
    const [least, most] = [
      numberIn(input.MinVersion ?? '1'),
      input.MaxVersion === undefined ? Number.MAX_SAFE_INTEGER : numberIn(input.MaxVersion),
    ];
    const wanted = input.Versions?.map((version) => {
      const found = state.versions.find((candidate) => candidate.VersionNumber === numberOf(state, version));
      if (found === undefined) throw versionNotFound(state, version);
      return found;
    });
    const versions = (wanted ?? state.versions)
      .filter((version) => version.VersionNumber >= least && version.VersionNumber <= most)
      .sort((one, other) => other.VersionNumber - one.VersionNumber)
      .map((version) => ({
        ...version,
        DefaultVersion: version.VersionNumber === state.template.DefaultVersionNumber,
      }));
    const page = pageOf(versions, input.MaxResults ?? 200, input.NextToken, 'InvalidNextToken');
    return { LaunchTemplateVersions: page.items, NextToken: page.next };
  },

  CreateLaunchTemplateVersion(world, input) {
    const state = templateOf(world, input);
    const { ClientToken, ...rest } = input;
    const request = fingerprint(rest);
    const earlier = ClientToken === undefined ? undefined : ownMember(state.tokens, ClientToken);
    if (earlier !== undefined) {
      if (earlier.request !== request)
        throw new AwsFault(
          'IdempotentParameterMismatch',
          'The client token you have provided was used in a previous request with different parameters. Use a different client token.',
        );
      return {
        LaunchTemplateVersion: templateVersionOf(world, { ...input, Version: String(earlier.version) }),
      };
    }
    const source = input.SourceVersion;
    const data =
      source === undefined ? {} : templateVersionOf(world, { ...input, Version: source }).LaunchTemplateData;
    const version: TemplateVersion = {
      LaunchTemplateId: state.template.LaunchTemplateId,
      LaunchTemplateName: state.template.LaunchTemplateName,
      VersionNumber: state.nextVersion,
      VersionDescription: input.VersionDescription,
      CreateTime: world.now,
      CreatedBy: callerArn(world),
      DefaultVersion: false,
      LaunchTemplateData: merged(data, input.LaunchTemplateData ?? {}),
    };
    state.nextVersion += 1;
    state.versions.push(version);
    state.template.LatestVersionNumber = version.VersionNumber;
    if (ClientToken !== undefined)
      setMember(state.tokens, ClientToken, { request, version: version.VersionNumber });
    return { LaunchTemplateVersion: version };
  },

  DeleteLaunchTemplateVersions(world, input) {
    const state = templateOf(world, input);
    const named = {
      LaunchTemplateId: state.template.LaunchTemplateId,
      LaunchTemplateName: state.template.LaunchTemplateName,
    };
    const deleted: number[] = [];
    const refused: {
      number: number;
      code: 'launchTemplateVersionDoesNotExist' | 'unexpectedError';
      message: string;
    }[] = [];
    for (const number of (input.Versions ?? []).map(numberIn)) {
      if (number === state.template.DefaultVersionNumber)
        refused.push({
          number,
          code: 'unexpectedError',
          message: `The version ${number} is the default version of the launch template and cannot be deleted.`,
        });
      else if (state.versions.some((version) => version.VersionNumber === number)) deleted.push(number);
      else
        refused.push({
          number,
          code: 'launchTemplateVersionDoesNotExist',
          message: versionNotFound(state, String(number)).message,
        });
    }
    state.versions = state.versions.filter((version) => !deleted.includes(version.VersionNumber));
    state.template.LatestVersionNumber = latestOf(state.versions);
    return {
      SuccessfullyDeletedLaunchTemplateVersions: deleted.map((VersionNumber) => ({
        ...named,
        VersionNumber,
      })),
      UnsuccessfullyDeletedLaunchTemplateVersions: refused.map(({ number, code, message }) => ({
        ...named,
        VersionNumber: number,
        ResponseError: { Code: code, Message: message },
      })),
    };
  },

  ModifyLaunchTemplate(world, input) {
    const state = templateOf(world, input);
    if (input.DefaultVersion !== undefined)
      state.template.DefaultVersionNumber = templateVersionOf(world, {
        ...input,
        Version: input.DefaultVersion,
      }).VersionNumber;
    return { LaunchTemplate: state.template };
  },
} satisfies Operations<typeof import('@aws-sdk/client-ec2')>;
