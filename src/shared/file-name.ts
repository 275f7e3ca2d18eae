// Any text as part of a file name.

/** Of small ASCII letters, digits and '-' on any system; never empty, never a device's name. @param kind stands where nothing is left */
export function fileName(text: string, kind = 'run'): string {
  const safe = text.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-');
  const short = safe.replace(/^-+/, '').slice(0, 60).replace(/-+$/, '').toLowerCase();
  return /^(con|prn|aux|nul|com\d|lpt\d)?$/.test(short) ? `${kind}-${short}`.replace(/-$/, '') : short;
}
