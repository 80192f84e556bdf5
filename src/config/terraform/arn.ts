export interface Arn {
  readonly service: string;
  /** Empty for global services. */
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function parseArn(text: string): Arn | undefined {
  const parts = /^arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12})?:(.+)$/.exec(text);
  if (parts === null) return undefined;
  const [, service = '', region = '', account = '', resource = ''] = parts;
  return { service, region, account, resource };
}

/** `...:autoScalingGroup:UUID:autoScalingGroupName/NAME` */
export const groupIn = (text: string) =>
  nameIn(text, 'autoscaling', /^autoScalingGroup:[^:]*:autoScalingGroupName\/(.+)$/);

/** `...:targetgroup/NAME/ID` */
export const targetGroupIn = (text: string) =>
  nameIn(text, 'elasticloadbalancing', /^targetgroup\/([^/]+)\//);

/** `...:alarm:NAME` */
export const alarmIn = (text: string) => nameIn(text, 'cloudwatch', /^alarm:(.+)$/);

function nameIn(text: string, service: string, resource: RegExp): string | undefined {
  const arn = parseArn(text);
  return arn?.service === service ? resource.exec(arn.resource)?.[1] : undefined;
}
