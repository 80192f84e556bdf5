const values = new WeakMap<SecretValue, string>();

const shown = '[secret]';

/**
 * A secret's text on its way from one call to the next. Whatever is printed, logged, joined into a text or written as JSON of it is
 * `[secret]`: the text itself is no property of it, and only `reveal` gives it, for the input of a call.
 */
export class SecretValue {
  constructor(text: string) {
    values.set(this, text);
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  /** What `console.log` and `util.inspect` ask. https://nodejs.org/api/util.html#custom-inspection-functions-on-objects */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}

/** For the input of an SDK command and for nothing else: docs/architecture.md names who may import it. */
export const reveal = (secret: SecretValue): string => values.get(secret) ?? '';
