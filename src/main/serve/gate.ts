// Who may ask a served lab anything. Pure: a request's head in, a verdict out.
//
// Loopback alone protects nothing: every page in a browser of this machine can send requests to it, and so can every user. So
// each request has to name this machine as its host (a name that was rebound to 127.0.0.1 does not), to come from no page of
// another host and port than that, and to bring a secret: the token once, in the address that a person opened, and from then on a cookie that scripts
// cannot read. A browser sends that cookie to every port of this machine, whoever listens there; so the cookie opens the page's
// files alone, which are nobody's secret. The calls take a key besides, which the browser keeps for this very origin.
import type { IncomingMessage } from 'node:http';
import { socketProtocol } from '../../shared/desktop-bridge.ts';
import { derivedSecret, newSecret, sameSecret } from './secret.ts';

export interface Secrets {
  /** In the address that a person opens. */
  token: string;
  cookie: string;
  /** What a page's script brings to open its WebSocket. */
  key: string;
}

/** What was learned at one port is worth nothing at another. */
export const secretsOf = (session: string, port: number): Secrets => ({
  token: newSecret(),
  cookie: derivedSecret(session, `cookie ${port}`),
  key: derivedSecret(session, `key ${port}`),
});

export type Verdict =
  /** It brings the cookie. */
  | { kind: 'known' }
  /** It brings the token, and is to be given the cookie and the key. */
  | { kind: 'newcomer' }
  | { kind: 'refused'; status: 400 | 401 | 403; reason: string };

export type RequestHead = Pick<IncomingMessage, 'headers' | 'headersDistinct' | 'url'>;

/** At whatever port: a tunnel may end at another one than the lab's, and to a browser that is the lab's. */
const ownHost = /^(?:127\.0\.0\.1|localhost):\d{1,5}$/;

/** A cookie belongs to a host, not to a port: a browser keeps those of two labs apart by its name. @param host with its port */
export const cookieName = (host: string): string => `simbal-lab-${host.split(':')[1]}`;

export const pathOf = (url = ''): string => url.split('?')[0]!;

export function judge({ headers, headersDistinct, url = '' }: RequestHead, secrets: Secrets): Verdict {
  const host = headers.host?.toLowerCase() ?? '';
  if (!ownHost.test(host)) return refused(403, 'This address is not one of this lab.');
  // Two hosts, or one more in the request's line, mean different things to different readers.
  if (headersDistinct.host?.length !== 1 || !url.startsWith('/')) return refused(400, 'This is no plain request.');
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return refused(403, 'Another page asked.');
  const given = pathOf(url) === '/' ? new URLSearchParams(url.slice(1)).get('token') : null;
  if (given !== null && sameSecret(given, secrets.token)) return { kind: 'newcomer' };
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return refused(403, 'Another page asked.');
  const known = cookiesOf(headers.cookie, cookieName(host)).some((cookie) => sameSecret(cookie, secrets.cookie));
  return known ? { kind: 'known' } : refused(401, needsToken);
}

/** As `judge`, for a WebSocket: only a page of this lab opens one, and a page says where it came from and has the key. */
export function judgeUpgrade(head: RequestHead, secrets: Secrets): Verdict {
  const verdict = judge(head, secrets);
  if (verdict.kind === 'refused') return verdict;
  if (verdict.kind === 'newcomer' || head.headers.origin === undefined)
    return refused(403, 'No page of this lab asked.');
  const [protocol, key = ''] = (head.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  return protocol === socketProtocol && sameSecret(key, secrets.key) ? verdict : refused(401, needsToken);
}

const needsToken =
  'Open the address that the lab printed when it started; it holds the token, and the browser has to keep the cookie that it sets.';

const refused = (status: 400 | 401 | 403, reason: string): Verdict => ({ kind: 'refused', status, reason });

/** Several of one name may come: another server of this machine may have set one for a longer path, which goes first. */
function cookiesOf(header: string | undefined, name: string): string[] {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}
