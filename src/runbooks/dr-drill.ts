import * as z from 'zod';
import { formatDuration, hours } from '../duration.ts';
import type { ReadContext } from '../engine/context.ts';
import { runbook } from '../engine/runbook.ts';
import { approve, type ListEntry, type StepReference, together } from '../engine/step.ts';
import { duration } from '../environment/duration-codec.ts';
import { UsageError } from '../errors.ts';
import { acceptanceProbes } from './parts/acceptance-probes.ts';
import { bringUpBrokers } from './parts/bring-up-broker.ts';
import { bringUpDatabases } from './parts/bring-up-database.ts';
import { bringUpFiles } from './parts/bring-up-files.ts';
import { bringUpFleets } from './parts/bring-up-fleet.ts';
import { bringUpSearch } from './parts/bring-up-search.ts';
import { callerIsInTheEnvironment } from './parts/caller.ts';
import { drillModes, markDrill, noOtherDrill } from './parts/drill-marker.ts';
import {
  dataLoss,
  declareStart,
  incidentHasBegun,
  recoveryTime,
  writeBeacon,
} from './parts/drill-measures.ts';
import { expiryOf } from './parts/drill-mode.ts';
import { keepFor, tearDown, whatStays } from './parts/drill-tear-down.ts';
import { copyKeptParameters, parametersStayInTheRegion } from './parts/node-parameters.ts';
import { momentText } from './parts/point-in-time.ts';
import { evaluation, evaluationHolds } from './parts/recovery-evaluation.ts';
import { recoveryPlan } from './parts/recovery-plan.ts';
import { type RecoverySet, recoverySetIsChosen, setText } from './parts/recovery-set.ts';
import { restoreOnNodes } from './parts/restore-on-nodes.ts';
import { staysHealthy } from './parts/sustained-health.ts';
import { switchTraffic } from './parts/switch-traffic.ts';

const parameters = z.strictObject({
  mode: z
    .enum(drillModes)
    .default('drill')
    .describe(
      'drill: beside production, taken down again; failover: the real thing, and users are sent there',
    ),
  evaluateOnly: z
    .boolean()
    .default(false)
    .describe('Look whether the stack could be rebuilt, and change nothing: for a daily job'),
  forPractice: z
    .boolean()
    .default(false)
    .describe(
      'Go on although something fails in the evaluation, or copies are too old, in a failover too; the run fails at its end all the same',
    ),
  incidentAt: z.iso
    .datetime({ offset: true, error: 'expected a time such as 2026-03-02T02:10:00Z' })
    .optional()
    .describe('When the incident began: the clock runs from then; without it from when the run is approved'),
  confirm: z
    .string()
    .optional()
    .describe(
      'What a failover asks to type, typed beforehand: the name of the environment and the word failover',
    ),
  keep: duration
    .optional()
    .describe(
      'Leave what a drill brought up standing for so long, with a reminder; runbook rollback takes it down',
    ),
  restoreTimeout: duration.default(hours(2)).describe('How long one restore job may take'),
});

type Chosen = z.output<typeof parameters>;

export const drDrill = runbook({
  id: 'dr-drill',
  title: 'Recovery in another Region',
  whenToUse:
    'Somebody wants to know whether and how fast the stack could be rebuilt in the recovery Region, or the home Region is lost: with --evaluate-only it looks and changes nothing',
  parameters,
  forms: [
    { title: 'Drill (`--mode drill`, the default): production stays as it is', parameters: {} },
    { title: 'Failover (`--mode failover`): the real thing', parameters: { mode: 'failover' } },
    { title: 'Evaluation (`--evaluate-only`)', parameters: { evaluateOnly: true } },
  ],
  // Undoing a failover sends users back: a person decides.
  safeToUndo: false,

  validate({ mode, keep, evaluateOnly }, environment) {
    const { stack } = recoveryPlan(environment);
    if (keep === undefined) return;
    if (mode === 'failover' || evaluateOnly)
      throw new UsageError({
        code: 'KEEP_WITHOUT_DRILL',
        message:
          '--keep leaves a drill standing for a while; a failover stays anyway, and an evaluation makes nothing',
        hint: 'Leave out --keep',
      });
    if (keep >= stack.longest)
      throw new UsageError({
        code: 'KEPT_TOO_LONG',
        message: `--keep ${formatDuration(keep)} is as long as a drill may stand at all: ${formatDuration(stack.longest)} (recovery.longest)`,
        hint: 'Keep it for a shorter time, or raise recovery.longest in runbook.yaml',
      });
  },

  steps(chosen) {
    const areas = evaluation(recovering(chosen));
    return [
      callerIsInTheEnvironment,
      ...(chosen.incidentAt === undefined ? [] : [incidentHasBegun(inUtc(chosen.incidentAt))]),
      ...areas,
      ...(chosen.evaluateOnly ? [] : [evaluationHolds(areas, chosen), ...recovering(chosen)]),
    ];
  },
});

/** In the order of what depends on what: storage, database, queue, search; then the load balancer and the application behind it. */
function recovering(chosen: Chosen): readonly ListEntry[] {
  const { mode, forPractice, incidentAt, keep } = chosen;
  const set = recoverySetIsChosen(forPractice);
  const declared = declareStart(incidentAt === undefined ? undefined : inUtc(incidentAt));
  const mark = markDrill(mode);
  const beacon = writeBeacon();
  const files = bringUpFiles(chosen, set);
  const databases = bringUpDatabases(chosen, set);
  const brokers = bringUpBrokers(chosen);
  const searches = bringUpSearch(chosen);
  const kept = copyKeptParameters(mode);
  const fleets = bringUpFleets(mode);
  const onNodes = restoreOnNodes(set);
  const probes = acceptanceProbes(set, mark);
  const sustained = staysHealthy();
  const traffic = switchTraffic();
  const [losses, skew] = dataLoss(declared, set);
  const made = [mark, beacon, files, databases, brokers, searches, kept, fleets, onNodes, probes, losses];

  return [
    noOtherDrill,
    set,
    mode === 'failover' ? failoverIsMeant(set, chosen.confirm) : drillIsMeant(set),
    declared,
    mark,
    ...(mode === 'drill' ? [beacon] : []),
    together({
      id: 'stores',
      title: 'Bring up everything that holds data, side by side',
      branches: [
        { id: 'storage', title: 'Restore the file systems', steps: [files] },
        { id: 'databases', title: 'Restore the databases', steps: [databases] },
        { id: 'queues', title: 'Make the brokers', steps: [brokers] },
        { id: 'searches', title: 'Make the search domains', steps: [searches] },
      ],
    }),
    kept,
    parametersStayInTheRegion(mode),
    fleets,
    onNodes,
    probes,
    sustained,
    ...(mode === 'failover' ? [traffic] : []),
    ...recoveryTime(declared, sustained, mode === 'failover' ? traffic : undefined, [
      { name: 'restoring the file systems', entry: files, after: [] },
      { name: 'restoring Aurora', entry: databases, after: [] },
      { name: 'making the broker', entry: brokers, after: [] },
      { name: 'making the search domain', entry: searches, after: [] },
      {
        name: 'bringing up the fleet',
        entry: fleets,
        after: [
          'restoring the file systems',
          'restoring Aurora',
          'making the broker',
          'making the search domain',
        ],
      },
      { name: 'restoring what only nodes can', entry: onNodes, after: ['bringing up the fleet'] },
      { name: 'the acceptance probes', entry: probes, after: ['restoring what only nodes can'] },
      ...(mode === 'failover'
        ? [
            { name: 'seeing that it stays healthy', entry: sustained, after: ['the acceptance probes'] },
            { name: 'sending users there', entry: traffic, after: ['seeing that it stays healthy'] },
          ]
        : []),
    ]),
    losses,
    skew,
    ...(mode === 'failover' ? [whatStays()] : keep === undefined ? tearDown(made) : keepFor(keep)),
  ];
}

const inUtc = (time: string): string => new Date(time).toISOString();

const evidenceOf = (context: ReadContext, set: StepReference<RecoverySet>) => {
  const { region, fleets, databases, files, brokers, searches } = recoveryPlan(context.environment);
  const named = (all: readonly { readonly name: string }[]) =>
    all.map(({ name }) => name).join(', ') || 'none';
  return [
    { label: 'Region', value: region },
    { label: 'Restored', value: `${named(files)}, ${named(databases)}` },
    { label: 'Made anew', value: `${named(brokers)}, ${named(searches)}` },
    {
      label: 'Fleets',
      value: fleets.map(({ name, recovery }) => `${name}: ${recovery.capacity} nodes`).join(', '),
    },
    { label: 'Copies', value: setText(context.outputOf(set), context) },
  ];
};

const drillIsMeant = (set: StepReference<RecoverySet>) =>
  approve({
    id: 'approval',
    title: 'Bring the stack up in the recovery Region, beside production?',
    ask: (context) => ({
      question: `Bring ${context.environment.name} up in ${recoveryPlan(context.environment).region}, beside production?`,
      evidence: [
        ...evidenceOf(context, set),
        {
          label: 'Production',
          value: 'serves on as it is: no user is sent elsewhere; with recovery.beacon one row is written',
        },
        ...(recoveryPlan(context.environment).stack.dns?.routing === 'failover'
          ? [
              {
                label: 'But',
                value:
                  'if the health check of production fails while the drill stands, Route 53 sends users to it (failover record)',
              },
            ]
          : []),
        {
          label: 'Taken down',
          value: `at the end, after a second approval; expires ${momentText(expiryOf(context))}`,
        },
        { label: 'Paid for', value: 'a whole stack, for one or two hours' },
      ],
    }),
  });

const failoverIsMeant = (set: StepReference<RecoverySet>, typed: string | undefined) =>
  approve({
    id: 'approval',
    title: 'Fail over to the recovery Region, with all users?',
    ask: (context) => ({
      question: `Fail ${context.environment.name} over to ${recoveryPlan(context.environment).region}, with all its users?`,
      evidence: [
        ...evidenceOf(context, set),
        { label: 'Lost', value: 'everything that was written after the copies were made' },
        {
          label: 'Way back',
          value:
            'users are sent home only if production serves there; what they write meanwhile stays in the recovery Region',
        },
      ],
      typeToConfirm: `${context.environment.name} failover`,
      mustBeTyped: true,
      typed,
    }),
  });
