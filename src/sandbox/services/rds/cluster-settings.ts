import { AwsFault } from '../../service.ts';

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html: 8 to 41 printable ASCII characters, some of them not. */
export function newPassword(password = ''): string {
  const refuse = (reason: string) => new AwsFault('InvalidParameterValue', reason);
  if (password.length < 8)
    throw refuse(
      'The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.',
    );
  if (password.length > 41)
    throw refuse(
      'The parameter MasterUserPassword is not a valid password because it is longer than 41 characters.',
    );
  if (!/^[!#-.0-?A-~]+$/.test(password))
    throw refuse(
      `The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '"', ' ' may be used.`,
    );
  return password;
}

export function retention(days: number): number {
  if (days < 1 || days > 35)
    throw new AwsFault(
      'InvalidParameterValue',
      `Invalid backup retention period: ${days}. Retention period must be between 1 and 35`,
    );
  return days;
}

/** What would be accepted and then not happen is refused instead, so that nobody counts on it. */
export function refuseUnserved(input: object, members: readonly string[]): void {
  const asked = members.find((member) => Reflect.get(input, member) !== undefined);
  if (asked !== undefined)
    throw new AwsFault('InvalidParameterCombination', `${asked} is not supported by this sandbox.`);
}
