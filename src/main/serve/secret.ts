// Secrets of one served lab: 192 random bits each, compared in constant time.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const bits = 192;

export const newSecret = (): string => randomBytes(bits / 8).toString('base64url');

/** The time it takes says nothing about where they differ, nor about their lengths. */
export function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
