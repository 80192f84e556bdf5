import type { World } from '../../world.ts';
import { callerArn, callerRole } from './caller.ts';
import type { Context } from './conditions.ts';
import { evaluate } from './evaluate.ts';
import { policiesOf, roleNamed } from './policies.ts';

/**
 * Why the caller may not do this, as AWS words it; `undefined` where it may. Without a resource, it is enough that the action is allowed
 * on some resource. In an account that has not the caller's role, nothing is denied.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialOf(
  world: World,
  action: string,
  resource?: string,
  context: Context = {},
): string | undefined {
  const role = roleNamed(world, callerRole);
  if (role === undefined) return undefined;
  const { decision } = evaluate(policiesOf(world, role), {
    action,
    resource,
    context: {
      'aws:principalarn': [role.role.Arn],
      'aws:principalaccount': [world.account],
      'aws:requestedregion': [world.region],
      ...context,
    },
  });
  if (decision === 'allowed') return undefined;
  const asked = `User: ${callerArn(world)} is not authorized to perform: ${action}${resource === undefined ? '' : ` on resource: ${resource}`}`;
  return decision === 'explicitDeny'
    ? `${asked} with an explicit deny in an identity-based policy`
    : `${asked} because no identity-based policy allows the ${action} action`;
}
