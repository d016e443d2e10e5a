// The Hilbert curve: consecutive addresses are adjacent on the map, and a prefix is one square or two.
// The curve's state machine after J. K. Lawder, "Calculation of Mappings Between One and n-dimensional Values Using the
// Hilbert Space-filling Curve" (2000); the loops are those of the well-known d2xy and xy2d.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The point of the `d`th step on the curve through a square of `side` × `side` cells; `side` is a power of two. */
export function pointOf(side: number, d: number): Point {
  let x = 0;
  let y = 0;
  let rest = d;
  for (let s = 1; s < side; s *= 2) {
    const rx = 1 & (rest >> 1);
    const ry = 1 & (rest ^ rx);
    [x, y] = turn(s, x, y, rx, ry);
    x += s * rx;
    y += s * ry;
    rest >>= 2;
  }
  return { x, y };
}

/** The step of the curve that visits a point. */
export function stepOf(side: number, point: Point): number {
  let { x, y } = point;
  let d = 0;
  for (let s = side / 2; s >= 1; s /= 2) {
    const rx = (x & s) > 0 ? 1 : 0;
    const ry = (y & s) > 0 ? 1 : 0;
    d += s * s * ((3 * rx) ^ ry);
    [x, y] = turn(s, x & (s - 1), y & (s - 1), rx, ry);
  }
  return d;
}

/** Rotates a quadrant of `s` × `s` cells so that the curve enters and leaves it where its neighbours do. */
function turn(s: number, x: number, y: number, rx: number, ry: number): [number, number] {
  if (ry === 1) return [x, y];
  return rx === 1 ? [s - 1 - y, s - 1 - x] : [y, x];
}

/** All points of the curve, step by step, as x | y << 16. */
export function curve(side: number): Uint32Array {
  return Uint32Array.from({ length: side * side }, (_, d) => {
    const { x, y } = pointOf(side, d);
    return x | (y << 16);
  });
}
