// Who may ask a served lab anything. Pure: a request's head in, a verdict out.
//
// Loopback alone protects nothing: every page in a browser of this machine can send requests to it. So each request has to
// name this server as its host (a name that was rebound to 127.0.0.1 does not), to come from no other page, and to bring a
// secret: the token once, in the address that a person opened, and from then on a cookie that scripts cannot read.
import type { IncomingMessage } from 'node:http';
import { sameSecret } from './secret.ts';

export interface Secrets {
  port: number;
  token: string;
  session: string;
}

export type Verdict =
  /** It brings the cookie. */
  | { kind: 'known' }
  /** It brings the token, and is to be given the cookie. */
  | { kind: 'newcomer' }
  | { kind: 'refused'; status: 401 | 403; reason: string };

export type RequestHead = Pick<IncomingMessage, 'headers' | 'url'>;

/** A cookie belongs to a host, not to a port: two labs keep theirs apart by its name. */
export const cookieName = (port: number): string => `simbal-lab-${port}`;

export function judge({ headers, url }: RequestHead, secrets: Secrets): Verdict {
  const { port, token, session } = secrets;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const host = headers.host?.toLowerCase() ?? '';
  if (!hosts.includes(host)) return refused(403, 'This address is not one of this lab.');
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return refused(403, 'Another page asked.');
  const given = tokenOf(url);
  if (given !== null && sameSecret(given, token)) return { kind: 'newcomer' };
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return refused(403, 'Another page asked.');
  const cookie = cookieOf(headers.cookie, cookieName(port));
  if (cookie !== null && sameSecret(cookie, session)) return { kind: 'known' };
  return refused(401, 'Open the address that the lab printed when it started; it holds the token.');
}

/** As `judge`, for a WebSocket: only a page of this lab opens one, and a page says where it came from. */
export function judgeUpgrade(head: RequestHead, secrets: Secrets): Verdict {
  const verdict = judge(head, secrets);
  if (verdict.kind === 'refused') return verdict;
  if (verdict.kind === 'newcomer' || head.headers.origin === undefined)
    return refused(403, 'No page of this lab asked.');
  return verdict;
}

const refused = (status: 401 | 403, reason: string): Verdict => ({ kind: 'refused', status, reason });

function tokenOf(url = '/'): string | null {
  return new URLSearchParams(url.split('?')[1] ?? '').get('token');
}

function cookieOf(header: string | undefined, name: string): string | null {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
}
