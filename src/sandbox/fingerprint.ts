import { createHash } from 'node:crypto';

/** Tells later whether a request is the same, without keeping what it held. */
export const fingerprint = (request: object): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('base64url');
