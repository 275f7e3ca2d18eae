// HTTP on loopback: the built page, and the calls over a WebSocket. It knows no lab: whoever starts it says what serves a client.
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { LabError } from '../../shared/errors.ts';
import type { Transport } from '../../shared/rpc.ts';
import { overWebSocket } from '../../shared/transports.ts';
import { pageHeaders } from '../page/headers.ts';
import type { PageFile, PageFiles } from '../page/page-files.ts';
import { judge, judgeUpgrade, pathOf, type Secrets, secretsOf } from './gate.ts';
import { type Route, routesOf } from './routes.ts';
import { newSecret } from './secret.ts';
import { welcome } from './welcome.ts';

export interface ServerOptions {
  files: PageFiles;
  /** 0 takes any that is free. */
  port: number;
  /** What the pages' secrets are made of, for those of an earlier server to be known again; a new one when left out. */
  session?: string;
  /** A page has connected. */
  serve(transport: Transport): void;
  /** Milliseconds between signs of life asked of each page. */
  heartbeat?: number;
  /** Milliseconds for a whole request, and for a client to go on reading its answer. */
  patience?: number;
}

export interface PageServer {
  readonly port: number;
  /** With its token: whoever has it has the lab. */
  readonly address: string;
  /** Every path that there is. */
  readonly paths: readonly string[];
  close(): Promise<void>;
}

/** Only this machine can reach it. */
const host = '127.0.0.1';
const limits = {
  connections: 128,
  pages: 32,
  /** Bytes of one message of a page. */
  message: 4 * 2 ** 20,
  headers: 16 * 1024,
};

/** @throws LabError 'request' for a port that cannot be had */
export async function startServer({
  files,
  port: wanted,
  session = newSecret(),
  serve,
  heartbeat = 30_000,
  patience = 10_000,
}: ServerOptions): Promise<PageServer> {
  const server = createServer({
    maxHeaderSize: limits.headers,
    headersTimeout: patience,
    requestTimeout: patience,
    // How late it may be noticed.
    connectionsCheckingInterval: patience / 10,
  });
  server.setTimeout(patience);
  server.maxConnections = limits.connections;
  const port = await listening(server, wanted);
  const secrets = secretsOf(session, port);
  const routes = routesOf(files);
  // Its types do not know closeTimeout yet.
  const speaking = { noServer: true, maxPayload: limits.message, perMessageDeflate: false, closeTimeout: patience };
  const sockets = new WebSocketServer(speaking);

  server.on('request', (request, response) => answer(request, response, routes, secrets));
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const verdict = judgeUpgrade(request, secrets);
    if (verdict.kind === 'refused') refuseUpgrade(socket, verdict.status);
    else if (routes.get(request.url!)?.kind !== 'socket') refuseUpgrade(socket, 404);
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
    paths: [...routes.keys()],
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

type Routes = ReadonlyMap<string, Route>;

function answer(request: IncomingMessage, response: ServerResponse, routes: Routes, secrets: Secrets): void {
  for (const [name, value] of Object.entries(pageHeaders("'self'"))) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-store');
  const verdict = judge(request, secrets);
  const route = routes.get(pathOf(request.url));
  const refusal = verdict.kind === 'refused' ? verdict : refusalOf(request);
  if (refusal) refuse(response, refusal);
  else if (verdict.kind === 'newcomer') welcome(response, request.headers.host!, secrets);
  else if (route?.kind === 'file') handOut(route.file, request, response);
  else refuse(response, { status: 404, reason: 'There is no such file.' });
}

interface Refusal {
  status: number;
  reason: string;
}

function refusalOf({ method, headers }: IncomingMessage): Refusal | null {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, reason: 'Only GET is answered.' };
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  return hasBody ? { status: 413, reason: 'A request has no body here.' } : null;
}

function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  // Whatever else is on its way is not read.
  response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}

function handOut({ file, type, immutable }: PageFile, { method }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Content-Type', type);
  if (immutable) response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
  if (method === 'HEAD') response.end();
  else pipeline(createReadStream(file), response, () => {});
}

/** At once: a client that keeps its own end open would keep its place among the connections. */
function refuseUpgrade(socket: Duplex, status: number): void {
  socket.once('finish', () => socket.destroy());
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
