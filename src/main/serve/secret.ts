// Secrets of one served lab: 192 random bits each, compared in constant time.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const bytes = 192 / 8;

export const newSecret = (): string => randomBytes(bytes).toString('base64url');

/** Another secret for one use. Whoever learns it knows neither the one that it came from nor those for other uses. */
export const derivedSecret = (secret: string, use: string): string =>
  createHmac('sha256', secret).update(use).digest().subarray(0, bytes).toString('base64url');

/** The time it takes says nothing about where they differ, nor about their lengths. */
export function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
