// The policy of every answer to a page, read as a browser reads it: directive by directive.
import { expect, test } from 'vitest';
import { pageHeaders } from './headers.ts';

/** @throws Error for a directive that is said twice: a browser would hear the first alone */
function directives(policy: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const directive of policy.split(';')) {
    const [name, ...sources] = directive.trim().split(/\s+/);
    if (found[name!]) throw new Error(`${name} is said twice.`);
    found[name!] = sources;
  }
  return found;
}

test.each([
  ["'self'", "'self'"],
  ["'none'", "'self'"],
  ["'none'", "'sha256-abc='"],
] as const)('connections to %s, scripts of %s, and nothing else from anywhere', (connect, script) => {
  const headers = pageHeaders(connect, script);
  expect(directives(headers['Content-Security-Policy']!)).toEqual({
    'default-src': ["'none'"],
    'script-src': [script],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'connect-src': [connect],
    'worker-src': ["'none'"],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
  });
  const { 'Content-Security-Policy': _, 'Permissions-Policy': permissions, ...rest } = headers;
  expect(rest).toEqual({
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
  for (const policy of permissions!.split(', ')) expect(policy).toMatch(/^[a-z-]+=\(\)$/);
});
