import { ownMember, setMember } from '../../own-member.ts';

export const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** Members that hold a secret wherever they stand, in any service. */
const secret =
  /password|secretstring|secretbinary|plaintext|ciphertextblob|privatekey|secretaccesskey|authtoken|tokencode|sessiontoken|customerkey/i;

/** Members that hold, or may hold, one in some operations. */
const secretIn: Readonly<Record<string, readonly string[]>> = {
  PutParameter: ['Value'],
  SendCommand: ['Parameters'],
  CreateConfiguration: ['Data'],
  UpdateConfiguration: ['Data'],
};

const sensitive = 'UserData';

/** S3 calls it otherwise in its events than in its API. */
const renamed: Readonly<Record<string, string>> = { Bucket: 'bucketName' };

const longest = 200;

/**
 * A call's input as CloudTrail writes it: members in lower camel case (`dBClusterIdentifier`), secrets hidden. What goes beyond so many
 * characters is left out, as are bytes.
 */
export function redacted(
  operation: string,
  input: unknown,
  characters: number,
): Record<string, unknown> | undefined {
  const isSecret = (member: string) =>
    secret.test(member) || (secretIn[operation]?.includes(member) ?? false);
  let left = characters;

  function copied(value: unknown): unknown {
    switch (typeof value) {
      case 'string': {
        const text = value.length > longest ? `${value.slice(0, longest)}...` : value;
        left -= text.length + 3;
        return text;
      }
      case 'number':
      case 'boolean':
        left -= 6;
        return value;
      case 'object':
        if (value === null || value instanceof Uint8Array) return undefined;
        if (value instanceof Date) return copied(value.toISOString());
        return Array.isArray(value) ? list(value) : members(value);
      default:
        return undefined;
    }
  }

  function list(values: readonly unknown[]): unknown[] {
    const copies: unknown[] = [];
    for (const value of values) {
      if (left <= 0) break;
      const copy = copied(value);
      if (copy !== undefined) copies.push(copy);
    }
    return copies;
  }

  function members(value: object): Record<string, unknown> {
    const copies: Record<string, unknown> = {};
    for (const [member, inner] of Object.entries(value)) {
      if (left <= 0) break;
      if (inner === undefined) continue;
      left -= member.length + 3;
      const copy = isSecret(member)
        ? hidden
        : member === sensitive
          ? '<sensitiveDataRemoved>'
          : copied(inner);
      if (copy !== undefined)
        setMember(
          copies,
          ownMember(renamed, member) ?? member.charAt(0).toLowerCase() + member.slice(1),
          copy,
        );
    }
    return copies;
  }

  if (typeof input !== 'object' || input === null) return undefined;
  const parameters = members(input);
  return Object.keys(parameters).length === 0 ? undefined : parameters;
}
