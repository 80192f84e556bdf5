import type { MasterUserOptions } from '@aws-sdk/client-opensearch';
import { type Sealed, seal } from '../../sealed.ts';
import type { World } from '../../world.ts';
import { invalid } from './known-domain.ts';

/** @throws AwsFault where name or password are refused */
export function masterUser(
  world: World,
  { MasterUserName, MasterUserPassword, MasterUserARN }: MasterUserOptions,
): { readonly user: string; readonly password: Sealed } | undefined {
  if (MasterUserARN !== undefined && (MasterUserName ?? MasterUserPassword) !== undefined)
    throw invalid('You must specify either a master user ARN or a master user name and password, not both.');
  if (MasterUserARN !== undefined) return undefined;
  if (MasterUserName === undefined || MasterUserPassword === undefined)
    throw invalid('You must specify both a master user name and a master user password.');
  if (MasterUserPassword.length < 8 || MasterUserPassword.length > 128)
    throw invalid('The master user password must be between 8 and 128 characters long.');
  if (![/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z0-9]/].every((kind) => kind.test(MasterUserPassword)))
    throw invalid(
      'The master user password must contain at least one uppercase letter, one lowercase letter, one number, and one special character.',
    );
  return { user: MasterUserName, password: seal(world, MasterUserPassword) };
}
