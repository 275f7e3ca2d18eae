// The one page of the window: its scheme and address, and which addresses are it. Pure.
import type { PageFile, PageFiles } from '../page/page-files.ts';

export const scheme = 'lab';
export const pageAddress = `${scheme}://page/`;

/** The file that an address of the page's own stands for; null for every other address. */
export function fileAt(address: string, files: PageFiles): PageFile | null {
  const url = URL.parse(address);
  if (!url || url.protocol !== `${scheme}:` || url.host !== 'page' || url.username || url.password) return null;
  return files.get(url.pathname) ?? null;
}

/** Whether a frame may ask for a channel to the lab: the page itself, as the whole of its window. */
export function isPage(frame: { url: string; parent: unknown } | null): boolean {
  return frame !== null && frame.parent === null && withoutFragment(frame.url) === pageAddress;
}

/** A window goes nowhere: it may load its page again, and nothing else. */
export function mayNavigate(address: string): boolean {
  return withoutFragment(address) === pageAddress;
}

const withoutFragment = (address: string) => address.split('#')[0]!;

/** The sources that the page cites. */
const cited = ['arxiv.org'];

/** What a link out of the page opens in the user's own browser; null for what is opened nowhere. */
export function externalAddress(address: string): string | null {
  const url = URL.parse(address);
  const allowed = url?.protocol === 'https:' && cited.includes(url.host) && !url.username && !url.password;
  return allowed ? url.href : null;
}
