import { type AutoScalingGroup, describeGroup } from '../../aws/auto-scaling.ts';
import type { ReadClients } from '../../aws/clients.ts';
import {
  describeImage,
  describeLaunchTemplate,
  describeLaunchTemplateVersions,
  type Image,
  type LaunchTemplateVersion,
} from '../../aws/ec2.ts';
import { typesOffered } from '../../aws/ec2-capacity.ts';
import { describeInstanceProfile } from '../../aws/iam.ts';
import { getParameter } from '../../aws/ssm.ts';
import type { Finding } from '../../engine/finding.ts';
import { resolveVersion } from './launch-template.ts';
import { imageParameter } from './new-version.ts';
import {
  fail,
  fromHome,
  type Looking,
  looksAt,
  notCompared,
  pass,
  told,
  toldFromUsEast1,
  warn,
} from './recovery-evaluation-step.ts';
import type { Recovered } from './recovery-plan.ts';

type Fleet = Recovered<'auto-scaling-group'>;

export const nodesCanBeLaunched = looksAt({
  id: 'nodes',
  title: 'The recovery fleets can launch nodes of the release that production runs',
  uses: [
    describeGroup,
    describeLaunchTemplate,
    describeLaunchTemplateVersions,
    describeImage,
    getParameter,
    describeInstanceProfile,
    typesOffered,
  ],
  async look(context) {
    const findings: Finding[] = [];
    for (const fleet of context.plan.fleets)
      findings.push(...(await told(`fleet ${fleet.name}`, () => fleetFindings(context, fleet))));
    return findings;
  },
});

async function fleetFindings(context: Looking, fleet: Fleet): Promise<readonly Finding[]> {
  const { there, aws, environment } = context;
  const { group: name, capacity, instanceTypes } = fleet.recovery;
  const group = await describeGroup(there, name);
  const subject = `fleet ${fleet.name}`;
  const rule = `Auto Scaling group ${name} can have ${capacity} nodes`;
  if (group === undefined) {
    return [
      fail(
        subject,
        `no group of that name is in ${there.region}`,
        rule,
        `Make it, or correct components.${fleet.name}.recovery.group: aws autoscaling describe-auto-scaling-groups --region ${there.region}`,
      ),
    ];
  }
  const most = group.MaxSize ?? 0;
  const launched = await launchedBy(there, group);
  const [type = ''] = instanceTypes;
  return [
    most >= capacity
      ? pass(subject, `at most ${most} nodes`, rule)
      : fail(
          subject,
          `at most ${most} nodes`,
          rule,
          `aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${name} --max-size ${capacity} --region ${there.region}`,
        ),
    ...suspendedFindings(group, there.region),
    ...templateFindings(launched, context, name),
    ...(await toldFromUsEast1('instance profile', () => profileFindings(there, launched))),
    ...(await told('image', async () => {
      const home = await fromHome(async () => {
        const own = await describeGroup(aws, fleet.group);
        return own && imageOf(aws, await launchedBy(aws, own));
      });
      const image = await imageOf(there, launched);
      return imageFindings({
        image,
        id: launched?.LaunchTemplateData?.ImageId,
        home,
        region: there.region,
        homeRegion: environment.region,
      });
    })),
    ...(await told(`type ${type}`, async () =>
      typeFindings(instanceTypes, group.AvailabilityZones ?? [], await typesOffered(there, instanceTypes)),
    )),
  ];
}

/** Without these no node comes, none is registered, and none goes. https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
const neededProcesses = ['Launch', 'AddToLoadBalancer', 'Terminate'];

function suspendedFindings(
  { AutoScalingGroupName: name, SuspendedProcesses = [] }: AutoScalingGroup,
  region: string,
): readonly Finding[] {
  const held = neededProcesses.filter((process) =>
    SuspendedProcesses.some(({ ProcessName }) => ProcessName === process),
  );
  if (held.length === 0) return [];
  return [
    fail(
      'processes',
      `${held.join(', ')} suspended in ${name}`,
      `the group may ${neededProcesses.join(', ')}`,
      `Find out who did it, then: aws autoscaling resume-processes --auto-scaling-group-name ${name} --scaling-processes ${held.join(' ')} --region ${region}`,
    ),
  ];
}

async function launchedBy(
  aws: ReadClients,
  { LaunchTemplate: used }: AutoScalingGroup,
): Promise<LaunchTemplateVersion | undefined> {
  const id = used?.LaunchTemplateId;
  if (id === undefined || (await describeLaunchTemplate(aws, id)) === undefined) return undefined;
  const { version } = await resolveVersion(aws, id, used?.Version ?? '$Default');
  return (await describeLaunchTemplateVersions(aws, { id, versions: [version] }))[0];
}

async function imageOf(
  aws: ReadClients,
  launched: LaunchTemplateVersion | undefined,
): Promise<Image | undefined> {
  const named = launched?.LaunchTemplateData?.ImageId;
  if (named === undefined) return undefined;
  const parameter = imageParameter(named);
  const id = parameter === undefined ? named : (await getParameter(aws, parameter))?.Value;
  return id === undefined ? undefined : describeImage(aws, id);
}

function templateFindings(
  launched: LaunchTemplateVersion | undefined,
  { there, environment }: Pick<Looking, 'there' | 'environment'>,
  group: string,
): readonly Finding[] {
  const rule = 'the group launches a version of a launch template that exists';
  if (launched === undefined) {
    return [
      fail(
        'launch template',
        'the group has none, or its version is gone: it cannot launch anything',
        rule,
        `aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names ${group} --region ${there.region}`,
      ),
    ];
  }
  const { LaunchTemplateId: id, LaunchTemplateName: name, VersionNumber: version } = launched;
  const shown = `aws ec2 describe-launch-template-versions --launch-template-id ${id} --versions ${version} --region ${there.region}`;
  return [
    pass('launch template', `version ${version} of ${name}`, rule),
    userDataFinding(launched.LaunchTemplateData?.UserData, environment.region, shown),
  ];
}

/** Auto Scaling launches nothing with one that is not there. */
async function profileFindings(
  aws: ReadClients,
  launched: LaunchTemplateVersion | undefined,
): Promise<readonly Finding[]> {
  const { Name, Arn } = launched?.LaunchTemplateData?.IamInstanceProfile ?? {};
  const name = Name ?? Arn?.split('/').at(-1);
  if (name === undefined) return [];
  const subject = 'instance profile';
  const rule = 'the one in the launch template exists and has a role';
  const role = (await describeInstanceProfile(aws, name))?.Roles?.[0]?.RoleName;
  return [
    role === undefined
      ? fail(
          subject,
          `${name} is not there, or has no role`,
          rule,
          `aws iam get-instance-profile --instance-profile-name ${name}`,
        )
      : pass(subject, `${name}, role ${role}`, rule),
  ];
}

/** Its text is never shown: people put passwords into it. */
function userDataFinding(encoded: string | undefined, home: string, shown: string): Finding {
  const subject = 'user data';
  const rule = `it is there, and names nothing of ${home}`;
  if (encoded === undefined || encoded === '')
    return fail(
      subject,
      'none: nodes boot, and nothing starts on them',
      rule,
      `Make a version with it. ${shown}`,
    );
  const text = textIn(encoded);
  if (text === undefined)
    return fail(
      subject,
      'it is no base64: EC2 would not hand it out',
      rule,
      `Make a version with it. ${shown}`,
    );
  const at = text.split('\n').findIndex((line) => line.includes(home));
  return at < 0
    ? pass(subject, `${text.length} characters`, rule)
    : fail(
        subject,
        `line ${at + 1} names ${home}: nodes would look for what may be lost, or change it`,
        rule,
        `Let it ask the instance metadata for its Region. ${shown}`,
      );
}

function textIn(encoded: string): string | undefined {
  try {
    return atob(encoded);
  } catch {
    return undefined;
  }
}

export interface ImagesSeen {
  readonly image: Image | undefined;
  /** As the launch template names it. */
  readonly id: string | undefined;
  readonly home: { readonly answer: Image | undefined } | { readonly silent: string };
  readonly region: string;
  readonly homeRegion: string;
}

export function imageFindings({ image, id, home, region, homeRegion }: ImagesSeen): readonly Finding[] {
  const own = 'answer' in home ? home.answer : undefined;
  const copy = `Copy production's and make a launch template version with it: aws ec2 copy-image --source-region ${homeRegion} --source-image-id ${own?.ImageId ?? 'AMI'} --name ${own?.Name ?? 'NAME'} --region ${region}`;
  const rule = 'the image of the launch template exists and is available';
  if (image?.State !== 'available') {
    const fact = image === undefined ? `${id ?? 'none'} is not in ${region}` : `${id} is ${image.State}`;
    return [fail('image', fact, rule, copy)];
  }
  return [pass('image', `${image.ImageId} ${image.Name ?? ''}`.trim(), rule), releaseFinding()];

  function releaseFinding(): Finding {
    const subject = 'release';
    const asProduction = "it was made no earlier than production's image";
    if ('silent' in home) return notCompared(subject, home.silent);
    const [theirs, ours] = [image?.CreationDate, own?.CreationDate].map((date) => Date.parse(date ?? ''));
    if (own === undefined || theirs === undefined || ours === undefined || Number.isNaN(theirs - ours))
      return warn(subject, "not compared: production's image is not known", asProduction, copy);
    const days = Math.ceil((ours - theirs) / 86_400_000);
    return theirs >= ours
      ? pass(
          subject,
          image?.Name === own.Name ? `${own.Name}, as production` : `as young as ${own.Name}`,
          asProduction,
        )
      : fail(
          subject,
          `${days} days older than production's ${own.Name}: an older release would meet newer data`,
          asProduction,
          copy,
        );
  }
}

/** The first type must be launchable; the others are for when there is no capacity, and one that is not offered helps nobody. */
export function typeFindings(
  types: readonly string[],
  zones: readonly string[],
  offered: readonly { readonly InstanceType?: string | undefined; readonly Location?: string | undefined }[],
): readonly Finding[] {
  const rule = `offered in ${zones.join(', ')}`;
  return types.map((type, index) => {
    const without = zones.filter(
      (zone) => !offered.some(({ InstanceType, Location }) => InstanceType === type && Location === zone),
    );
    const subject = `type ${type}`;
    if (without.length === 0) return pass(subject, 'offered in every zone', rule);
    const toDo =
      'Name types in instanceTypes that the zones offer: aws ec2 describe-instance-type-offerings --location-type availability-zone';
    const isNowhere = without.length === zones.length;
    return {
      verdict: isNowhere && index === 0 ? 'fail' : 'warn',
      subject,
      fact: isNowhere ? 'offered in no zone of the group' : `not offered in ${without.join(', ')}`,
      rule,
      toDo,
    };
  });
}
