// What the address with the token answers: the cookie, and a page that keeps the key and leads on to the lab's own page, so that
// the token leaves the address bar and the history of the tab. A redirect would not do: to a browser that followed a link it
// still is a request of another site, on which it sends no strict cookie.
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { pageKeyName } from '../../shared/desktop-bridge.ts';
import { pageHeaders } from '../page/headers.ts';
import { cookieName, type Secrets } from './gate.ts';

/** The same for everybody, so that its hash can be all that the policy lets run. */
const script = `try{localStorage.setItem('${pageKeyName}',document.currentScript.dataset.key)}finally{location.replace('/')}`;
const scriptHash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/** @param host that was asked, with its port */
export function welcome(response: ServerResponse, host: string, { cookie, key }: Secrets): void {
  for (const [name, value] of Object.entries(pageHeaders("'none'", scriptHash))) response.setHeader(name, value);
  response.setHeader('Set-Cookie', `${cookieName(host)}=${cookie}; HttpOnly; SameSite=Strict; Path=/`);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  const head = '<meta charset="utf-8"><link rel="icon" href="data:,"><title>SimBal Lab</title>';
  response.end(`<!doctype html>${head}<script data-key="${key}">${script}</script>\n`);
}
