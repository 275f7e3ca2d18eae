// Every way in which a page can try to get at an address. Runs within that page: it uses nothing but its arguments.

/** What it got hold of, in words; nothing where every way failed. */
export async function attack(url: string): Promise<string[]> {
  const found: string[] = [];
  const socketUrl = url.replace(/^http/, 'ws');
  const within = <Value>(promise: Promise<Value>) =>
    Promise.race([promise, new Promise<'late'>((resolve) => setTimeout(resolve, 1000, 'late'))]);

  async function fetched(name: string, options: RequestInit): Promise<void> {
    const response = await fetch(url, options).catch(() => null);
    if (!response || response.type === 'error') return;
    const text = await response.text().catch(() => '');
    // A page of another origin reads what is refused under its own name alone, after a rebinding: there the status counts.
    if (response.ok || (text !== '' && response.status < 400)) found.push(`${name}: ${response.status} ${text}`);
  }

  async function element(tag: string, set: Record<string, string>): Promise<void> {
    const made = Object.assign(document.createElement(tag), set);
    const loaded = new Promise<boolean>((resolve) => {
      for (const event of ['load', 'loadeddata', 'loadedmetadata']) made.addEventListener(event, () => resolve(true));
      made.addEventListener('error', () => resolve(false));
    });
    (document.body ?? document.documentElement).append(made);
    if ((await within(loaded)) === true) found.push(`<${tag}> loaded`);
    made.remove();
  }

  async function framed(tag: 'iframe' | 'object' | 'embed', set: Record<string, string>): Promise<void> {
    const made = Object.assign(document.createElement(tag), set) as HTMLIFrameElement;
    const loaded = new Promise<void>((resolve) => {
      made.addEventListener('load', () => resolve());
      made.addEventListener('error', () => resolve());
    });
    (document.body ?? document.documentElement).append(made);
    await within(loaded);
    const text = made.contentDocument?.documentElement?.textContent ?? '';
    if (text.includes('the page of the lab')) found.push(`<${tag}> shows it`);
    if (made.contentWindow && made.contentWindow.length > 0) found.push(`<${tag}> has frames`);
    made.contentWindow?.postMessage('x', '*');
    made.remove();
  }

  async function posted(enctype: string): Promise<void> {
    const frame = document.createElement('iframe');
    frame.name = `into-${enctype}`;
    const form = Object.assign(document.createElement('form'), {
      ...{ method: 'post', action: url, target: frame.name, enctype },
      innerHTML: '<input name="a" value="b">',
    });
    document.body.append(frame, form);
    const loaded = new Promise<void>((resolve) => frame.addEventListener('load', () => resolve(), { once: true }));
    form.submit();
    await within(loaded);
    frame.remove();
    form.remove();
  }

  async function connected(protocols: string[]): Promise<void> {
    const opened = new Promise<boolean>((resolve) => {
      const socket = new WebSocket(socketUrl, protocols);
      socket.onopen = () => resolve(true);
      socket.onerror = () => resolve(false);
    });
    if ((await within(opened)) === true) found.push(`WebSocket of ${protocols.join(', ') || 'no protocol'} opened`);
  }

  async function events(withCredentials: boolean): Promise<void> {
    const source = new EventSource(url, { withCredentials });
    const opened = new Promise<boolean>((resolve) => {
      source.onopen = () => resolve(true);
      source.onerror = () => resolve(false);
    });
    if ((await within(opened)) === true) found.push('EventSource opened');
    source.close();
  }

  async function window_(): Promise<void> {
    const opened = window.open(url);
    if (!opened) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
    try {
      opened.postMessage('x', '*');
      const text = opened.document.documentElement.textContent ?? '';
      if (text.includes('the page of the lab')) found.push('window.open shows it');
    } catch {
      // Of another origin.
    }
    if (opened.length > 0) found.push('window.open has frames');
    opened.close();
  }

  const tries: Promise<unknown>[] = [];
  for (const credentials of ['include', 'omit'] as const) {
    for (const mode of ['cors', 'no-cors', 'same-origin'] as const) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const body = method === 'POST' ? { body: 'x' } : {};
        tries.push(fetched(`fetch ${mode} ${method} ${credentials}`, { mode, method, credentials, ...body }));
      }
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      tries.push(fetched(`fetch ${method} ${credentials}`, { method, credentials }));
    }
    const headers = { 'x-simbal': '1', authorization: 'Bearer x', 'content-type': 'application/json' };
    tries.push(fetched(`fetch with headers ${credentials}`, { method: 'POST', credentials, headers, body: '{}' }));
    tries.push(fetched(`fetch kept alive ${credentials}`, { credentials, keepalive: true }));
  }
  tries.push(
    element('img', { src: url }),
    element('img', { src: url, crossOrigin: 'use-credentials' }),
    element('script', { src: url }),
    element('script', { src: url, type: 'module', crossOrigin: 'use-credentials' }),
    element('link', { rel: 'stylesheet', href: url }),
    element('link', { rel: 'modulepreload', href: url }),
    element('video', { src: url }),
    framed('iframe', { src: url }),
    framed('object', { data: url }),
    framed('embed', { src: url }),
    connected([]),
    connected(['simbal-lab']),
    connected(['simbal-lab', 'x'.repeat(32)]),
    events(true),
    events(false),
    // As text: a test runner would put its own import in the place of this one.
    new Function('url', 'return import(url)')(url).then(() => found.push('import() ran it')),
    (async () => navigator.serviceWorker.register(url))().then(() => found.push('a service worker was registered')),
    posted('text/plain'),
    posted('multipart/form-data'),
    window_(),
  );
  navigator.sendBeacon(url, 'x');
  await Promise.allSettled(tries);
  return found;
}
