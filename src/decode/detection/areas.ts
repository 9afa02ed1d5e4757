import type { Area, DetectConfig } from '../../config/detect.js';
import type { Box } from '../../types.js';

type Point = readonly [x: number, y: number];

/** Whether a detection stands where the pipeline looks: in one of the areas to include, if there are any, and in none to exclude. */
export function standsInside(
  [x, y, width, height]: Box,
  { include, exclude, anchor }: Pick<DetectConfig, 'include' | 'exclude' | 'anchor'>,
): boolean {
  const point: Point = [x + width / 2, anchor === 'bottom' ? y + height : y + height / 2];
  const within = (area: Area) => contains(area, point);
  return (include.length === 0 || include.some(within)) && !exclude.some(within);
}

/** By the number of edges that a ray to the right crosses; a point on an edge counts for one of its two sides. */
export function contains(area: Area, [x, y]: Point): boolean {
  let inside = false;
  let [fromX, fromY] = area.at(-1) as Point;
  for (const [toX, toY] of area) {
    if (fromY > y !== toY > y && x < ((toX - fromX) * (y - fromY)) / (toY - fromY) + fromX) inside = !inside;
    [fromX, fromY] = [toX, toY];
  }
  return inside;
}
