// What every answer to a page carries, from every door: scripts and requests to nowhere but where the page came from.

/** `connect` is what the page may open connections to: 'self' for a served page, 'none' for one with a port to its lab. */
export function pageHeaders(connect: "'self'" | "'none'"): Record<string, string> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      // A figure becomes a PNG by way of an image of its own.
      "img-src 'self' data: blob:",
      "font-src 'self'",
      `connect-src ${connect}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), usb=(), serial=(), display-capture=()',
  };
}
