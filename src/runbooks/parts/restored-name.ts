import { numberFrom } from './text-hash.ts';

/** RDS takes 63, and the name of the instance ends in `-1`. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
const longest = 60;

const digits = 8;

/**
 * A name that nothing else has: a letter first, then letters, digits and single hyphens, none at the end, as clusters and instances
 * must be called. It begins with the run's id; what had to be changed or cut is told apart by a number that follows from the whole.
 */
export function restoredName(runId: string, component: string): string {
  const whole = `${runId}-${component}`;
  const allowed = whole
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const begun = /^[a-z]/.test(allowed) ? allowed : `run-${allowed}`;
  if (begun === whole && begun.length <= longest) return begun;
  const kept = begun.slice(0, longest - digits - 1).replace(/-$/, '');
  return `${kept}-${numberFrom(whole).toString(16).padStart(digits, '0')}`;
}
