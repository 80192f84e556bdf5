import * as z from 'zod';
import { formatDuration, minutes } from '../duration.ts';
import { runbook } from '../engine/runbook.ts';
import { approve, forEach, type ListEntry, type StepReference } from '../engine/step.ts';
import { duration } from '../environment/duration-codec.ts';
import { blockingAlarmsAreOk, otherAlarmsAreReady, successAlarmsAreOk } from './parts/alarms.ts';
import { callerIsInTheEnvironment } from './parts/caller.ts';
import { fleetIsSteady, nothingElseIsUnderWay } from './parts/fleet-checks.ts';
import { fleetExists } from './parts/fleet-facts.ts';
import { keysAndCertificates } from './parts/keys-and-certificates.ts';
import { withdrawLeftOver } from './parts/left-over-version.ts';
import { everyNodeIsInReach, mayBeRotated } from './parts/ready-to-rotate.ts';
import { retireBefore } from './parts/retire-version.ts';
import { rotateByFunction } from './parts/rotate-by-function.ts';
import { rotateByTool } from './parts/rotate-by-tool.ts';
import { namedSecrets, refuseMisfits } from './parts/rotated-secrets.ts';
import { rotationEvidence } from './parts/rotation-evidence.ts';
import {
  exampleByFunction,
  exampleByTool,
  itemsFor,
  type RotationItem,
  rotationItem,
} from './parts/rotation-item.ts';
import { type AllFacts, secretsAreKnown } from './parts/secret-facts.ts';
import { secretResources } from './parts/secret-resources.ts';
import { takeUpVersion } from './parts/take-up-version.ts';
import { currentLoginWorks } from './parts/test-logins.ts';

const count = z.coerce.number().int().min(1).max(1000);

const parameters = z.strictObject({
  secret: z
    .string()
    .optional()
    .describe(
      'Secrets to rotate, as named in runbook.yaml, or tag:Key=Value, joined by commas; without it those that are older than their maxAge',
    ),
  leftOver: z
    .enum(['stop', 'resume', 'withdraw'])
    .default('stop')
    .describe(
      'What becomes of a rotation that did not finish: stop and explain; resume it; withdraw it and rotate anew',
    ),
  canary: count.default(1).describe('Nodes that take a new version up first'),
  batch: count.default(1).describe('Nodes that take it up at once after the canary'),
  soak: duration
    .optional()
    .describe('How long nodes must work with a new version; as configured without it (5m)'),
  drainTime: duration
    .default(minutes(6))
    .describe('How long a node that is to restart may take to answer its last requests'),
  functionTimeout: duration
    .default(minutes(15))
    .describe('How long a rotation function may take, with its retries'),
  rebootTimeout: duration.default(minutes(30)).describe('How long a broker may take to reboot'),
});

type Chosen = z.output<typeof parameters>;

export const rotateSecrets = runbook({
  id: 'rotate-secrets',
  title: 'Rotation of secrets',
  whenToUse:
    'Passwords or keys of an application are older than the policy allows, or somebody may have seen one: each gets a new value, and the old one counts as gone only when every node has proven that it uses the new one',
  parameters,
  forms: [{ title: 'What is due, or what `--secret` names', parameters: {} }],
  safeToUndo: true,

  validate({ secret }, environment) {
    refuseMisfits(environment, namedSecrets(environment, secret));
  },

  resources: secretResources,

  steps(chosen) {
    const secrets = secretsAreKnown(chosen.secret);
    return [
      callerIsInTheEnvironment,
      secrets,
      keysAndCertificates,
      forEach({
        id: 'rotation',
        title: 'If anything is to be rotated',
        item: z.object({ secrets: z.array(rotationItem) }),
        async items({ environment, outputOf }) {
          const items = itemsFor(environment, outputOf(secrets), chosen.leftOver);
          return items.length === 0 ? [] : [{ secrets: [...items] }];
        },
        key: () => 'secrets',
        steps: (meant) => rotateAll(meant.secrets, chosen, secrets),
        example: { secrets: [exampleByFunction, exampleByTool] },
      }),
    ];
  },
});

function rotateAll(
  items: readonly RotationItem[],
  chosen: Chosen,
  secrets: StepReference<AllFacts>,
): readonly ListEntry[] {
  return [
    forEach({
      id: 'readiness',
      title: 'Look at each secret and its component',
      item: rotationItem,
      items: async () => items,
      key: ({ name }) => name,
      steps: ({ name }) => [mayBeRotated(name, chosen.leftOver, secrets)],
      example: exampleByTool,
    }),
    forEach({
      id: 'fleets',
      title: 'Look at each fleet that uses one of them',
      item: z.object({ fleet: z.string() }),
      items: async () =>
        [...new Set(items.flatMap(({ consumers }) => consumers.map(({ fleet }) => fleet)))].map((fleet) => ({
          fleet,
        })),
      key: ({ fleet }) => fleet,
      steps(consumer) {
        const fleet = fleetExists(consumer.fleet);
        return [
          fleet,
          fleetIsSteady(fleet),
          nothingElseIsUnderWay('node-by-node', fleet),
          everyNodeIsInReach(consumer.fleet),
        ];
      },
      example: { fleet: 'app' },
    }),
    blockingAlarmsAreOk,
    otherAlarmsAreReady,
    approve({
      id: 'approval',
      title: 'Rotate these secrets?',
      ask: ({ environment, outputOf }) => ({
        question: `Rotate ${items.map(({ name }) => name).join(', ')} in ${environment.name}?`,
        evidence: [
          ...rotationEvidence(environment, items, outputOf(secrets)),
          {
            label: 'How',
            value: `canary of ${chosen.canary}, then ${chosen.batch} at a time; ${chosen.soak === undefined ? 'each soaks as configured' : `each soaks for ${formatDuration(chosen.soak)}`}`,
          },
          {
            label: 'Way back',
            value:
              'the component gets the password before, the stages go back, nodes load it again; until a version is retired',
          },
        ],
      }),
    }),
    forEach({
      id: 'by-function',
      title: 'Have the functions of those secrets that have one rotate them, and their users take them up',
      item: rotationItem,
      items: async () => items.filter(({ way }) => way === 'function'),
      key: ({ name }) => name,
      steps: (item) => [
        ...foundOut(item, secrets),
        ...rotateByFunction(item, chosen.functionTimeout, secrets),
        takeUpVersion(item, chosen),
      ],
      example: exampleByFunction,
    }),
    forEach({
      id: 'by-tool',
      title: 'Rotate the others, and have their users take them up',
      item: rotationItem,
      items: async () => items.filter(({ way }) => way === 'tool'),
      key: ({ name }) => name,
      steps: (item) => [
        ...foundOut(item, secrets),
        ...rotateByTool(item, chosen.rebootTimeout, secrets),
        takeUpVersion(item, chosen),
      ],
      example: exampleByTool,
    }),
    retireBefore(items, secrets),
    successAlarmsAreOk,
  ];
}

/** Which password works now, before anything is put or set. */
const foundOut = (item: RotationItem, secrets: StepReference<AllFacts>): readonly ListEntry[] => [
  currentLoginWorks(item.name, item.leftOver?.version, secrets),
  ...(item.leftOver?.how === 'withdraw' ? [withdrawLeftOver(item, secrets)] : []),
];
