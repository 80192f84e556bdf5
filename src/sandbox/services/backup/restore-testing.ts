import { drawUuid } from '../../random.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { parseCron } from './cron.ts';
import { alreadyExists, badToken, invalidRequest, invalidValue, missingValue, notFound } from './faults.ts';
import { arnOf } from './find.ts';
import { checkRole } from './requests.ts';
import type { TestingPlanState } from './state.ts';

function known(world: World, name: string | undefined): TestingPlanState {
  const found = world.backup.testingPlans.find(({ plan }) => plan.RestoreTestingPlanName === name);
  if (found === undefined) throw notFound(`Cannot find restore testing plan ${name}`);
  return found;
}

function knownSelection({ selections }: TestingPlanState, name: string | undefined) {
  const found = selections.find((selection) => selection.RestoreTestingSelectionName === name);
  if (found === undefined) throw notFound(`Cannot find restore testing selection ${name}`);
  return found;
}

/** Letters, digits and underscores. */
const isName = (name: string): boolean => /^[a-zA-Z0-9_]{1,50}$/.test(name);

export const restoreTestingOperations = {
  CreateRestoreTestingPlan(world, { RestoreTestingPlan, Tags, CreatorRequestId }) {
    const {
      RestoreTestingPlanName = '',
      ScheduleExpression = '',
      RecoveryPointSelection,
    } = RestoreTestingPlan ?? {};
    if (!isName(RestoreTestingPlanName))
      throw invalidValue(`Invalid restore testing plan name: ${RestoreTestingPlanName}`);
    if (parseCron(ScheduleExpression) === undefined)
      throw invalidValue(`Invalid cron expression: ${ScheduleExpression}`);
    if (RecoveryPointSelection === undefined) throw missingValue('RecoveryPointSelection is required.');
    if (world.backup.testingPlans.some(({ plan }) => plan.RestoreTestingPlanName === RestoreTestingPlanName))
      throw alreadyExists('Restore testing plan with the same name already exists', {});
    const plan = {
      ScheduleExpressionTimezone: 'Etc/UTC',
      StartWindowHours: 24,
      ...RestoreTestingPlan,
      RestoreTestingPlanName,
      ScheduleExpression,
      RecoveryPointSelection,
      CreationTime: world.now,
      RestoreTestingPlanArn: arnOf(
        world,
        `restore-testing-plan:${RestoreTestingPlanName}-${drawUuid(world)}`,
      ),
      ...(CreatorRequestId !== undefined && { CreatorRequestId }),
    };
    world.backup.testingPlans.push({ plan, selections: [], tags: Tags ?? {} });
    const { CreationTime, RestoreTestingPlanArn } = plan;
    return { CreationTime, RestoreTestingPlanArn, RestoreTestingPlanName };
  },

  GetRestoreTestingPlan: (world, { RestoreTestingPlanName }) => ({
    RestoreTestingPlan: known(world, RestoreTestingPlanName).plan,
  }),

  ListRestoreTestingPlans(world, { MaxResults, NextToken }) {
    const page = pageOf(world.backup.testingPlans, MaxResults ?? 1000, NextToken, badToken);
    return { RestoreTestingPlans: page.items.map(({ plan }) => plan), NextToken: page.next };
  },

  DeleteRestoreTestingPlan(world, { RestoreTestingPlanName }) {
    const state = known(world, RestoreTestingPlanName);
    if (state.selections.length > 0)
      throw invalidRequest(
        'Related restore testing selections must be deleted prior to restore testing plan deletion',
      );
    world.backup.testingPlans = world.backup.testingPlans.filter((other) => other !== state);
    return {};
  },

  CreateRestoreTestingSelection(
    world,
    { RestoreTestingPlanName, RestoreTestingSelection, CreatorRequestId },
  ) {
    const state = known(world, RestoreTestingPlanName);
    const { RestoreTestingSelectionName = '', ProtectedResourceType } = RestoreTestingSelection ?? {};
    if (!isName(RestoreTestingSelectionName))
      throw invalidValue(`Invalid restore testing selection name: ${RestoreTestingSelectionName}`);
    if (ProtectedResourceType === undefined) throw missingValue('ProtectedResourceType is required.');
    const role = checkRole(RestoreTestingSelection?.IamRoleArn);
    if (state.selections.some((other) => other.RestoreTestingSelectionName === RestoreTestingSelectionName))
      throw alreadyExists('Restore testing selection with the same name already exists', {});
    const { RestoreTestingPlanArn, RestoreTestingPlanName: planName } = state.plan;
    state.selections.push({
      ValidationWindowHours: 0,
      ...RestoreTestingSelection,
      RestoreTestingSelectionName,
      ProtectedResourceType,
      IamRoleArn: role,
      RestoreTestingPlanName: planName,
      CreationTime: world.now,
      ...(CreatorRequestId !== undefined && { CreatorRequestId }),
    });
    return {
      CreationTime: world.now,
      RestoreTestingPlanArn,
      RestoreTestingPlanName: planName,
      RestoreTestingSelectionName,
    };
  },

  GetRestoreTestingSelection: (world, { RestoreTestingPlanName, RestoreTestingSelectionName }) => ({
    RestoreTestingSelection: knownSelection(
      known(world, RestoreTestingPlanName),
      RestoreTestingSelectionName,
    ),
  }),

  ListRestoreTestingSelections(world, { RestoreTestingPlanName, MaxResults, NextToken }) {
    const page = pageOf(
      known(world, RestoreTestingPlanName).selections,
      MaxResults ?? 1000,
      NextToken,
      badToken,
    );
    return { RestoreTestingSelections: page.items, NextToken: page.next };
  },

  DeleteRestoreTestingSelection(world, { RestoreTestingPlanName, RestoreTestingSelectionName }) {
    const state = known(world, RestoreTestingPlanName);
    const selection = knownSelection(state, RestoreTestingSelectionName);
    state.selections = state.selections.filter((other) => other !== selection);
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
