// HTTP on loopback: the built page, and the calls over a WebSocket. It knows no lab: whoever starts it says what serves a client.
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { socketPath } from '../../shared/desktop-bridge.ts';
import { LabError } from '../../shared/errors.ts';
import type { Transport } from '../../shared/rpc.ts';
import { overWebSocket } from '../../shared/transports.ts';
import { pageHeaders } from '../page/headers.ts';
import type { PageFile, PageFiles } from '../page/page-files.ts';
import { cookieName, judge, judgeUpgrade, type Secrets } from './gate.ts';
import { newSecret } from './secret.ts';

export interface ServerOptions {
  files: PageFiles;
  /** 0 takes any that is free. */
  port: number;
  /** What the cookie holds, for pages of an earlier server to be known again; a new one when left out. */
  session?: string;
  /** A page has connected. */
  serve(transport: Transport): void;
  /** Milliseconds between signs of life asked of each page. */
  heartbeat?: number;
}

export interface PageServer {
  readonly port: number;
  /** With its token: whoever has it has the lab. */
  readonly address: string;
  close(): Promise<void>;
}

/** Only this machine can reach it. */
const host = '127.0.0.1';
const limits = {
  connections: 128,
  pages: 16,
  /** Bytes of one message of a page. */
  message: 4 * 2 ** 20,
  headers: 16 * 1024,
  /** Milliseconds for a whole request. */
  request: 10_000,
};

/** @throws LabError 'request' for a port that cannot be had */
export async function startServer({
  files,
  port: wanted,
  session = newSecret(),
  serve,
  heartbeat = 30_000,
}: ServerOptions): Promise<PageServer> {
  const server = createServer({
    maxHeaderSize: limits.headers,
    headersTimeout: limits.request,
    requestTimeout: limits.request,
  });
  server.maxConnections = limits.connections;
  const port = await listening(server, wanted);
  const secrets: Secrets = { port, token: newSecret(), session };
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.message, perMessageDeflate: false });

  server.on('request', (request, response) => answer(request, response, files, secrets));
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const verdict = judgeUpgrade(request, secrets);
    if (verdict.kind === 'refused') refuseUpgrade(socket, verdict.status);
    else if (request.url !== socketPath) refuseUpgrade(socket, 404);
    else if (sockets.clients.size >= limits.pages) refuseUpgrade(socket, 503);
    else {
      sockets.handleUpgrade(request, socket, head, (client) => {
        keepAlive(client, heartbeat);
        serve(overWebSocket(client as never));
      });
    }
  });

  return {
    port,
    address: `http://${host}:${port}/?token=${secrets.token}`,
    async close() {
      for (const client of sockets.clients) client.terminate();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listening(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
    const why = code === 'EADDRINUSE' ? 'another program has it' : message;
    reject(
      new LabError('request', `The lab cannot be served on port ${port}: ${why}.`, {
        field: 'port',
        value: String(port),
        remedy: 'Choose another port, or 0 for any that is free.',
      }),
    );
  });
  server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  return promise;
}

function answer(request: IncomingMessage, response: ServerResponse, files: PageFiles, secrets: Secrets): void {
  for (const [name, value] of Object.entries(pageHeaders("'self'"))) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-store');
  const refusal = refusalOf(request, files, secrets);
  if (refusal) {
    // Whatever else is on its way is not read.
    response.setHeader('Connection', 'close');
    response.writeHead(refusal.status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${refusal.reason}\n`);
  } else if (judge(request, secrets).kind === 'newcomer') welcome(response, secrets);
  else handOut(files.get(pathOf(request))!, request, response);
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?')[0]!;

function refusalOf(request: IncomingMessage, files: PageFiles, secrets: Secrets) {
  const { method, headers } = request;
  const verdict = judge(request, secrets);
  if (verdict.kind === 'refused') return verdict;
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, reason: 'Only GET is answered.' };
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  if (hasBody) return { status: 413, reason: 'A request has no body here.' };
  if (verdict.kind === 'known' && !files.has(pathOf(request))) return { status: 404, reason: 'There is no such file.' };
  return null;
}

function handOut({ file, type, immutable }: PageFile, { method }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Content-Type', type);
  if (immutable) response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
  if (method === 'HEAD') response.end();
  else pipeline(createReadStream(file), response, () => {});
}

/**
 * Gives the cookie and leads to the page itself, so that the token leaves the address bar. A redirect would not do: to a
 * browser that followed a link it still is a request of another site, on which it sends no strict cookie.
 */
function welcome(response: ServerResponse, { port, session }: Secrets): void {
  response.setHeader('Set-Cookie', `${cookieName(port)}=${session}; HttpOnly; SameSite=Strict; Path=/`);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  const head = '<meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><link rel="icon" href="data:,">';
  response.end(`<!doctype html>${head}<title>SimBal Lab</title>\n`);
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** A page that is gone without a word (a laptop asleep, a tunnel that broke) does not keep its place. */
function keepAlive(client: WebSocket, interval: number): void {
  let alive = true;
  client.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive) client.terminate();
    alive = false;
    client.ping();
  }, interval);
  client.on('close', () => clearInterval(timer));
}
