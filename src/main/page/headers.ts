// What every answer to a page carries, from every door: scripts and requests to nowhere but where the page came from.

/**
 * @param connect what the page may open connections to: 'self' for a served page, 'none' for one with a port to its lab
 * @param script what it may run: its own files, or what has a hash
 */
export function pageHeaders(connect: "'self'" | "'none'", script = "'self'"): Record<string, string> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      `script-src ${script}`,
      "style-src 'self'",
      // A figure becomes a PNG by way of an image of its own.
      "img-src 'self' data: blob:",
      "font-src 'self'",
      `connect-src ${connect}`,
      // Without a line of its own it would take that of scripts.
      "worker-src 'none'",
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
