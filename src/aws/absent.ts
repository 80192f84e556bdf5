import { AwsCallError } from '../errors.ts';

/** `undefined` instead of one of AWS's errors that say there is no such thing. */
export async function absentWhen<Answer>(
  awsCodes: readonly string[],
  ask: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AwsCallError && awsCodes.includes(error.awsCode)) return undefined;
    throw error;
  }
}
