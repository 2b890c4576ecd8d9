import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new token: 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Hex SHA-256. Enough for tokens of 256 random bits: there is nothing to guess. */
export const hashOf = (secret: string): string =>
  createHash('sha256').update(secret, 'utf8').digest('hex');

/** Compares two hex hashes in a time that says nothing about where they differ. */
export function equalHashes(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}
