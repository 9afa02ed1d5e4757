import type { Box } from '../types.js';

/** A rectangle in pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the model's picture lies in the frame: `part` of the frame (as fractions) fills `content` of the input (in pixels). */
export interface Geometry {
  readonly part: Rect;
  readonly content: Rect;
}

/** The largest centred rectangle of the aspect width:height inside `outer`, in whole pixels. */
export function centred(outer: Rect, width: number, height: number): Rect {
  const scale = Math.min(outer.width / width, outer.height / height);
  const w = Math.max(1, Math.round(width * scale));
  const h = Math.max(1, Math.round(height * scale));
  return {
    x: outer.x + Math.floor((outer.width - w) / 2),
    y: outer.y + Math.floor((outer.height - h) / 2),
    width: w,
    height: h,
  };
}

/** A box in pixels of the model's input, [left, top, right, bottom], as fractions of the frame, cut at its edges. */
export function toFrame(
  geometry: Geometry,
  [left, top, right, bottom]: readonly [number, number, number, number],
): Box {
  const { part, content } = geometry;
  const x = (value: number) => clamp(part.x + ((value - content.x) / content.width) * part.width);
  const y = (value: number) => clamp(part.y + ((value - content.y) / content.height) * part.height);
  return [x(left), y(top), x(right) - x(left), y(bottom) - y(top)];
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
