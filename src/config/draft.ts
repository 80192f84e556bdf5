import { stringify } from 'yaml';

/** What is known about one environment before a person has looked at it. What is not known is left out, and asked for. */
export interface Draft {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  readonly recoveryRegion?: string;
  readonly objectives?: { readonly rto: string; readonly rpo: string; readonly errorRate: number };
  /** Names of alarms, for every role: which one suits which is for a person to say. */
  readonly alarms: readonly string[];
  readonly fleets: readonly FleetDraft[];
  /** Aurora clusters. */
  readonly clusters?: readonly ClusterDraft[];
  /** Components of which no more is known than what they are called. */
  readonly parts?: readonly PartDraft[];
  /** For the person, at the top of the file. */
  readonly notes: readonly string[];
}

export interface FleetDraft {
  readonly component: string;
  readonly group: string;
  readonly targetGroup?: string;
  readonly healthUrl?: string;
  /** Something to begin with where there is no `healthUrl`. */
  readonly healthUrlGuess?: string;
}

export interface ClusterDraft {
  readonly component: string;
  readonly cluster: string;
  readonly longestOutage?: string;
}

export interface PartDraft {
  readonly component: string;
  readonly type: 'broker' | 'file-system' | 'rds-instance' | 'search-domain';
  readonly id: string;
}

/** In a clone of this repository; elsewhere the caller knows better. */
export const schemaInClone = './schema/runbook.schema.json';

/** The text of a `runbook.yaml`, with comments that explain it. `TODO` marks what a person must fill in. */
export function draftText(draft: Draft, schema: string): string {
  const { account, region, recoveryRegion, objectives, alarms } = draft;
  const alarmList =
    alarms.length === 0
      ? [' [] # TODO: none found. Name them here, one per line after a "-"']
      : ['', ...alarms.map((name) => `        - ${scalar(name)}`)];
  const lines = [
    `# yaml-language-server: $schema=${oneLine(schema)}`,
    '# The line above lets an editor complete and explain every key.',
    '#',
    '# runbook.yaml: the deployed stacks that runbook operates.',
    '# After every change: runbook config check',
    ...(draft.notes.length > 0 ? ['#', ...draft.notes.map((note) => `# TODO: ${oneLine(note)}`)] : []),
    '',
    'environments:',
    '  # The name that --env uses. Describe further environments beside it.',
    `  ${scalar(draft.name)}:`,
    '    # A run that finds itself in another account or Region is refused.',
    account === undefined
      ? '    account: # TODO: 12 digits in quotes, as in: aws sts get-caller-identity --query Account'
      : `    account: ${JSON.stringify(account)} # in quotes: as a number it would lose leading zeros`,
    region === undefined
      ? '    region: # TODO: the Region of the stack, such as us-east-1'
      : `    region: ${scalar(region)}`,
    '    # Where the stack is rebuilt when its own Region is lost.',
    recoveryRegion === undefined
      ? '    # recoveryRegion: us-west-2'
      : `    recoveryRegion: ${scalar(recoveryRegion)}`,
    '    # A profile of ~/.aws/config. Without it, the usual AWS environment variables and roles count.',
    '    # profile: operations',
    '    # true: an approval asks to type the name of the environment, and --yes needs a --reason.',
    '    protected: true',
    '',
    '    # What the service promises. Runs measure themselves against it.',
    ...objectiveLines(objectives),
    '',
    '    # CloudWatch alarms, by the part they play in a run.',
    '    alarms:',
    '      # Must be OK, and have data, before a change begins.',
    `      blocking:${alarmList.join('\n')}`,
    '      # Stop a change under way as soon as one of them fires.',
    `      stop:${alarmList.join('\n')}`,
    '      # Must be OK at the end, else the run has not succeeded.',
    `      success:${alarmList.join('\n')}`,
    '',
    '    # Two runbooks need more than the parts below; their pages have examples:',
    '    # secrets:  # what rotate-secrets rotates, and who loads it: docs/runbooks/rotate-secrets.md',
    '    # recovery: # what is prepared for dr-drill in the recovery Region: docs/runbooks/dr-drill.md',
    '',
    '    # The parts of the stack. What must be true of the backups of one: docs/runbooks/backup-verify.md',
    '    components:',
    ...draft.fleets.flatMap(fleetLines),
    ...(draft.clusters ?? []).flatMap(clusterLines),
    ...(draft.parts ?? []).flatMap(partLines),
  ];
  return `${lines.join('\n')}\n`;
}

function objectiveLines(objectives: Draft['objectives']): readonly string[] {
  const { rto, rpo, errorRate } = objectives ?? { rto: '1h', rpo: '15m', errorRate: 0.1 };
  const lines = [
    'objectives:',
    `  rto: ${rto} # longest time to recover. Units: ms, s, m, h, d, also together: 1h30m`,
    `  rpo: ${rpo} # longest time whose data may be lost`,
    `  errorRate: ${errorRate} # highest share of failed requests, in percent`,
  ];
  if (objectives !== undefined) return lines.map((line) => `    ${line}`);
  return [
    '    # TODO: take the "#" away and write your own numbers.',
    ...lines.map((line) => `    # ${line}`),
  ];
}

function fleetLines({
  component,
  group,
  targetGroup,
  healthUrl,
  healthUrlGuess,
}: FleetDraft): readonly string[] {
  return [
    '      # The name that --fleet uses.',
    `      ${scalar(component)}:`,
    '        type: auto-scaling-group',
    '        # Name of the Auto Scaling group.',
    `        group: ${scalar(group)}`,
    '        # Name, not ARN, of the target group that its nodes are registered in.',
    targetGroup === undefined
      ? '        targetGroup: # TODO: aws elbv2 describe-target-groups --query "TargetGroups[].TargetGroupName"'
      : `        targetGroup: ${scalar(targetGroup)}`,
    '        # Answers 2xx while the application serves its users. May be left out.',
    healthUrl === undefined
      ? `        # healthUrl: ${oneLine(healthUrlGuess ?? 'https://morpheus.example.com/health')} # TODO: correct it and take the "#" away`
      : `        healthUrl: ${scalar(healthUrl)}`,
  ];
}

function clusterLines({ component, cluster, longestOutage }: ClusterDraft): readonly string[] {
  return [
    '      # The name that --cluster uses.',
    `      ${scalar(component)}:`,
    '        type: aurora-cluster',
    '        # Identifier of the DB cluster.',
    `        cluster: ${scalar(cluster)}`,
    '        # Longest that users may notice a failover. Failover tests measure themselves against it.',
    longestOutage === undefined
      ? '        # longestOutage: 2m # TODO: take the "#" away and write your own number'
      : `        longestOutage: ${longestOutage}`,
  ];
}

/** The key that names each in AWS, and what it means. */
const naming: Readonly<Record<PartDraft['type'], readonly [key: string, meaning: string]>> = {
  broker: ['broker', 'Id of the broker.'],
  'file-system': ['fileSystem', 'Id of the file system.'],
  'rds-instance': ['instance', 'Identifier of the DB instance.'],
  'search-domain': ['domain', 'Name of the domain.'],
};

function partLines({ component, type, id }: PartDraft): readonly string[] {
  const [key, meaning] = naming[type];
  return [
    `      ${scalar(component)}:`,
    `        type: ${type}`,
    `        # ${meaning}`,
    `        ${key}: ${scalar(id)}`,
    '        # backup: # TODO: what must be true of its backups, as in docs/runbooks/backup-verify.md',
  ];
}

/** Quoted where YAML would read something else. */
const scalar = (text: string) => stringify(text, { lineWidth: 0, blockQuote: false }).slice(0, -'\n'.length);

/** A line break in a foreign name must not end the comment that it stands in. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
const oneLine = (text: string) => text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ');
