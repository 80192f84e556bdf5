import type { ChangeClients } from '../../aws/clients.ts';
import { passwordIn, userIn } from '../../aws/login-in-secret.ts';
import { describeSecret, getSecretValue } from '../../aws/secrets-manager.ts';
import { OperatorError } from '../../errors.ts';

/** Lists what `replicatedLogin` calls, for `uses`. */
export const loginReads = [describeSecret, getSecretValue];

/** The login that nodes of the Region will use, from the secret's replica there. Its password is shown to nobody. */
export async function replicatedLogin(aws: ChangeClients, secret: string) {
  const stages = (await describeSecret(aws, secret))?.VersionIdsToStages ?? {};
  const current = Object.entries(stages).find(([, names]) => names.includes('AWSCURRENT'))?.[0];
  if (current === undefined) throw noReplica(secret, aws.region);
  const value = await getSecretValue(aws, secret, current);
  const user = userIn(value, { field: 'password' });
  if (user === undefined) throw noReplica(secret, aws.region);
  return { user, password: passwordIn(value, { field: 'password' }) };
}

const noReplica = (secret: string, region: string): OperatorError =>
  new OperatorError({
    code: 'SECRET_NOT_REPLICATED',
    message: `Secret ${secret} is not in ${region} with a user name and a password: nothing could be made there that nodes can log in to`,
    hint: `aws secretsmanager replicate-secret-to-regions --secret-id ${secret} --add-replica-regions Region=${region}`,
  });
