// What a browser has of a served lab once a person has opened its address: for tests alone.
import { WebSocket } from 'ws';
import { socketPath, socketProtocol } from '../../shared/desktop-bridge.ts';

export interface PageCredentials {
  /** Name and value. */
  cookie: string;
  origin: string;
  protocols: string[];
}

/** @param address as the lab prints it, with its token */
export async function credentialsOf(address: string | URL): Promise<PageCredentials> {
  const welcome = await fetch(address);
  const key = /data-key="([\w-]+)"/.exec(await welcome.text())![1]!;
  const cookie = welcome.headers.getSetCookie()[0]!.split(';')[0]!;
  return { cookie, origin: new URL(address).origin, protocols: [socketProtocol, key] };
}

/** The WebSocket of such a page, as its browser opens it. */
export function openPageSocket({ cookie, origin, protocols }: PageCredentials): WebSocket {
  return new WebSocket(`${origin.replace('http', 'ws')}${socketPath}`, protocols, { headers: { cookie, origin } });
}
