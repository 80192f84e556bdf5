import { OperatorError } from '../errors.ts';
import { reveal, SecretValue } from './secret-value.ts';

/** What of a login in a secret a rotation reads or changes. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html */
export interface LoginFields {
  /** Member of the secret's JSON with the password; without it the whole text is the password, as with an API key. */
  readonly field?: string | undefined;
}

export type Users = 'one' | 'alternating';

/** As AWS's own rotation functions name the second user. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets_strategies.html */
const otherUser = (user: string): string => (user.endsWith('_clone') ? user.slice(0, -6) : `${user}_clone`);

/** The secret with another password, and where two users take turns with the other user. */
export function withPassword(
  secret: SecretValue,
  password: SecretValue,
  { field, users = 'one' }: LoginFields & { readonly users?: Users },
): SecretValue {
  if (field === undefined) return password;
  const content = contentOf(secret, field);
  const username = content['username'];
  return new SecretValue(
    JSON.stringify({
      ...content,
      ...(users === 'alternating' && typeof username === 'string' && { username: otherUser(username) }),
      [field]: reveal(password),
    }),
  );
}

/** @throws OperatorError where the secret has no such member */
export function passwordIn(secret: SecretValue, { field }: LoginFields): SecretValue {
  if (field === undefined) return secret;
  const password = contentOf(secret, field)[field];
  if (typeof password === 'string' && password !== '') return new SecretValue(password);
  throw notALogin(`it has no text under ${field}`);
}

/** The user's name, which is no secret. */
export function userIn(secret: SecretValue, { field }: LoginFields): string | undefined {
  const user = field === undefined ? undefined : contentOf(secret, field)['username'];
  return typeof user === 'string' ? user : undefined;
}

/** What the parser says of a text that is no JSON repeats a part of it, so none of that goes further. */
function contentOf(secret: SecretValue, field: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(reveal(secret));
  } catch {
    throw notALogin('it is no JSON');
  }
  if (typeof content === 'object' && content !== null && field in content) return { ...content };
  throw notALogin(`it has no ${field}`);
}

const notALogin = (why: string): OperatorError =>
  new OperatorError({
    code: 'SECRET_NOT_A_LOGIN',
    message: `The secret does not hold what its entry in runbook.yaml says: ${why}`,
    hint: 'Correct secrets.<name>.field in runbook.yaml; it is shown to nobody here, so look with: aws secretsmanager get-secret-value',
  });
