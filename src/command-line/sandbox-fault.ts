import { UsageError } from '../errors.ts';

/**
 * `service=rds calls=[1,3]`, as a scenario's file would have it: numbers, truth values and lists as such, the rest as text.
 * @throws UsageError for what has no `=`, or stands twice
 */
export function faultSettings(words: readonly string[]): Readonly<Record<string, unknown>> {
  const settings = new Map<string, unknown>();
  for (const word of words) {
    const [, key, value] = /^([A-Za-z][A-Za-z-]*)=(.*)$/s.exec(word) ?? [];
    if (key === undefined || value === undefined || settings.has(key)) {
      throw new UsageError({
        code: 'FAULT_INVALID',
        message:
          key !== undefined && settings.has(key)
            ? `${key} stands twice`
            : `${word} is not of the form KEY=VALUE`,
        hint: 'runbook sandbox inject throttle service=rds operation=Describe* lasts=5m',
      });
    }
    settings.set(key, settingIn(value));
  }
  return Object.fromEntries(settings);
}

function settingIn(text: string): unknown {
  if (!/^(?:-?\d|\[|true$|false$)/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // A duration, a date or a name that begins with a digit.
    return text;
  }
}
