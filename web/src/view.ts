// The part of a map that is shown, in the units of its drawing, and what lies where in it.

export interface View { x: number; y: number; width: number; height: number }
export interface Point { x: number; y: number }
/** Degrees: west, south, east, north. */
export type Bounds = [number, number, number, number];

/** How many times larger than the whole a place can be shown. */
const CLOSEST = 32;

/** The four numbers of a text such as a `viewBox`; `undefined` for anything else. */
export function four(text: string | null): Bounds | undefined {
  const [a, b, c, d, ...more] = (text ?? '').trim().split(/[\s,]+/).map(Number);
  if (a === undefined || b === undefined || c === undefined || d === undefined || more.length > 0) return undefined;
  return [a, b, c, d].every(Number.isFinite) ? [a, b, c, d] : undefined;
}

/** Moves by parts of what is shown, never out of the whole. */
export function moved(view: View, whole: View, dx: number, dy: number): View {
  return within({ ...view, x: view.x + dx * view.width, y: view.y + dy * view.height }, whole);
}

/** Shows `factor` times as much, and keeps the point at `at` (in parts of what is shown) where it is. */
export function zoomed(view: View, whole: View, factor: number, at: Point = { x: 0.5, y: 0.5 }): View {
  const width = Math.min(whole.width, Math.max(whole.width / CLOSEST, view.width * factor));
  const height = (width / whole.width) * whole.height;
  const x = view.x + (view.width - width) * at.x;
  const y = view.y + (view.height - height) * at.y;
  return within({ x, y, width, height }, whole);
}

function within(view: View, whole: View): View {
  const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
  return {
    ...view,
    x: clamp(view.x, whole.x, whole.x + whole.width - view.width),
    y: clamp(view.y, whole.y, whole.y + whole.height - view.height),
  };
}

/** An area for the address: `latitude,longitude` of each corner, with `;` between them. */
export function area(corners: Point[], whole: View, [west, south, east, north]: Bounds): string {
  return corners.map(({ x, y }) => {
    const longitude = west + ((x - whole.x) / whole.width) * (east - west);
    const latitude = north - ((y - whole.y) / whole.height) * (north - south);
    return `${latitude.toFixed(5)},${longitude.toFixed(5)}`;
  }).join(';');
}
