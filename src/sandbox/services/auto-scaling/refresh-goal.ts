import type { LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import { templateVersionOf } from '../ec2/launch-templates.ts';
import { invalid } from './fleets.ts';
import type { FleetState, Member, RefreshState } from './state.ts';

/** A group has at most one refresh that has not ended. */
export const activeRefresh = (fleet: FleetState): RefreshState | undefined =>
  fleet.refreshes.find(({ shown }) =>
    ['Pending', 'InProgress', 'Baking', 'Cancelling', 'RollbackInProgress'].includes(shown.Status),
  );

/** What a new instance is launched from: a refresh under way already launches from the configuration that it leads to. */
export function launchTemplateOf(fleet: FleetState): LaunchTemplateSpecification {
  const refresh = activeRefresh(fleet);
  switch (refresh?.shown.Status) {
    case 'RollbackInProgress':
      return refresh.before;
    case 'InProgress':
    case 'Baking':
      return refresh.shown.DesiredConfiguration?.LaunchTemplate ?? fleet.group.LaunchTemplate;
    default:
      return fleet.group.LaunchTemplate;
  }
}

export function matches(world: World, member: Member, wanted: LaunchTemplateSpecification): boolean {
  const version = templateVersionOf(world, wanted);
  return (
    member.LaunchTemplate.LaunchTemplateId === version.LaunchTemplateId &&
    member.LaunchTemplate.Version === String(version.VersionNumber)
  );
}

/**
 * A launch template as a request names it, as the group then shows it.
 * @throws AwsFault where the request names it twice, or it does not exist
 */
export function specified(world: World, wanted: LaunchTemplateSpecification): LaunchTemplateSpecification {
  if ((wanted.LaunchTemplateId === undefined) === (wanted.LaunchTemplateName === undefined))
    throw invalid('Valid requests must contain either launchTemplateId or LaunchTemplateName');
  try {
    const { LaunchTemplateId, LaunchTemplateName } = templateVersionOf(world, wanted);
    return { LaunchTemplateId, LaunchTemplateName, Version: wanted.Version ?? '$Default' };
  } catch (error) {
    if (error instanceof AwsFault)
      throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
    throw error;
  }
}
