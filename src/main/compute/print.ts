// Pages as PDF, by a Chromium in the background: its own printing gives vector figures, real text, and an outline from the
// headings. It is spoken to over a pipe, sees only what it is given, and reaches no network.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { LabError } from '../../shared/errors.ts';
import { findBrowser } from './browser.ts';

/** Prints pages one after the other. */
export interface Printer {
  /** HTML that stands alone; the size of the paper is the page's own (@page). @throws LabError 'request' */
  print(html: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Milliseconds until the browser has to have answered a call. */
const patience = 120_000;

/** Null where this machine has no browser to print with. @throws LabError 'request' where it does not start */
export async function openPrinter(browser = findBrowser()): Promise<Printer | null> {
  if (browser === null) return null;
  const profile = mkdtempSync(join(tmpdir(), 'simbal-print-'));
  const child = spawn(browser, [...switches, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const protocol = new Protocol(child, browser);
  const close = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(kill, 3000);
    await ended;
    clearTimeout(late);
    process.off('exit', kill);
    // What its last processes still hold after that is left behind; the pages are printed.
    await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
  };
  try {
    const session = await openTab(protocol);
    return { print: (html) => printed(protocol, session, html), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

const switches = [
  '--headless',
  '--remote-debugging-pipe',
  // Its sandbox cannot be had as root, as in a container; the page it shows is the lab's own, without scripts.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-gpu',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
  '--proxy-server=127.0.0.1:9',
];

async function openTab(protocol: Protocol): Promise<string> {
  const { targetId } = await protocol.call<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await protocol.call<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  });
  await protocol.call('Page.enable', {}, sessionId);
  await protocol.call('Emulation.setScriptExecutionDisabled', { value: true }, sessionId);
  return sessionId;
}

async function printed(protocol: Protocol, session: string, html: string): Promise<Uint8Array> {
  const { frameTree } = await protocol.call<{ frameTree: { frame: { id: string } } }>('Page.getFrameTree', {}, session);
  await protocol.call('Page.setDocumentContent', { frameId: frameTree.frame.id, html }, session);
  const { data } = await protocol.call<{ data: string }>(
    'Page.printToPDF',
    { printBackground: true, preferCSSPageSize: true, generateDocumentOutline: true, generateTaggedPDF: true },
    session,
  );
  return Buffer.from(data, 'base64');
}

interface Answer {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

/** Calls of the DevTools protocol, each message ended by a zero byte. */
class Protocol {
  readonly #browser: string;
  readonly #out: Writable;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #rest: Buffer[] = [];
  #next = 1;
  #gone = false;

  constructor(child: ChildProcess, browser: string) {
    this.#browser = browser;
    this.#out = child.stdio[3] as Writable;
    const incoming = child.stdio[4] as Readable;
    this.#out.on('error', () => {});
    incoming.on('error', () => {});
    incoming.on('data', (bytes: Buffer) => this.#take(bytes));
    const lost = () => {
      this.#gone = true;
      for (const answer of this.#waiting.values()) answer({ error: { message: 'it ended' } });
    };
    child.once('error', lost);
    child.once('close', lost);
  }

  async call<Result>(method: string, params: object, sessionId?: string): Promise<Result> {
    const id = this.#next++;
    const { result, error } = await new Promise<Answer>((resolve) => {
      if (this.#gone) return resolve({ error: { message: 'it ended' } });
      const late = setTimeout(() => resolve({ error: { message: 'it did not answer' } }), patience);
      this.#waiting.set(id, (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      this.#out.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
    this.#waiting.delete(id);
    if (!error) return result as Result;
    throw new LabError('request', `The page could not be printed by ${this.#browser}: ${error.message}.`, {
      field: method,
      value: this.#browser,
      remedy: 'Print the HTML report from a browser, or name another Chromium in SIMBAL_CHROMIUM.',
    });
  }

  #take(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      const text = Buffer.concat([...this.#rest, bytes.subarray(start, end)]).toString('utf8');
      this.#rest = [];
      start = end + 1;
      const answer = JSON.parse(text) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    }
    if (start < bytes.length) this.#rest.push(bytes.subarray(start));
  }
}
