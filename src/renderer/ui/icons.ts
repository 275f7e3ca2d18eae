// Outlines in a box of 16 × 16.

export const iconPaths = {
  play: 'M5 3.5v9l7-4.5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  stop: 'M4 4h8v8H4z',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  open: 'M6 4l4 4-4 4',
  up: 'M8 12.5v-9M4.5 7L8 3.5 11.5 7',
  down: 'M8 3.5v9M4.5 9L8 12.5 11.5 9',
  close: 'M4 4l8 8M12 4l-8 8',
  tick: 'M3.5 8.5l3 3 6-7',
  plus: 'M8 3.5v9M3.5 8h9',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2',
  alert: 'M8 2.5l6 11H2zM8 6.5v3.4M8 11.6h.01',
  reverse: 'M5 12.5v-9M2.5 6L5 3.5 7.5 6M11 3.5v9M8.5 10l2.5 2.5 2.5-2.5',
  reset: 'M3.5 8a4.5 4.5 0 1 0 1.4-3.3M3.5 2.8v2.4h2.4',
} as const;

export type IconName = keyof typeof iconPaths;
