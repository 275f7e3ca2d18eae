// Which segment speaks for which step. A run's segments lie over one another like sheets: the newest that covers a step
// is seen, and under the first sheet of a fork lie those of its parent, cut at the fork. Pure; reads no file.
import type { SegmentPlace } from './rows.ts';

/** A sheet: `segment` covers the steps from..to (inclusive; none when to < from) and what it holds ends at `limit`. */
export interface Layer {
  segment: number;
  from: number;
  to: number;
  /** The fork step where this is a parent's segment; else Infinity. */
  limit: number;
}

export interface Piece {
  segment: number;
  from: number;
  to: number;
}

/**
 * A run's layers, oldest first. A fork sees its parent as it was when the fork began: only segments older than the
 * fork's own, which is also why this ends whatever the parents are.
 */
export function layersOf(
  run: string,
  segmentsOf: (run: string) => SegmentPlace[],
  before = Number.POSITIVE_INFINITY,
): Layer[] {
  const layers: Layer[] = [];
  for (const { id, fromStep, lastStep, parent } of segmentsOf(run)) {
    if (id >= before) break;
    if (parent) layers.push(...layersOf(parent.run, segmentsOf, id).map((layer) => cut(layer, parent.step)));
    layers.push({ segment: id, from: fromStep + 1, to: lastStep ?? fromStep, limit: Number.POSITIVE_INFINITY });
  }
  return layers;
}

/** What is seen from above within from..to: disjoint pieces in ascending steps. */
export function piecesOf(layers: readonly Layer[], from: number, to: number): Piece[] {
  let pieces: Piece[] = [];
  for (const layer of layers) {
    const piece = { segment: layer.segment, from: Math.max(layer.from, from), to: Math.min(layer.to, to) };
    if (piece.from > piece.to) continue;
    pieces = [...pieces.flatMap((below) => without(below, piece)), piece];
  }
  return pieces.sort((a, b) => a.from - b.from);
}

/** What the newer layers hide of one: the steps that it covers and others are seen at. */
export function hiddenOf(layers: readonly Layer[], index: number, from: number, to: number): Piece[] {
  const layer = layers[index]!;
  const whole = piecesOf([layer], from, to);
  const seen = piecesOf(layers.slice(index), from, to).filter(({ segment }) => segment === layer.segment);
  return seen.reduce((left, piece) => left.flatMap((part) => without(part, piece)), whole);
}

/** The part of a piece before `hole` and the part after it. */
function without(piece: Piece, hole: Piece): Piece[] {
  const left = { ...piece, to: Math.min(piece.to, hole.from - 1) };
  const right = { ...piece, from: Math.max(piece.from, hole.to + 1) };
  return [left, right].filter((part) => part.from <= part.to);
}

function cut(layer: Layer, step: number): Layer {
  return { ...layer, to: Math.min(layer.to, step), limit: Math.min(layer.limit, step) };
}
