/** Something that happened at a place on the x-axis of a plot. */
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
