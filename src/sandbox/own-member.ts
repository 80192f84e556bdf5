/**
 * What a record holds under a name that a client gave. Plain reading would also find what every object inherits, such as
 * `constructor` and `__proto__`.
 */
export const ownMember = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** Plain writing under `__proto__` would not make a member. */
export function setMember<Value>(record: Record<string, Value>, name: string, value: Value): void {
  Object.defineProperty(record, name, { value, configurable: true, enumerable: true, writable: true });
}
