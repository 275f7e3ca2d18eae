// Calls and events over anything that carries messages: a client and a server over {send, onMessage}. A message is a member
// of a union told apart by `type`; the methods are the closed list of api.ts; errors travel as data.
import { z } from 'zod';
import type { Api, ApiEvent, ApiHandlers, Call, CallOptions } from './api.ts';
import { calls } from './api.ts';
import { pathText, valueText } from './config/problems.ts';
import { type ErrorData, LabError } from './errors.ts';
import { withinSize } from './message-size.ts';

/** A channel for plain data: structured clone, or what wire.ts carries. */
export interface Transport {
  /** To a closed one, nothing is sent and nothing is thrown. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once; at once where it is closed already. */
  onClose(listener: () => void): void;
  close(): void;
}

const number = z.int().min(0);
const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id: number, method: z.string().max(100), input: z.unknown() }),
  z.strictObject({ type: z.literal('cancel'), id: number }),
  /** From now on, events are wanted. */
  z.strictObject({ type: z.literal('watch') }),
]);

export type ClientMessage = z.infer<typeof clientMessage>;
export type ServerMessage =
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'refusal'; id: number; error: ErrorData }
  | { type: 'event'; event: ApiEvent };

/** Calls of one client that may be under way at once. */
const mostCalls = 256;

// ---------------------------------------------------------------------------------------------------------------- server

export interface CallServer {
  handlers: ApiHandlers;
  /** Passes events on until it is told to stop. */
  watch(listener: (event: ApiEvent) => void): () => void;
}

/** One message for all clients that watch: what carries it may then encode it once. */
const eventMessages = new WeakMap<ApiEvent, ServerMessage>();

function eventMessage(event: ApiEvent): ServerMessage {
  const message = eventMessages.get(event) ?? { type: 'event', event };
  eventMessages.set(event, message);
  return message;
}

/** Answers one client until its transport closes, which cancels what it still waits for. */
export function serveCalls(transport: Transport, { handlers, watch }: CallServer): void {
  const pending = new Map<number, AbortController>();
  let unwatch: (() => void) | undefined;
  const send = (message: ServerMessage) => transport.send(message);

  async function answer(id: number, method: string, input: unknown): Promise<void> {
    const controller = new AbortController();
    pending.set(id, controller);
    try {
      if (pending.size > mostCalls) throw tooMany();
      const value = await handle(handlers, method, input, controller.signal);
      if (!controller.signal.aborted) send({ type: 'answer', id, value });
    } catch (thrown) {
      if (!controller.signal.aborted) send({ type: 'refusal', id, error: LabError.from(thrown).toJSON() });
    } finally {
      pending.delete(id);
    }
  }

  transport.onMessage((received) => {
    const message = withinSize(received) ? clientMessage.safeParse(received).data : undefined;
    // Whoever does not speak the protocol is not a page of ours.
    if (!message || (message.type === 'call' && pending.has(message.id))) return transport.close();
    if (message.type === 'call') void answer(message.id, message.method, message.input);
    else if (message.type === 'cancel') pending.get(message.id)?.abort();
    else unwatch ??= watch((event) => send(eventMessage(event)));
  });
  transport.onClose(() => {
    unwatch?.();
    for (const controller of pending.values()) controller.abort();
  });
}

type Handler = (input: unknown, signal: AbortSignal) => unknown;

async function handle(handlers: ApiHandlers, method: string, input: unknown, signal: AbortSignal): Promise<unknown> {
  const [group = '', name = '', ...rest] = method.split('.');
  const declared: Call | undefined = rest.length === 0 ? own(own(calls, group), name) : undefined;
  if (!declared)
    throw new LabError('request', `There is no call ${JSON.stringify(method)}.`, { field: 'method', value: method });
  const parsed = declared.input.safeParse(input);
  if (!parsed.success) throw badInput(method, input, parsed.error);
  const handler = own(own(handlers, group), name) as Handler;
  return handler(parsed.data, signal);
}

// biome-ignore lint/suspicious/noExplicitAny: what is found under a name that came from outside is checked by its user.
const own = (object: any, key: string): any => (object && Object.hasOwn(object, key) ? object[key] : undefined);

/** Says little of what came, however much it was. */
function badInput(method: string, input: unknown, { issues }: z.ZodError): LabError {
  const [issue] = issues as [z.core.$ZodIssue];
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...unknown];
  const field = pathText(path) || 'input';
  const reason = unknown.length > 0 ? 'there is no such field' : issue.message.slice(0, 300);
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key], input);
  return new LabError('request', `${method} does not take this ${field}: ${reason}.`, {
    field,
    value: valueText(value),
    remedy: 'Correct it and try again.',
  });
}

const tooMany = () =>
  new LabError('request', `More than ${mostCalls} calls are under way at once.`, { remedy: 'Wait for some of them.' });

// ---------------------------------------------------------------------------------------------------------------- client

export interface Client {
  api: Api;
  /** Events from now on, to every listener, until it is told to stop. */
  watch(listener: (event: ApiEvent) => void): () => void;
  /** Resolves when the lab can be asked no more; calls that were under way have rejected. */
  closed: Promise<void>;
  close(): void;
}

export function connect(transport: Transport): Client {
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners = new Set<(event: ApiEvent) => void>();
  const closed = Promise.withResolvers<void>();
  let open = true;
  let last = 0;
  let watching = false;
  const send = (message: ClientMessage) => transport.send(message);

  transport.onMessage((received) => {
    const message = received as ServerMessage;
    if (message.type === 'event') {
      for (const listener of [...listeners]) listener(message.event);
      return;
    }
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if (message.type === 'answer') waiting?.resolve(message.value);
    else waiting?.reject(LabError.fromJSON(message.error));
  });
  transport.onClose(() => {
    open = false;
    for (const waiting of pending.values()) waiting.reject(connectionLost());
    pending.clear();
    closed.resolve();
  });

  function call(method: string, input: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    if (!open) return Promise.reject(connectionLost());
    if (signal?.aborted) return Promise.reject(signal.reason);
    const id = ++last;
    const waiting = Promise.withResolvers<unknown>();
    pending.set(id, waiting);
    const cancel = () => {
      if (!pending.delete(id)) return;
      send({ type: 'cancel', id });
      waiting.reject(signal!.reason);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      send({ type: 'call', id, method, input });
    } catch (thrown) {
      // Nothing that a message carries: a function, say.
      pending.delete(id);
      waiting.reject(LabError.from(thrown));
    }
    return waiting.promise.finally(() => signal?.removeEventListener('abort', cancel));
  }

  return {
    api: apiOver(call),
    watch(listener) {
      listeners.add(listener);
      if (!watching) send({ type: 'watch' });
      watching = true;
      return () => listeners.delete(listener);
    },
    closed: closed.promise,
    close: () => transport.close(),
  };
}

type CallMethod = (method: string, input: unknown, options?: CallOptions) => Promise<unknown>;

/** The table of calls as functions. */
function apiOver(call: CallMethod): Api {
  const groups = Object.entries(calls).map(([group, named]) => {
    const functions = Object.keys(named).map((name) => [
      name,
      (input: unknown, options?: CallOptions) => call(`${group}.${name}`, input, options),
    ]);
    return [group, Object.freeze(Object.fromEntries(functions))];
  });
  return Object.freeze(Object.fromEntries(groups)) as Api;
}

const connectionLost = () =>
  new LabError('request', 'The connection to the lab is lost.', {
    remedy: 'The page looks for it by itself. When it is back, look whether this was done, then try again.',
  });
