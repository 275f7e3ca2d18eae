// Where the window was, in a small file of the shell's own folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const number = z.number().min(-100_000).max(100_000);
const boundsSchema = z.object({ x: number.optional(), y: number.optional(), width: number, height: number });
const stateSchema = z.object({ bounds: boundsSchema, maximized: z.boolean() });

export interface Bounds {
  x?: number | undefined;
  y?: number | undefined;
  width: number;
  height: number;
}

export interface WindowState {
  bounds: Bounds;
  maximized: boolean;
}

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

const initial: WindowState = { bounds: { width: 1280, height: 860 }, maximized: false };

/** As it was, where that can still be seen; else in the middle, no larger than the screen. */
export function fitting(state: WindowState, screens: readonly Area[]): WindowState {
  const [main = { x: 0, y: 0, ...initial.bounds }] = screens;
  const { x, y } = state.bounds;
  const seen = screens.find((screen) => x !== undefined && y !== undefined && contains(screen, { x, y }));
  const screen = seen ?? main;
  const size = {
    width: Math.min(state.bounds.width, screen.width),
    height: Math.min(state.bounds.height, screen.height),
  };
  return { ...state, bounds: seen ? { x, y, ...size } : size };
}

/** Enough of the title bar to take hold of. */
const contains = (screen: Area, { x, y }: { x: number; y: number }) =>
  x >= screen.x - 40 && x < screen.x + screen.width - 100 && y >= screen.y && y < screen.y + screen.height - 40;

/** A file that is missing or holds anything else counts as none. */
export function readWindowState(file: string): WindowState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return initial;
  }
}

/** A place that cannot be kept is no reason to keep a window open. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeFileSync(file, JSON.stringify(state));
  } catch {
    // Next time it opens in the middle.
  }
}
