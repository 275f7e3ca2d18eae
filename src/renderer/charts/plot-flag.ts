// Places on the x-axis of a plot where something happened.

export interface PlotFlag {
  key: string;
  x: number;
  /** What happened, in words. */
  label: string;
  /** Any CSS colour. */
  colour: string;
  critical: boolean;
  open: () => void;
}

export interface FlagCluster {
  /** In pixels, that of its first flag. */
  at: number;
  flags: [PlotFlag, ...PlotFlag[]];
}

/** Flags that would cover each other, together; from left to right. @param at where an x lies, in pixels. @param apart pixels that a flag needs. */
export function flagClusters(flags: readonly PlotFlag[], at: (x: number) => number, apart: number): FlagCluster[] {
  const clusters: FlagCluster[] = [];
  const placed = flags.map((flag) => ({ flag, at: at(flag.x) })).sort((a, b) => a.at - b.at);
  for (const { flag, at } of placed) {
    const last = clusters.at(-1);
    if (last && at - last.at < apart) last.flags.push(flag);
    else clusters.push({ at, flags: [flag] });
  }
  return clusters;
}

/** What a cluster is called: its first flags by their words, the others counted. */
export function clusterLabel({ flags }: FlagCluster, most = 4): string {
  const words = flags.slice(0, most).map(({ label }) => label);
  if (flags.length > most) words.push(`${flags.length - most} more`);
  return flags.length === 1 ? words[0]! : `${flags.length} together: ${words.join('; ')}`;
}
