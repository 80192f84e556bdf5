import type { ReadClients } from '../../aws/clients.ts';
import { describeKey } from '../../aws/kms.ts';
import type { KeySeen } from './backup-surroundings.ts';

/** Each of the keys, named by ARN, id or alias, as the Region that is asked knows it. */
export async function keysSeen(aws: ReadClients, keys: readonly string[]): Promise<readonly KeySeen[]> {
  const seen = new Map<string, KeySeen>();
  for (const key of new Set(keys)) {
    const found = await describeKey(aws, key);
    // Where an ARN names another Region, that is what is wrong with it, whatever is found.
    const arn = key.startsWith('arn:') ? key : (found?.Arn ?? `arn:aws:kms:${aws.region}::${key}`);
    seen.set(arn, { arn, region: aws.region, state: found?.KeyState });
  }
  return [...seen.values()];
}
