/** A span of time in milliseconds. Written by people as `90s`, `15m`, `1h30m`, `7d`. */
export type Milliseconds = number;

const unitMilliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMilliseconds;

const written = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

export const seconds = (count: number): Milliseconds => count * unitMilliseconds.s;
export const minutes = (count: number): Milliseconds => count * unitMilliseconds.m;
export const hours = (count: number): Milliseconds => count * unitMilliseconds.h;

/** @returns the span, or `undefined` where `text` is no duration such as `90s` or `1h30m` */
export function parseDuration(text: string): Milliseconds | undefined {
  if (!written.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(part)) total += Number(count) * unitMilliseconds[unit as Unit];
  return Math.round(total);
}

/** The two largest units that matter: `850ms`, `42s`, `3m 05s`, `1h 12m`, `2d 4h`. */
export function formatDuration(span: Milliseconds): string {
  if (span < 0) return `-${formatDuration(-span)}`;
  if (span < 1000) return `${Math.round(span)}ms`;
  const total = Math.round(span / 1000);
  const [d, h, m, s] = [
    Math.floor(total / 86_400),
    Math.floor(total / 3600) % 24,
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  const two = (count: number) => String(count).padStart(2, '0');
  if (d > 0) return h > 0 ? `${d}d ${h}h` : `${d}d`;
  if (h > 0) return m > 0 ? `${h}h ${two(m)}m` : `${h}h`;
  if (m > 0) return s > 0 ? `${m}m ${two(s)}s` : `${m}m`;
  return `${s}s`;
}

/** The shortest text that `parseDuration` reads back as the same span. */
export function formatExactDuration(span: Milliseconds): string {
  let rest = span;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / unitMilliseconds[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMilliseconds[unit];
  }
  return text === '' ? '0s' : text;
}
