import { drawUuid } from '../../random.ts';
import type { World } from '../../world.ts';
import type { Operations } from '../operations.ts';
import { pageOf } from '../page.ts';
import { alreadyExists, badToken, invalidValue, missingValue, notFound } from './faults.ts';
import { arnOf, findPlan } from './find.ts';
import { checkRole } from './requests.ts';
import type { PlanState, SelectionState } from './state.ts';

/** Where only a selection is asked for, AWS calls the unknown plan an invalid value. https://github.com/hashicorp/terraform-provider-aws (service/backup) */
function planOf(world: World, id: string | undefined): PlanState {
  const plan = findPlan(world, id ?? '');
  if (plan === undefined || plan.deleted !== undefined)
    throw invalidValue(`Cannot find Backup plan with ID ${id}`);
  return plan;
}

function known(plan: PlanState, id: string | undefined): SelectionState {
  const found = plan.selections.find((selection) => selection.id === id);
  if (found === undefined) throw notFound(`Cannot find Backup selection with ID ${id}`);
  return found;
}

export const selectionOperations = {
  ListBackupSelections(world, { BackupPlanId, MaxResults, NextToken }) {
    const plan = planOf(world, BackupPlanId);
    const page = pageOf(plan.selections, MaxResults ?? 1000, NextToken, badToken);
    return {
      BackupSelectionsList: page.items.map(({ id, created, selection, creatorRequestId }) => ({
        SelectionId: id,
        SelectionName: selection.SelectionName,
        BackupPlanId: plan.id,
        CreationDate: created,
        ...(creatorRequestId !== undefined && { CreatorRequestId: creatorRequestId }),
        IamRoleArn: selection.IamRoleArn,
      })),
      NextToken: page.next,
    };
  },

  GetBackupSelection(world, { BackupPlanId, SelectionId }) {
    const plan = planOf(world, BackupPlanId);
    const { id, selection, created, creatorRequestId } = known(plan, SelectionId);
    return {
      BackupSelection: selection,
      SelectionId: id,
      BackupPlanId: plan.id,
      CreationDate: created,
      ...(creatorRequestId !== undefined && { CreatorRequestId: creatorRequestId }),
    };
  },

  CreateBackupSelection(world, { BackupPlanId, BackupSelection, CreatorRequestId }) {
    const plan = planOf(world, BackupPlanId);
    const answer = ({ id, created }: SelectionState) => ({
      SelectionId: id,
      BackupPlanId: plan.id,
      CreationDate: created,
    });
    const again = plan.selections.find(
      ({ creatorRequestId }) => creatorRequestId !== undefined && creatorRequestId === CreatorRequestId,
    );
    if (again !== undefined) return answer(again);
    if (BackupSelection === undefined) throw missingValue('BackupSelection is required.');
    checkRole(BackupSelection.IamRoleArn);
    const { SelectionName = '' } = BackupSelection;
    if (!/^[\w.-]{1,50}$/.test(SelectionName)) throw invalidValue(`Invalid selection name: ${SelectionName}`);
    if (plan.selections.some(({ selection }) => selection.SelectionName === SelectionName))
      throw alreadyExists('Backup selection with the same name already exists in this plan', {
        Arn: arnOf(world, `backup-plan:${plan.id}`),
      });
    const created: SelectionState = {
      id: drawUuid(world),
      created: world.now,
      selection: BackupSelection,
      ...(CreatorRequestId !== undefined && { creatorRequestId: CreatorRequestId }),
    };
    plan.selections.push(created);
    return answer(created);
  },

  DeleteBackupSelection(world, { BackupPlanId, SelectionId }) {
    const plan = planOf(world, BackupPlanId);
    const selection = known(plan, SelectionId);
    plan.selections = plan.selections.filter((other) => other !== selection);
    return {};
  },
} satisfies Operations<typeof import('@aws-sdk/client-backup')>;
