// Numbers as people read them: sensible digits, a true minus, groups of three, prefixes for the large.

/** Significant digits without trailing zeros lost: 8.317, 0.0044, 2.1e-8. */
export function significant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? 'infinite' : '−infinite';
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent < -4 || exponent >= 7) {
    const [mantissa, power] = value.toExponential(Math.min(2, digits - 1)).split('e') as [string, string];
    return minus(`${mantissa}e${power.replace('+', '')}`);
  }
  const decimals = Math.max(0, digits - 1 - exponent);
  return grouped(value, Math.min(decimals, 100));
}

/** A fixed number of decimals: 8.32. */
export function grouped(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return significant(value);
  const [whole, fraction] = value.toFixed(decimals).split('.') as [string, string?];
  // What rounds to zero has no sign.
  const negative = whole.startsWith('-') && /[1-9]/.test(whole + fraction);
  const digits = whole.replace('-', '').replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${negative ? '−' : ''}${digits}${fraction ? `.${fraction}` : ''}`;
}

/** 614k, 3.5M, 1.2B. */
export function abbreviated(value: number): string {
  for (const [unit, suffix] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (Math.abs(value) >= unit) return minus(`${Number((value / unit).toPrecision(3))}${suffix}`);
  }
  return minus(String(Number(value.toPrecision(3))));
}

/** 36%, 0.4%. */
export function percent(share: number): string {
  const value = share * 100;
  return minus(`${Math.abs(value) < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}%`);
}

/** What a training took beside another: 36% fewer tokens for a ratio of 0.64. `uncertainty` follows the share. */
export function tokenRatioText(ratio: number, uncertainty = ''): string {
  const share = 1 - ratio;
  if (Math.abs(share) < 0.0005) return 'as many tokens';
  const rounded = percent(Math.abs(share));
  // 100% fewer would be none.
  if (share > 0 && rounded === '100%') return 'under 1% of the tokens';
  return `${rounded}${uncertainty} ${share > 0 ? 'fewer' : 'more'} tokens`;
}

/** 42 s, 3 min 20 s, 2 h 5 min, 3 d 4 h, 120 days, 34 years. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return parts(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return parts(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(seconds / 3600);
  if (hours < 100 * 24) return parts(Math.floor(hours / 24), 'd', hours % 24, 'h');
  const days = Math.round(hours / 24);
  return days < 3 * 365 ? `${days} days` : `${grouped(days / 365.25)} years`;
}

/** 41.9 MB */
export function byteSize(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

const parts = (many: number, unit: string, few: number, smaller: string) =>
  few === 0 ? `${many} ${unit}` : `${many} ${unit} ${few} ${smaller}`;

const minus = (text: string) => text.replace(/^-/, '−').replace('e-', 'e−');
